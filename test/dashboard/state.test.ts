import { expect, it } from 'vitest'
import type { LiveEvent } from '../../src/admin/shapes.ts'
import { type Action, initialState, reduce, type State } from '../../src/dashboard/state.ts'
import { about, anExchange, aSecond, aTick } from '../support/seen.ts'

const happens = (state: State, ...actions: Action[]): State => actions.reduce(reduce, state)
const event = (event: LiveEvent): Action => ({ type: 'event', event })
const hello = (startedAtMs: number, seconds: readonly number[], ids: readonly number[]): Action =>
  event({
    event: 'hello',
    data: {
      about: about(startedAtMs),
      traffic: seconds.map((second) => aSecond(second * 1_000, { requests: second })),
      resources: seconds.map((second) => ({ atMs: second * 1_000, cpuCores: second })),
      exchanges: ids.map((id) => anExchange(id)),
    },
  })
const idsOf = (state: State): number[] => state.rows.map(({ exchange }) => exchange.id)

it('knows nothing before the first hello, and then what it says', () => {
  const state = initialState('status>=500')
  expect(state.connection).toEqual({ is: 'connecting' })
  expect(state.where).toBe('status>=500')
  const next = happens(state, hello(100, [1, 2], [7, 8]))
  expect(next.connection).toEqual({ is: 'live' })
  expect(next.about?.service).toBe('shop')
  expect(idsOf(next)).toEqual([8, 7])
  expect(next.traffic.map(({ requests }) => requests)).toEqual([1, 2])
})

it('goes on with ticks and exchanges, and adds up what was missed', () => {
  const tick = aTick(3_000, { resources: { atMs: 3_000, cpuCores: 3 } })
  const batch = (id: number, missed: number): Action =>
    event({ event: 'exchanges', data: { exchanges: [anExchange(id)], missed } })
  const state = happens(
    initialState(''),
    hello(100, [1, 2], [7]),
    event({ event: 'tick', data: tick }),
    batch(8, 2),
    batch(9, 3),
  )
  expect(state.traffic.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 3_000])
  expect(state.resources.map(({ cpuCores }) => cpuCores)).toEqual([1, 2, 3])
  expect(state.tick).toBe(tick)
  expect(idsOf(state)).toEqual([9, 8, 7])
  expect(state.missed).toBe(5)
})

it('leaves the container as it was when a tick has no look at it', () => {
  const state = happens(initialState(''), hello(100, [1], []))
  expect(happens(state, event({ event: 'tick', data: aTick(2_000) })).resources).toBe(state.resources)
})

it('says since when the connection is lost, and shows what it had', () => {
  const state = happens(
    initialState(''),
    hello(100, [1, 2], [7]),
    { type: 'lost', atMs: 5_000 },
    { type: 'lost', atMs: 9_000 },
  )
  expect(state.connection).toEqual({ is: 'lost', atMs: 5_000 })
  expect(idsOf(state)).toEqual([7])
  expect(state.traffic.length).toBe(2)
})

it('goes on with the sidecar that comes after, whose numbers begin again', () => {
  const state = happens(
    initialState(''),
    hello(100, [1, 2], [0, 1]),
    { type: 'lost', atMs: 5_000 },
    hello(200, [8, 9], [0]),
  )
  expect(state.connection).toEqual({ is: 'live' })
  expect(state.traffic.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 8_000, 9_000])
  expect(state.rows.map(({ key }) => key)).toEqual(['200-0', '100-1', '100-0'])
})

it('begins another list with another filter, and keeps the charts', () => {
  const state = happens(initialState(''), hello(100, [1, 2], [7, 8]), { type: 'filter', where: 'error' })
  expect(state.where).toBe('error')
  expect(state.rows).toEqual([])
  expect(state.missed).toBe(0)
  expect(state.traffic.length).toBe(2)
})
