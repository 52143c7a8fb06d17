import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RunningQuantile, Slowness } from '../../src/observer/slowness.ts'

/** The same each time, and as uneven as one likes. */
function* durations(of: (random: number) => number): Generator<number, never> {
  for (let state = 42; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    yield of(state / 2_147_483_648)
  }
}

describe('the running p95', () => {
  test.each([
    { name: 'even', of: (random: number) => 1 + 99 * random, p95: 95 },
    { name: 'of two kinds', of: (random: number) => (random < 0.9 ? 5 : 500), p95: 500 },
    { name: 'with a long tail', of: (random: number) => 5 / (1 - random) ** 0.5, p95: 22.4 },
  ])('of durations that are $name is within a third, and 5 in 100 are above it', ({ of, p95 }) => {
    const quantile = new RunningQuantile()
    let above = 0
    const source = durations(of)
    for (let seen = 0; seen < 5_000; seen++) {
      const duration: number = source.next().value
      if (quantile.value !== undefined && duration > quantile.value) above++
      quantile.add(duration)
    }
    expect((quantile.value ?? 0) / p95).toBeGreaterThan(0.67)
    expect((quantile.value ?? 0) / p95).toBeLessThan(1.5)
    expect(above / 5_000).toBeGreaterThan(0.03)
    expect(above / 5_000).toBeLessThan(0.07)
  })

  test('does not believe the first answer of a cold app, and follows one that changes', () => {
    const quantile = new RunningQuantile()
    quantile.add(5_000)
    for (let count = 1; count < 20; count++) quantile.add(5)
    expect(quantile.value).toBeCloseTo(5)
    for (let count = 0; count < 100; count++) quantile.add(50)
    expect(quantile.value).toBeGreaterThan(40)
  })

  test('is a number whatever comes', () => {
    const property = fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 20 }), (all) => {
      const quantile = new RunningQuantile()
      for (const duration of all) quantile.add(duration)
      expect(quantile.value).toBeGreaterThan(0)
    })
    fc.assert(property, { numRuns: 50 })
  })
})

describe('slow', () => {
  const seen = (slowness: Slowness, route: string, durationMs: number, times: number) => {
    for (let count = 0; count < times; count++) slowness.isSlow(route, durationMs)
  }

  test('is what is longer than usual for its own route', () => {
    const slowness = new Slowness({ slowMs: 0, slowRoutesMax: 10 })
    seen(slowness, '/report', 900, 30)
    seen(slowness, '/ping', 2, 30)
    expect(slowness.isSlow('/ping', 40)).toBe(true)
    expect(slowness.isSlow('/report', 850)).toBe(false)
  })

  test('of a route that is hardly known is what is longer than usual for all', () => {
    const slowness = new Slowness({ slowMs: 0, slowRoutesMax: 10 })
    expect(slowness.isSlow('/first', 60_000)).toBe(false)
    seen(slowness, '/ping', 2, 30)
    expect(slowness.isSlow('/users/1', 40)).toBe(true)
    expect(slowness.isSlow('/users/2', 1)).toBe(false)
  })

  test('is by the configured bound alone where there is one', () => {
    const slowness = new Slowness({ slowMs: 100, slowRoutesMax: 10 })
    expect([99.9, 100, 5_000].map((durationMs) => slowness.isSlow('/a', durationMs))).toEqual([false, true, true])
  })

  test('keeps the routes that are asked for, however many paths come by once', () => {
    const slowness = new Slowness({ slowMs: 0, slowRoutesMax: 3 })
    seen(slowness, '/report', 900, 30)
    for (let id = 0; id < 1_000; id++) {
      slowness.isSlow(`/users/${id}`, 2)
      slowness.isSlow('/report', 900)
    }
    // For all routes together 800 would be slow.
    expect(slowness.isSlow('/other', 1_000)).toBe(true)
    expect(slowness.isSlow('/report', 890)).toBe(false)
  })
})
