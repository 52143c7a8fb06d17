/**
 * All that the page knows, and how each thing that arrives changes it. Pure: no browser, no time of its own.
 */
import type { AboutAnswer, LiveEvent, LiveHello, LiveTick, ResourcePoint, TrafficPoint } from '../admin/shapes.ts'
import { joined } from './points.ts'
import { ROWS_MAX, type Row, withNewest } from './rows.ts'

/** `atMs`: since when. */
export type Connection =
  | { readonly is: 'connecting' }
  | { readonly is: 'live' }
  | { readonly is: 'lost'; readonly atMs: number }

export interface State {
  readonly connection: Connection
  /** The filter that the list is seen through; '' is none. */
  readonly where: string
  readonly about: AboutAnswer | undefined
  readonly traffic: readonly TrafficPoint[]
  readonly resources: readonly ResourcePoint[]
  readonly rows: readonly Row[]
  /** Exchanges that the sidecar could not send because this page was too slow. */
  readonly missed: number
  readonly tick: LiveTick | undefined
}

export type Action =
  | { readonly type: 'event'; readonly event: LiveEvent }
  | { readonly type: 'lost'; readonly atMs: number }
  | { readonly type: 'filter'; readonly where: string }

export function initialState(where: string): State {
  return {
    connection: { is: 'connecting' },
    where,
    about: undefined,
    traffic: [],
    resources: [],
    rows: [],
    missed: 0,
    tick: undefined,
  }
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'event':
      return withEvent(state, action.event)
    case 'lost':
      // The first of many: since then nothing was seen.
      return state.connection.is === 'lost' ? state : { ...state, connection: { is: 'lost', atMs: action.atMs } }
    case 'filter':
      return { ...state, where: action.where, rows: [], missed: 0 }
  }
}

function withEvent(state: State, { event, data }: LiveEvent): State {
  switch (event) {
    case 'hello':
      return withHello(state, data)
    case 'tick':
      return withTick(state, data)
    case 'exchanges':
      return {
        ...state,
        rows: withNewest(state.rows, data.exchanges, state.about?.startedAtMs ?? 0),
        missed: state.missed + data.missed,
      }
  }
}

/** What was seen before stays, also of a sidecar that is gone: it may be what somebody came for. */
function withHello(state: State, hello: LiveHello): State {
  return {
    ...state,
    connection: { is: 'live' },
    about: hello.about,
    traffic: joined(state.traffic, hello.traffic),
    resources: joined(state.resources, hello.resources),
    rows: withNewest(state.rows, hello.exchanges.slice(-ROWS_MAX), hello.about.startedAtMs),
  }
}

function withTick(state: State, tick: LiveTick): State {
  return {
    ...state,
    tick,
    traffic: joined(state.traffic, [tick.traffic]),
    resources: tick.resources === undefined ? state.resources : joined(state.resources, [tick.resources]),
  }
}
