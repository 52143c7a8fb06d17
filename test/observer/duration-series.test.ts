import { expect, test } from 'vitest'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import { DurationTable } from '../../src/observer/duration-series.ts'
import { exchangeOf } from '../support/observed.ts'

function tableOf(seriesMax = 100): DurationTable {
  return new DurationTable({ seriesMax, methods: new Set(KNOWN_METHODS) })
}

const REQUEST = { method: 'GET', path: '/users/7', scheme: 'http', httpVersion: '1.1', bytes: 0 }

test('a series a method, status and template; a path makes none', () => {
  const table = tableOf()
  for (let each = 0; each < 500; each++)
    table.take(exchangeOf(each, { request: { ...REQUEST, path: `/${each}`, method: `M${each}` } }))
  table.take(exchangeOf(1, { request: { ...REQUEST, route: '/users/{id}' } }))
  table.take(exchangeOf(1, { request: REQUEST, response: undefined, outcome: 'client-aborted' }))
  expect(table.series().map(({ method, route, status }) => [method, route, status])).toEqual([
    ['_OTHER', undefined, 200],
    ['GET', '/users/{id}', 200],
    ['GET', undefined, undefined],
  ])
  expect(table.series()[0]?.counts.reduce((sum, count) => sum + count)).toBe(500)
})

test('a duration is in the first bucket whose boundary it does not exceed', () => {
  const table = tableOf()
  for (const durationMs of [0, 5, 5.001, 10_000, 10_001]) table.take(exchangeOf(1, { durationMs }))
  const { counts, sum } = table.series()[0] ?? {}
  expect([...(counts ?? [])]).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
  expect(sum).toBeCloseTo(20.011, 4)
})

test('each bucket remembers the last sampled trace in it', () => {
  const table = tableOf()
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true }
  table.take(exchangeOf(1, { durationMs: 1 }))
  table.take(exchangeOf(2, { durationMs: 2, trace, startedAtMs: 100 }))
  table.take(exchangeOf(3, { durationMs: 3, trace: { ...trace, traceId: 'c'.repeat(32), sampled: false } }))
  expect(table.series()[0]?.exemplars[0]).toEqual({
    traceId: trace.traceId,
    spanId: trace.spanId,
    seconds: 0.002,
    atMs: 102,
  })
})

test('beyond the bound all that is new is one series, and none of it is lost', () => {
  const table = tableOf(4)
  for (let status = 200; status < 210; status++)
    table.take(exchangeOf(1, { response: { status, reason: '', bytes: 0 } }))
  expect(table.series()).toHaveLength(4)
  expect(table.series().map(({ isOverflow }) => isOverflow)).toEqual([false, false, false, true])
  expect(
    table
      .series()
      .flatMap(({ counts }) => [...counts])
      .reduce((sum, count) => sum + count),
  ).toBe(10)
})

test('the lifetime of a stream is no duration', () => {
  const table = tableOf()
  table.take(exchangeOf(1, { eventStream: {} }))
  table.take(exchangeOf(1, { upgrade: { protocol: 'websocket', bytesIn: 0, bytesOut: 0 } }))
  expect(table.series()).toEqual([])
})
