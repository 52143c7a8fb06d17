import { expect, it } from 'vitest'
import type { LiveTick, RouteView, TrafficPoint } from '../../src/admin/shapes.ts'
import { initialState, type State } from '../../src/dashboard/state.ts'
import { verdictOf } from '../../src/dashboard/verdict.ts'
import { aSecond, aTick, books } from '../support/seen.ts'

const NOW = 1_000_000

/** A minute of it. */
function minute(more: Partial<TrafficPoint>): TrafficPoint[] {
  return Array.from({ length: 60 }, (_, index) => aSecond(NOW - (59 - index) * 1_000, more))
}

function state(traffic: readonly TrafficPoint[], tick: Partial<LiveTick> = {}, more: Partial<State> = {}): State {
  return { ...initialState(''), traffic, tick: aTick(NOW, tick), ...more }
}

const route = (name: string, errorsPerSecond: number): RouteView => ({
  method: 'POST',
  route: name,
  count: 10,
  errors: 0,
  perSecond: 1,
  errorsPerSecond,
})
const down = (app: object): Partial<LiveTick> => ({
  app: { scope: 'app', app: { isUp: false, exits: 1, oomKills: 0, ...app } },
})
const crash = (cause: string): object => ({ crash: { count: 1, cause, afterMonotonicMs: 0, seenMonotonicMs: 0 } })
const resources = (more: object): Partial<State> => ({ resources: [{ atMs: NOW, ...more }] })

it('waits before anything is heard', () => {
  expect(verdictOf(initialState(''))).toEqual({ tone: 'neutral', headline: 'Waiting for the sidecar.', facts: [] })
})

it.each<[string, State, string, string]>([
  ['nothing passed', state(minute({})), 'neutral', 'No request in the last minute.'],
  ['all is answered', state(minute({ requests: 40 })), 'good', 'All is well.'],
  ['a few fail', state(minute({ requests: 100, errors: 1 })), 'warn', '60 requests failed in the last minute.'],
  ['many fail', state(minute({ requests: 10, errors: 2 })), 'bad', '20 % of the requests fail.'],
  ['the app is gone', state(minute({ requests: 1 }), down({})), 'bad', 'The app is down.'],
  [
    'the app was killed',
    state([aSecond(NOW)], down(crash('app_oom_killed'))),
    'bad',
    'The app was killed for want of memory.',
  ],
  ['the app ended', state([aSecond(NOW)], down(crash('app_exited'))), 'bad', 'The app has exited.'],
  [
    'memory runs out',
    state(minute({ requests: 1 }), {}, resources({ memoryBytes: 98, memoryLimitBytes: 100 })),
    'bad',
    'The container is about to run out of memory.',
  ],
  [
    'the quota is used up',
    state(minute({ requests: 1 }), {}, resources({ throttledMs: 340 })),
    'warn',
    'The container has used up its CPU quota.',
  ],
  [
    'spans are lost',
    state(minute({ requests: 1 }), {
      ledger: { ledger: books((each) => each.dropped('span', 'queue_full')), backends: [] },
    }),
    'warn',
    'Lost: 1 span.',
  ],
])('says it when %s', (_, seen, tone, headline) => {
  expect(verdictOf(seen)).toMatchObject({ tone, headline })
})

it('names the route that fails most, and how much passes', () => {
  const routes = [route('/fine', 0), route('/checkout', 0.4), route('/cart', 0.1)]
  expect(verdictOf(state(minute({ requests: 100, errors: 1 }), { routes })).facts).toEqual([
    'most on POST /checkout',
    '100 requests a second',
    '1 % failed',
  ])
  expect(verdictOf(state(minute({ requests: 40 }))).facts).toEqual(['40 requests a second', 'none failed'])
})

it('looks at the last minute alone', () => {
  const before = aSecond(NOW - 60_000, { requests: 50, errors: 50 })
  expect(verdictOf(state([before, ...minute({ requests: 1 })])).tone).toBe('good')
})

it('takes a throttled second for one, and ten for a want', () => {
  const seconds = Array.from({ length: 10 }, (_, index) => ({ atMs: NOW - (9 - index) * 1_000, throttledMs: 0 }))
  const once = [...seconds.slice(1), { atMs: NOW, throttledMs: 900 }]
  expect(verdictOf(state(minute({ requests: 1 }), {}, { resources: once })).tone).toBe('good')
  const often = seconds.map((each) => ({ ...each, throttledMs: 200 }))
  expect(verdictOf(state(minute({ requests: 1 }), {}, { resources: often })).facts[0]).toBe(
    'tasks stood still for 200 ms of each second',
  )
})
