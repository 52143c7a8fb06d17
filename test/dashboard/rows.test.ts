import { expect, it } from 'vitest'
import { besides, newerThan, ROWS_MAX, type Row, withNewest } from '../../src/dashboard/rows.ts'
import { anExchange } from '../support/seen.ts'

const ids = (rows: readonly Row[]): number[] => rows.map(({ exchange }) => exchange.id)
const some = (from: number, to: number): ReturnType<typeof anExchange>[] =>
  Array.from({ length: to - from + 1 }, (_, index) => anExchange(from + index))

it('has the newest on top', () => {
  expect(ids(withNewest(withNewest([], some(1, 2), 5), some(3, 4), 5))).toEqual([4, 3, 2, 1])
})

it('has what is said again, after a lost connection, once', () => {
  const rows = withNewest([], some(1, 3), 5)
  expect(ids(withNewest(rows, some(2, 5), 5))).toEqual([5, 4, 3, 2, 1])
  expect(withNewest(rows, [], 5)).toBe(rows)
})

it('keeps what an earlier sidecar recorded apart from the same numbers of the next', () => {
  const rows = withNewest(withNewest([], some(1, 2), 5), some(1, 2), 6)
  expect(ids(rows)).toEqual([2, 1, 2, 1])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(4)
})

it('forgets the oldest beyond the bound, also of one large answer', () => {
  const rows = withNewest(withNewest([], some(1, 2), 5), some(3, ROWS_MAX + 100), 5)
  expect(rows.length).toBe(ROWS_MAX)
  expect(rows[0]?.exchange.id).toBe(ROWS_MAX + 100)
})

it('counts what is above a row', () => {
  const rows = withNewest([], some(1, 5), 5)
  expect(newerThan(rows, rows[0])).toBe(0)
  expect(newerThan(rows, rows[3])).toBe(3)
  expect(newerThan(rows, undefined)).toBe(5)
  expect(newerThan(rows, withNewest([], some(9, 9), 1)[0])).toBe(5)
})

it('finds the neighbours of a row', () => {
  const rows = withNewest([], some(1, 3), 5)
  expect(besides(rows, '5-2', -1)?.exchange.id).toBe(3)
  expect(besides(rows, '5-2', 1)?.exchange.id).toBe(1)
  expect(besides(rows, '5-3', -1)).toBeUndefined()
  expect(besides(rows, '5-9', 1)).toBeUndefined()
})
