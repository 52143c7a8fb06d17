/**
 * Joins what the tunnel saw (the app reset or refused a connection) with what the sampler saw (its process gone, a kill
 * counted): only both together make a crash the reason of a failed exchange.
 */
import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import type { InflightRequest } from '../inflight.ts'
import type { Crash, CrashReport, ResourceSample } from '../resources/sample.ts'

export interface CrashesOptions {
  /** Requests under way now. */
  readonly inflight: () => readonly InflightRequest[]
  readonly clock: Pick<Clock, 'anchor'>
  /** How many requests a report names. */
  readonly requestsMax: number
  readonly onCrash: (report: CrashReport) => void
}

/** As the table of those in flight has it: a thousand whole ones would be a record of megabytes, which no backend takes. */
const PATH_LENGTH_MAX = 183

const TEXTS: Readonly<Record<Crash['cause'], string>> = {
  app_oom_killed: 'the app was killed for want of memory',
  app_exited: 'the app exited',
}

export class Crashes {
  readonly #options: CrashesOptions
  #crash: Crash | undefined
  #lastReported = 0
  #victims: CrashReport['requests'][number][] = []
  #victimCount = 0

  constructor(options: CrashesOptions) {
    this.#options = options
  }

  take({ app }: Pick<ResourceSample, 'app'>): void {
    this.#crash = app.crash
  }

  /** A crash that is not reported yet: another look soon will tell who went down with it. */
  get isPending(): boolean {
    return this.#crash !== undefined && this.#crash.count > this.#lastReported
  }

  /** Whether a crash may be what it failed of. */
  static isSuspect({ kind, outcome }: Exchange): boolean {
    return kind === 'server' && (outcome === 'origin-aborted' || outcome === 'origin-unreachable')
  }

  /** The crash that a suspect failed of: it ended after the app was last seen well and began before it was so again. */
  causeOf({ startedMonotonicMs, durationMs }: Exchange): Crash | undefined {
    const crash = this.#crash
    if (crash === undefined) return undefined
    const { afterMonotonicMs, overMonotonicMs = Number.POSITIVE_INFINITY } = crash
    const isWithin = startedMonotonicMs + durationMs >= afterMonotonicMs && startedMonotonicMs <= overMonotonicMs
    return isWithin ? crash : undefined
  }

  /** The exchange with the crash as its error; of those that were in flight it keeps the names for the report. */
  blame(exchange: Exchange, { cause, seenMonotonicMs }: Crash): Exchange {
    const { trace, request, startedMonotonicMs, error } = exchange
    const wasInFlight = startedMonotonicMs <= seenMonotonicMs
    if (wasInFlight && this.isPending) this.#note({ traceId: trace.traceId, method: '', path: '', ...nameOf(request) })
    const how = error === undefined ? '' : ` (${error.type})`
    return { ...exchange, error: { type: `podspan.${cause}`, at: 'origin', message: `${TEXTS[cause]}${how}` } }
  }

  /** Once for each crash, when a look after it has given its exchanges the time to come. */
  report({ atMonotonicMs }: Pick<ResourceSample, 'atMonotonicMs'>): void {
    const crash = this.#crash
    if (crash === undefined || !this.isPending) return
    if (atMonotonicMs <= Math.max(crash.seenMonotonicMs, crash.overMonotonicMs ?? 0)) return
    const { inflight, clock, onCrash } = this.#options
    // Nobody has ended those yet; the app that would answer them is no more.
    for (const request of inflight()) if (request.startedMonotonicMs <= crash.seenMonotonicMs) this.#note(request)
    const requests = this.#victims
    this.#lastReported = crash.count
    const seenAtMs = clock.anchor.wallMs + (crash.seenMonotonicMs - clock.anchor.monotonicMs)
    onCrash({ crash, seenAtMs, requests, requestCount: this.#victimCount })
    this.#victims = []
    this.#victimCount = 0
  }

  #note({ traceId, method, path }: CrashReport['requests'][number]): void {
    this.#victimCount++
    if (this.#victims.length >= this.#options.requestsMax) return
    this.#victims.push({ traceId, method, path: path.slice(0, PATH_LENGTH_MAX) })
  }
}

/** For people: what happened, and to whom. */
export function crashLine({ crash, requests, requestCount }: CrashReport): string {
  const named = requests.slice(0, NAMED_MAX).map(({ traceId, method, path }) => `${method} ${path} (trace ${traceId})`)
  const rest = requestCount > named.length ? `, and ${requestCount - named.length} more` : ''
  const who = requestCount === 0 ? 'nothing was in flight' : `in flight: ${named.join(', ')}${rest}`
  return `${TEXTS[crash.cause]}; ${who}`
}

const NAMED_MAX = 5

function nameOf(request: Exchange['request']): { readonly method: string; readonly path: string } | undefined {
  return request && { method: request.method, path: request.path }
}
