/** The title of the page: whose it is, and whether requests fail there, for who has it in one tab of many. Pure. */
import { count } from './format.ts'
import { since } from './points.ts'
import type { State } from './state.ts'

const MINUTE_MS = 60_000

/** `shop - podspan`, and `(12 failed) shop - podspan` as long as it is heard that requests failed in the last minute. */
export function titleOf({ about, connection, traffic }: State): string {
  const name = about === undefined ? 'podspan' : `${about.service} - podspan`
  const last = traffic.at(-1)
  if (connection.is !== 'live' || last === undefined) return name
  const failed = since(traffic, last.atMs - MINUTE_MS + 1).reduce((sum, { errors }) => sum + errors, 0)
  return failed === 0 ? name : `(${count(failed)} failed) ${name}`
}
