import { expect, test } from 'vitest'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Overview } from '../../src/observer/overview.ts'
import { exchangeOf, ManualClock, sampleOf } from '../support/observed.ts'

test('every exchange is counted in all tables and passed on, and each second tells what was in it', async () => {
  const clock = new ManualClock()
  const { config } = { config: { limits: DEFAULT_LIMITS, observation: { knownMethods: KNOWN_METHODS } } }
  const overview = new Overview({ clock, config: config as never, inflightCount: () => 3 })
  const seconds: unknown[] = []
  const passed: number[] = []
  overview.onSecond = (traffic, resources) => seconds.push([traffic.requests, traffic.inflight, resources?.atMs])
  overview.onExchange = ({ id }) => passed.push(id)
  overview.sample({ ...sampleOf(1), atMonotonicMs: 500 })
  for (let id = 1; id <= 4; id++) overview.exchange(exchangeOf(id))
  await clock.pass(1_000)
  overview.exchange(exchangeOf(5))
  await clock.pass(1_000)
  expect(passed).toEqual([1, 2, 3, 4, 5])
  expect(seconds).toEqual([
    [4, 3, 500],
    [1, 3, undefined],
  ])
  expect(overview.routes.views()).toMatchObject([{ route: '/a', count: 5, perSecond: 2.5 }])
  expect(overview.durations.series()).toHaveLength(1)
  expect(overview.resources.latest?.atMonotonicMs).toBe(500)
  overview.stop()
  expect(clock.timers).toBe(0)
})
