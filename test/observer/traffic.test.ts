import { expect, test } from 'vitest'
import { Traffic } from '../../src/observer/traffic.ts'
import { exchangeOf } from '../support/observed.ts'

const of = (status: number) => ({ response: { status, reason: '', bytes: 5 } })

test('a second has what ended in it, and the next begins anew', () => {
  const traffic = new Traffic(10)
  traffic.take(exchangeOf(1, { durationMs: 4 }))
  traffic.take(exchangeOf(2, { durationMs: 4, ...of(404) }))
  traffic.take(exchangeOf(3, { durationMs: 4, ...of(503) }))
  traffic.take(exchangeOf(4, { durationMs: 9_000, upgrade: { protocol: 'websocket', bytesIn: 7, bytesOut: 8 } }))
  expect(traffic.endSecond(1_000.4, 2)).toEqual({
    atMs: 1_000,
    requests: 4,
    errors: 1,
    clientErrors: 1,
    inflight: 2,
    p50Ms: 4,
    p95Ms: 4,
    p99Ms: 4,
    bytesIn: 7,
    bytesOut: 28,
  })
  const empty = { requests: 0, errors: 0, clientErrors: 0, inflight: 0, bytesIn: 0, bytesOut: 0 }
  expect(traffic.endSecond(2_000, 0)).toEqual({ atMs: 2_000, ...empty })
})

test('it keeps so many seconds, oldest first', () => {
  const traffic = new Traffic(3)
  for (let second = 1; second <= 5; second++) traffic.endSecond(second, 0)
  expect(traffic.points().map(({ atMs }) => atMs)).toEqual([3, 4, 5])
})
