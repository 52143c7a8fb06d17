/** Tables for people. Pure. */
import type { Spread } from '../measure/statistics.ts'

/** `unit` stands in the table's head. An absent number is a dash. */
export function withSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '-'
  const { median, min, max } = spread
  return `${short(median)} (${short(min)}..${short(max)})`
}

/** `1.93x (1.88..2.01)` */
export function ratioWithSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '-'
  const { median, min, max } = spread
  return `${median.toFixed(2)}x (${min.toFixed(2)}..${max.toFixed(2)})`
}

/** Three digits that mean something: 0.0123, 1.23, 12.3, 123, 12,300. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1_000) return String(Math.round(value / 10) * 10).replace(/\B(?=(\d{3})+$)/g, ',')
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return value.toFixed(1)
  return value.toFixed(size >= 1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(size))))
}

/** The first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => (row[at] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => pad(cells[at] ?? '', width, at)).join(' | ')} |`
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width)
}
