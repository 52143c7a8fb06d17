import { expect, it } from 'vitest'
import { LATE_MS, REMEMBERED_MAX } from '../../src/terminal/bounds.ts'
import { Shown } from '../../src/terminal/shown.ts'
import { exchangeOf } from '../support/observed.ts'

/** That ended at `endMs`. */
function ended(id: number, endMs: number) {
  const { trace } = exchangeOf(id)
  return exchangeOf(id, { startedAtMs: endMs - 5, durationMs: 5, trace: { ...trace, spanId: `span ${id}` } })
}

it('shows after a break what is new, nothing twice, and nothing of the time before', () => {
  const shown = new Shown()
  expect(shown.isEmpty).toBe(true)
  expect([10_000, 20_000, 30_000].map((endMs, id) => shown.isNew(ended(id, endMs)))).toEqual([true, true, true])
  expect(shown.isEmpty).toBe(false)
  shown.again()
  const anew = [ended(7, 5_000), ended(1, 20_000), ended(2, 30_000), ended(8, 30_000 - LATE_MS), ended(9, 40_000)]
  expect(anew.map((exchange) => shown.isNew(exchange))).toEqual([false, false, false, true, true])
})

it('takes everything while nothing was shown', () => {
  const shown = new Shown()
  shown.again()
  expect(shown.isNew(ended(1, 0))).toBe(true)
})

it('remembers so many and no more', () => {
  const shown = new Shown()
  for (let id = 0; id <= REMEMBERED_MAX; id++) shown.isNew(ended(id, 1_000))
  expect(shown.isNew(ended(0, 1_000))).toBe(true)
  expect(shown.isNew(ended(REMEMBERED_MAX, 1_000))).toBe(false)
})
