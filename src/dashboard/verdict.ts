/** What happened in this pod just now, in one sentence and a few figures. Pure. */
import type { RouteView, TrafficPoint } from '../admin/shapes.ts'
import { counted, duration, percent, rate } from './format.ts'
import type { Tone } from './outcome.ts'
import { since } from './points.ts'
import { ordered } from './routes.ts'
import type { State } from './state.ts'
import { deliveriesOf, lossOf, type Statement } from './telemetry.ts'

export interface Verdict {
  readonly tone: Tone
  readonly headline: string
  readonly facts: readonly string[]
}

const MINUTE_MS = 60_000
const RECENT_MS = 10_000
/** From here on it is no single request that fails. */
const MANY_FAIL = 0.05
/** Of each second: from here on requests feel it. */
const THROTTLED = 0.1
const FULL = 0.95

export function verdictOf(state: State): Verdict {
  const { traffic, tick } = state
  const last = traffic.at(-1)
  if (last === undefined) return { tone: 'neutral', headline: 'Waiting for the sidecar.', facts: [] }
  const minute = since(traffic, last.atMs - MINUTE_MS + 1)
  const requests = sum(minute, ({ requests }) => requests)
  const errors = sum(minute, ({ errors }) => errors)
  const found = appDown(state) ??
    failing(requests, errors, tick?.routes ?? []) ??
    starved(state) ??
    telemetryBroken(state) ?? {
      tone: requests === 0 ? ('neutral' as const) : ('good' as const),
      text: requests === 0 ? 'No request in the last minute.' : 'All is well.',
    }
  const more = found.more === undefined ? [] : [found.more]
  return { tone: found.tone, headline: found.text, facts: [...more, ...figures(minute, requests, errors)] }
}

function appDown({ tick }: State): Statement | undefined {
  const app = tick?.app?.app
  if (app === undefined || app.isUp) return undefined
  if (app.crash === undefined) return { tone: 'bad', text: 'The app is down.', more: 'nobody listens at the target' }
  const isKilled = app.crash.cause === 'app_oom_killed'
  return { tone: 'bad', text: isKilled ? 'The app was killed for want of memory.' : 'The app has exited.' }
}

function failing(requests: number, errors: number, routes: readonly RouteView[]): Statement | undefined {
  if (errors === 0) return undefined
  const worst = ordered(routes, 'failing')[0]
  const where =
    worst !== undefined && worst.errorsPerSecond > 0 ? { more: `most on ${worst.method} ${worst.route}` } : {}
  const share = errors / requests
  if (share >= MANY_FAIL) return { tone: 'bad', text: `${percent(share)} of the requests fail.`, ...where }
  return { tone: 'warn', text: `${counted(errors, 'request')} failed in the last minute.`, ...where }
}

function starved({ resources }: State): Statement | undefined {
  const last = resources.at(-1)
  if (last === undefined) return undefined
  const { memoryBytes, memoryLimitBytes } = last
  if (memoryBytes !== undefined && memoryLimitBytes !== undefined && memoryBytes >= FULL * memoryLimitBytes) {
    return { tone: 'bad', text: 'The container is about to run out of memory.' }
  }
  const recent = since(resources, last.atMs - RECENT_MS + 1)
  const throttled = sum(recent, ({ throttledMs = 0 }) => throttledMs) / recent.length / 1_000
  if (throttled < THROTTLED) return undefined
  const more = `tasks stood still for ${duration(throttled * 1_000)} of each second`
  return { tone: 'warn', text: 'The container has used up its CPU quota.', more }
}

function telemetryBroken({ tick }: State): Statement | undefined {
  if (tick === undefined) return undefined
  const deliveries = deliveriesOf(tick.ledger, tick.traffic.atMs)
  const broken = [lossOf(tick.ledger), ...deliveries].find(({ tone }) => tone === 'bad')
  return broken === undefined ? undefined : { tone: 'warn', text: broken.text }
}

function figures(minute: readonly TrafficPoint[], requests: number, errors: number): string[] {
  if (requests === 0) return []
  const failed = errors === 0 ? 'none failed' : `${percent(errors / requests)} failed`
  return [`${rate(requests / minute.length)} requests a second`, failed]
}

function sum<P>(points: readonly P[], figure: (point: P) => number): number {
  return points.reduce((total, point) => total + figure(point), 0)
}
