/** What stands in the way: where, why, and what to do about it. */

export interface InjectProblem {
  /** From 1. */
  readonly document: number
  /** `Deployment shop/app`; empty where the document has no name. */
  readonly object: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly remedy: string
}

/** One line, as compilers write it: `12:5: document 2, Deployment app: ...`. */
export function problemText({ document, object, line, column, message, remedy }: InjectProblem): string {
  const where = object === '' ? `document ${document}` : `document ${document}, ${object}`
  return `${line}:${column}: ${where}: ${message}. ${remedy}.`
}
