/** Filters to start from, and the mark under one that is wrong. Pure; the language itself is the sidecar's. */

export const EXAMPLES: readonly { readonly label: string; readonly where: string }[] = [
  { label: 'Failed', where: 'error || status>=500' },
  { label: 'Client errors', where: 'status==4xx' },
  { label: 'Slow', where: 'duration>500ms' },
  { label: 'Starved', where: 'throttled>10ms' },
]

/** So much of a long filter is shown before and behind the place. */
const AROUND = 40

/** Two lines: the text, and a caret under its `column`, which counts from 1. */
export function caretUnder(text: string, column: number): string {
  const at = Math.max(0, Math.min(column - 1, text.length))
  const from = Math.max(0, at - AROUND)
  const until = Math.min(text.length, at + AROUND)
  const head = from === 0 ? '' : '…'
  const tail = until === text.length ? '' : '…'
  return `${head}${text.slice(from, until)}${tail}\n${' '.repeat(head.length + at - from)}^`
}
