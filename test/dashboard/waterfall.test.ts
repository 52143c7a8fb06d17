import fc from 'fast-check'
import { expect, it } from 'vitest'
import { extentOf, ticksOf, waterfallOf } from '../../src/dashboard/waterfall.ts'
import { anExchange } from '../support/seen.ts'

it('puts each phase where it was, as a share of the whole', () => {
  const marks = {
    originConnected: 10,
    requestHeadSent: 10,
    requestEnd: 20,
    responseHead: 60,
    own: 0.5,
    clientStalled: 30,
  }
  const { bars, ownMs, clientStalledMs, ticksMs } = waterfallOf(anExchange(1, { marks, durationMs: 100 }))
  expect(bars.map(({ label, start, length }) => [label, start, length])).toEqual([
    ['Connect', 0, 0.1],
    ['Upload', 0.1, 0.1],
    ['App', 0.2, 0.4],
    ['Download', 0.6, 0.4],
  ])
  expect([ownMs, clientStalledMs]).toEqual([0.5, 30])
  expect(ticksMs).toEqual([0, 50, 100])
})

it('calls the other side a service where podspan stands before what the app calls', () => {
  const { bars } = waterfallOf(
    anExchange(1, {
      kind: 'client',
      marks: { originConnected: 1, requestHeadSent: 1, requestEnd: 1, responseHead: 9 },
    }),
  )
  expect(bars.map(({ label }) => label)).toEqual(['Connect', 'Called service', 'Download'])
})

it('is empty and not wrong of a request that took no time', () => {
  const { bars, ticksMs } = waterfallOf(anExchange(1, { marks: {}, durationMs: 0 }))
  expect(bars).toEqual([])
  expect(ticksMs).toEqual([0])
})

it.each([
  [10, [0, 5, 10]],
  [4.7, [0, 1, 2, 3, 4]],
  [100, [0, 50, 100]],
  [1_234, [0, 500, 1_000]],
])('has round ticks along %s ms', (durationMs, ticks) => {
  expect(ticksOf(durationMs)).toEqual(ticks)
})

it('has at most five ticks along any time, and two at least', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (durationMs) => {
      const ticks = ticksOf(durationMs)
      expect(ticks.length).toBeLessThanOrEqual(5)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.at(-1)).toBeLessThanOrEqual(durationMs)
    }),
  )
})

it('fills more of its cell the longer it took, by the logarithm', () => {
  expect(extentOf(0)).toBe(0.02)
  expect(extentOf(1)).toBeCloseTo(0.2)
  expect(extentOf(100)).toBeCloseTo(0.6)
  expect(extentOf(60_000)).toBe(1)
})
