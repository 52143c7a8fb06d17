/**
 * Durations of requests for whoever scrapes them, as the semantic conventions have them: by method, status and route, in
 * explicit buckets, each with the trace of the last sampled request in it. Bounded: past that, all that is new is one series
 * more. It is called for every exchange and makes something new only for a series that is.
 */
import type { Exchange } from '../exchange.ts'

/** Seconds; the boundaries the semantic conventions advise. */
const BOUNDARIES: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

export interface Exemplar {
  traceId: string
  spanId: string
  seconds: number
  atMs: number
}

export interface DurationSeries {
  /** All of what has no series of its own. */
  readonly isOverflow: boolean
  readonly method: string
  /** A template that somebody wrote; never a path. */
  readonly route: string | undefined
  readonly status: number | undefined
  /** One for each boundary, and one for what is above the last; not cumulative. */
  readonly counts: Float64Array
  readonly exemplars: (Exemplar | undefined)[]
  sum: number
}

export interface DurationTableOptions {
  readonly seriesMax: number
  readonly methods: ReadonlySet<string>
}

const OTHER_METHOD = '_OTHER'
const NO_ROUTE = ''
const NO_STATUS = 0

export class DurationTable {
  readonly boundaries: readonly number[] = BOUNDARIES
  readonly #options: DurationTableOptions
  /** By route, then method, then status. */
  readonly #series = new Map<string, Map<string, Map<number, DurationSeries>>>()
  readonly #all: DurationSeries[] = []
  #overflow: DurationSeries | undefined

  constructor(options: DurationTableOptions) {
    this.#options = options
  }

  take(exchange: Exchange): void {
    const { upgrade, eventStream, durationMs } = exchange
    // The lifetime of a stream is no duration of a request.
    if (upgrade !== undefined || eventStream !== undefined) return
    const seconds = durationMs / 1e3
    const series = this.#seriesOf(exchange)
    let bucket = 0
    while (bucket < BOUNDARIES.length && seconds > (BOUNDARIES[bucket] ?? 0)) bucket++
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sum += seconds
    if (exchange.trace.sampled) remember(series, bucket, exchange, seconds)
  }

  series(): readonly DurationSeries[] {
    return this.#overflow === undefined ? this.#all : [...this.#all, this.#overflow]
  }

  #seriesOf({ request, response }: Exchange): DurationSeries {
    const sent = request?.method ?? OTHER_METHOD
    const method = this.#options.methods.has(sent) ? sent : OTHER_METHOD
    const route = request?.route ?? NO_ROUTE
    const status = response?.status ?? NO_STATUS
    return this.#series.get(route)?.get(method)?.get(status) ?? this.#newSeries(route, method, status)
  }

  #newSeries(route: string, method: string, status: number): DurationSeries {
    // One place is kept for the overflow itself.
    if (this.#all.length >= this.#options.seriesMax - 1) {
      this.#overflow ??= emptySeries({ isOverflow: true, method: OTHER_METHOD, route: undefined, status: undefined })
      return this.#overflow
    }
    const labels = { route: route === NO_ROUTE ? undefined : route, status: status === NO_STATUS ? undefined : status }
    const series = emptySeries({ isOverflow: false, method, ...labels })
    const methods = this.#series.get(route) ?? new Map<string, Map<number, DurationSeries>>()
    const statuses = methods.get(method) ?? new Map<number, DurationSeries>()
    this.#series.set(route, methods.set(method, statuses.set(status, series)))
    this.#all.push(series)
    return series
  }
}

function emptySeries(labels: Pick<DurationSeries, 'isOverflow' | 'method' | 'route' | 'status'>): DurationSeries {
  const buckets = BOUNDARIES.length + 1
  return { ...labels, counts: new Float64Array(buckets), exemplars: new Array(buckets).fill(undefined), sum: 0 }
}

function remember(
  series: DurationSeries,
  bucket: number,
  { trace, startedAtMs, durationMs }: Exchange,
  seconds: number,
): void {
  const known = series.exemplars[bucket]
  const atMs = startedAtMs + durationMs
  if (known === undefined) series.exemplars[bucket] = { traceId: trace.traceId, spanId: trace.spanId, seconds, atMs }
  else {
    known.traceId = trace.traceId
    known.spanId = trace.spanId
    known.seconds = seconds
    known.atMs = atMs
  }
}
