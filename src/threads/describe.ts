/** What a thread died of, in one line. */

/** Message and the first line of the stack. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const at = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  return at === undefined ? error.message : `${error.message} (${at.trim()})`
}
