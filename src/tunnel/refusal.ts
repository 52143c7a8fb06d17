/** Answers bytes that never became a request: in HTTP/1.1, closing, with the reason. */
import { encodeResponseHead } from '../http1/encoder.ts'
import type { ProtocolError } from '../http1/error.ts'
import { ownAnswer } from './own-answer.ts'
import type { Wire } from './wire.ts'

/** Returns what the client was told. */
export function refusal(client: Wire, error: ProtocolError): { readonly status: number; readonly reason: string } {
  const { status, reason, fields, body } = ownAnswer(error.status, error.message)
  const declared = { kind: 'length', bytes: body.length } as const
  const head = encodeResponseHead({ status, reason, fields, declared, close: true, version: '1.1' })
  client.write(Buffer.concat([head, body]))
  return { status, reason }
}
