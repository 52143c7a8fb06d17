import { expect, it } from 'vitest'
import { RANGES, rangeUntil, stepWords } from '../../src/dashboard/range.ts'

it('reaches back from now, in thirty to sixty steps', () => {
  for (const { value } of RANGES) {
    const range = rangeUntil(1_000_000_000, value, 0)
    expect(range.toMs - range.fromMs).toBe(Number(value) * 60_000)
    const steps = (range.toMs - range.fromMs) / range.stepMs
    expect(steps).toBeGreaterThanOrEqual(30)
    expect(steps).toBeLessThanOrEqual(60)
  }
})

it('is no longer than what was seen, but a minute at least', () => {
  expect(rangeUntil(1_000_000_000, '15', 1_000_000_000 - 100_000)).toEqual({
    fromMs: 1_000_000_000 - 100_000,
    toMs: 1_000_000_000,
    stepMs: 2_000,
  })
  expect(rangeUntil(1_000_000_000, '5', 1_000_000_000)).toMatchObject({ fromMs: 1_000_000_000 - 60_000 })
})

it('says what a point stands for', () => {
  expect(stepWords(rangeUntil(1_000_000_000, '15', 0))).toBe('means of 15 s')
})
