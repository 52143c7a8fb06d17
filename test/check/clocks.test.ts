import { expect, test } from 'vitest'
import { clockFindings, skewOf } from '../../src/check/clocks.ts'

const NOW = Date.UTC(2026, 0, 1)
/** A Date field that was written when that clock was so far from ours, 0.3 s into our second; the answer took 100 ms. */
const told = (aheadMs: number, by = 'the target') => {
  const atMs = NOW + 300
  return { by, date: new Date(atMs + 50 + aheadMs).toUTCString(), askedAtMs: atMs, heardAtMs: atMs + 100 }
}

test.each([
  [0, 0],
  [600, 0],
  // It says the next second, and a second less a part is all that is known of that.
  [1_700, 1_600],
  [-1_400, -1_300],
  [5_000, 4_600],
  [-5_000, -4_300],
])('a clock that is %i ms ahead is ahead by %i at least', (aheadMs, leastMs) => {
  expect(skewOf(told(aheadMs))).toBe(leastMs)
  expect(Math.abs(leastMs)).toBeLessThanOrEqual(Math.abs(aheadMs))
})

test('a slow answer makes it less certain, and no difference of it', () => {
  const slow = { ...told(0), heardAtMs: NOW + 60_000 }
  expect(skewOf(slow)).toBe(0)
  expect(skewOf({ ...slow, date: new Date(NOW + 30_000).toUTCString() })).toBe(0)
})

test('what is said', () => {
  expect(clockFindings([])).toEqual([])
  expect(clockFindings([{ ...told(0), date: 'soon' }])).toEqual([])
  expect(clockFindings([told(0), told(1_000, 'the collector'), told(0, 'the collector')])).toMatchObject([
    { about: 'clock', mark: 'ok', found: 'agrees with that of the target and the collector, to the second' },
  ])
  expect(clockFindings([told(0), told(-60_000, 'the collector'), told(-60_000, 'the collector')])).toMatchObject([
    { mark: 'warning', found: expect.stringMatching(/^that of the collector is behind by 5\d\.\d s/) },
  ])
  expect(clockFindings([told(2_600)])[0]?.mark).toBe('ok')
  expect(clockFindings([told(4_000)])[0]).toMatchObject({ mark: 'warning', found: expect.stringContaining('ahead') })
})
