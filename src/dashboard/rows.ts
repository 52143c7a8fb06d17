/**
 * The list of requests: newest on top, bounded, and right across a sidecar that starts again and counts its exchanges from the
 * beginning. Pure.
 */
import type { Exchange } from '../exchange.ts'

export const ROWS_MAX = 500

export interface Row {
  readonly exchange: Exchange
  /** When the sidecar that recorded it had started: ids are its own. */
  readonly boot: number
  readonly key: string
}

export function rowOf(exchange: Exchange, boot: number): Row {
  return { exchange, boot, key: `${boot}-${exchange.id}` }
}

/** `exchanges` are oldest first, as the API has them. */
export function withNewest(rows: readonly Row[], exchanges: readonly Exchange[], boot: number): readonly Row[] {
  if (exchanges.length === 0) return rows
  const newest = exchanges.slice(-ROWS_MAX).map((exchange) => rowOf(exchange, boot))
  const known = new Set(newest.map(({ key }) => key))
  return [...newest.reverse(), ...rows.filter(({ key }) => !known.has(key))].slice(0, ROWS_MAX)
}

/** How many rows are above the one that was the newest when the list was held; all of them when it is gone. */
export function newerThan(rows: readonly Row[], head: Row | undefined): number {
  if (head === undefined) return rows.length
  const at = rows.findIndex(({ key }) => key === head.key)
  return at === -1 ? rows.length : at
}

/** The row that many steps older (or, below zero, newer) than the one with this key. */
export function besides(rows: readonly Row[], key: string, steps: number): Row | undefined {
  const at = rows.findIndex((row) => row.key === key)
  return at === -1 ? undefined : rows[at + steps]
}
