import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, ratioOf, spreadOf } from '../../../bench/measure/statistics.ts'

test('the median is the middle one, or between the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})

test('a spread says how many rounds gave a number, and is absent without one', () => {
  expect(spreadOf([2, undefined, 1, Number.NaN])).toEqual({ median: 1.5, min: 1, max: 2, rounds: 2 })
  expect(spreadOf([undefined])).toBeUndefined()
})

test('ratios are of the same round: a slow minute that hits both sides changes nothing', () => {
  const slowdowns = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(slowdowns, (slow) => {
      const ratio = ratioOf(
        slow.map((by) => 20 * by),
        slow.map((by) => 10 * by),
      )
      expect(ratio?.min).toBeCloseTo(2, 9)
      expect(ratio?.max).toBeCloseTo(2, 9)
    }),
  )
})

test('a round without one of the two, or without work, gives no ratio', () => {
  expect(ratioOf([1, 2, 3], [undefined, 0, 1])).toEqual({ median: 3, min: 3, max: 3, rounds: 1 })
})
