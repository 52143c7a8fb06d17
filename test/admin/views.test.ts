import { expect, test } from 'vitest'
import { aboutAnswer, helloOf, inflightAnswer, tickOf } from '../../src/admin/views.ts'
import type { InflightRequest } from '../../src/inflight.ts'
import { seenBy } from '../support/admin.ts'
import { exchangeOf, ManualClock, sampleOf } from '../support/observed.ts'

const under = (id: number, startedMonotonicMs: number): InflightRequest => {
  return { id, startedMonotonicMs, traceId: 'a'.repeat(32), method: 'GET', path: '/', phase: 'waiting' }
}

test('what is under way: the oldest first, with its age, and how many there are in all', () => {
  const clock = new ManualClock()
  clock.block(1_000)
  const inflight = () => [under(1, 900.4), under(2, 100), under(3, 1_200)]
  const { requests, count } = inflightAnswer({ clock, inflight, inflightCount: () => 7 }, 2)
  expect(requests.map(({ id, ageMs }) => [id, ageMs])).toEqual([
    [2, 900],
    [1, 100],
  ])
  expect(requests[0]).not.toHaveProperty('startedMonotonicMs')
  expect(count).toBe(7)
})

test('about: the port is the one where it listens, whatever was asked for', () => {
  const seen = seenBy({ config: { listen: { host: '0.0.0.0', port: 0 } }, listeningPort: () => 40_000 })
  seen.overview.stop()
  expect(aboutAnswer(seen)).toMatchObject({
    pod: 'pod-1',
    target: '127.0.0.1:1',
    listen: { host: '0.0.0.0', port: 40_000 },
  })
})

test('a hello has all that was before, a tick what is now', async () => {
  const clock = new ManualClock()
  const seen = seenBy({ clock })
  seen.take(exchangeOf(1))
  seen.overview.sample({ ...sampleOf(1), atMonotonicMs: 1 })
  await clock.pass(3_000)
  const hello = helloOf(seen, [exchangeOf(1)])
  expect(hello.traffic.map(({ requests }) => requests)).toEqual([1, 0, 0])
  expect(hello.resources).toHaveLength(1)
  const point = hello.traffic[0] ?? expect.fail('no point')
  expect(tickOf(seen, point, undefined)).toMatchObject({
    traffic: { requests: 1 },
    routes: [{ route: '/a', count: 1 }],
    inflight: { count: 0 },
    ledger: { backends: [] },
    app: { app: { isUp: true }, scope: 'none' },
  })
  seen.overview.stop()
})
