/** What is wrong with a message: a value, never thrown, with the status to answer and words for people. */

export interface ProtocolError {
  readonly kind: 'error'
  /** Low cardinality, snake_case: it becomes an attribute. */
  readonly type: string
  readonly status: number
  readonly message: string
}

export function protocolError(type: string, status: number, message: string): ProtocolError {
  return { kind: 'error', type, status, message }
}
