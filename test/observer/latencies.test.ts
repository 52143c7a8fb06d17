import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKETS, bucketOf, percentilesOf } from '../../src/observer/latencies.ts'

function counted(values: readonly number[]): Uint32Array {
  const counts = new Uint32Array(BUCKETS)
  for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1
  return counts
}

test('a greater duration is never in a lower bucket, and each is in one', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 1e9, noNaN: true }), (a, b) => {
      const [low, high] = [bucketOf(Math.min(a, b)), bucketOf(Math.max(a, b))]
      expect(low).toBeGreaterThanOrEqual(0)
      expect(low).toBeLessThanOrEqual(high)
      expect(high).toBeLessThan(BUCKETS)
    }),
  )
})

test('a percentile is within an eighth of the exact one, whatever the durations', () => {
  const durations = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(durations, (values) => {
      const sorted = values.toSorted((a, b) => a - b)
      const percentiles = percentilesOf(counted(values), sorted.at(-1) ?? 0)
      for (const [name, part] of [
        ['p50Ms', 0.5],
        ['p95Ms', 0.95],
        ['p99Ms', 0.99],
      ] as const) {
        const exact = sorted[Math.ceil(values.length * part) - 1] ?? 0
        expect(percentiles[name]).toBeGreaterThanOrEqual(exact * 0.875 - 0.001)
        expect(percentiles[name]).toBeLessThanOrEqual(exact * 1.125 + 0.001)
      }
    }),
  )
})

test('no percentile is above the greatest duration, and nothing has none', () => {
  expect(percentilesOf(counted([1.01, 1.01, 1.01]), 1.01)).toEqual({ p50Ms: 1.01, p95Ms: 1.01, p99Ms: 1.01 })
  expect(percentilesOf(counted([]), 0)).toEqual({})
})
