/**
 * What passed, by method and route: counts since the start, rates of the last minute, percentiles of the last five. It is
 * called for every exchange, so a row is found without making anything new, and time is told to it once a second. Paths are
 * chosen by clients: their number is bounded, and the rest is one row.
 */
import type { RouteView } from '../admin/shapes.ts'
import type { Exchange } from '../exchange.ts'
import { faultOf } from '../fault.ts'
import { BUCKETS, bucketOf, percentilesOf, rounded } from './latencies.ts'

export interface RouteTableOptions {
  readonly routesMax: number
  /** Methods that have rows of their own; all others are `_OTHER`. */
  readonly methods: ReadonlySet<string>
}

const OTHER_METHOD = '_OTHER'
/** The table is sent every second: a path is cut to what a person reads. */
const ROUTE_CHARS_MAX = 200

const RATE_SLICE_S = 5
/** Twelve whole ones and the one that is being filled: a minute and a little. */
const RATE_SLICES = 13
const LATENCY_SLICE_S = 60
const LATENCY_SLICES = 5

/** The slices that are being filled now. */
interface Now {
  second: number
  rate: number
  latency: number
}

export class RouteTable {
  readonly #options: RouteTableOptions
  /** By route, then by method. */
  readonly #rows = new Map<string, Map<string, Row>>()
  readonly #other = new Row('', '(other)')
  readonly #refused = new Row('', '(refused)')
  readonly #opaque = new Row('', '(opaque)')
  readonly #now: Now = { second: 0, rate: 0, latency: 0 }
  #size = 0
  #isCrowded = false

  constructor(options: RouteTableOptions) {
    this.#options = options
  }

  take(exchange: Exchange): void {
    const { upgrade, eventStream, durationMs } = exchange
    // The lifetime of a stream is no duration of a request.
    const countedMs = upgrade === undefined && eventStream === undefined ? durationMs : -1
    this.#rowOf(exchange).take(countedMs, faultOf(exchange) === 'server', this.#now)
  }

  /** To be told once a second, by a clock that never goes back. */
  advance(second: number): void {
    const now = this.#now
    now.second = second
    now.rate = Math.floor(second / RATE_SLICE_S)
    const latency = Math.floor(second / LATENCY_SLICE_S)
    if (latency === now.latency) return
    now.latency = latency
    if (this.#isCrowded) this.#foldIdle()
  }

  views(): RouteView[] {
    const rows = [...this.#rows.values()].flatMap((methods) => [...methods.values()])
    const rest = [this.#other, this.#refused, this.#opaque].filter(({ count }) => count > 0)
    return [...rows, ...rest].map((row) => row.view(this.#now))
  }

  #rowOf({ request, upgrade }: Exchange): Row {
    if (request === undefined) return upgrade === undefined ? this.#refused : this.#opaque
    const { method, route, path } = request
    const name = route ?? (path.length > ROUTE_CHARS_MAX ? `${path.slice(0, ROUTE_CHARS_MAX)}...` : path)
    const verb = this.#options.methods.has(method) ? method : OTHER_METHOD
    return this.#rows.get(name)?.get(verb) ?? this.#newRow(name, verb)
  }

  #newRow(route: string, method: string): Row {
    if (this.#size >= this.#options.routesMax) {
      this.#isCrowded = true
      return this.#other
    }
    const row = new Row(method, route)
    const methods = this.#rows.get(route) ?? new Map<string, Row>()
    this.#rows.set(route, methods.set(method, row))
    this.#size++
    return row
  }

  /** Nobody asked for these in all the time that percentiles are of: others may have their places. */
  #foldIdle(): void {
    for (const [route, methods] of this.#rows) {
      for (const [method, row] of methods) {
        if (!row.isIdle(this.#now)) continue
        this.#other.add(row)
        methods.delete(method)
        this.#size--
      }
      if (methods.size === 0) this.#rows.delete(route)
    }
    this.#isCrowded = false
  }
}

class Row {
  readonly #method: string
  readonly #route: string
  count = 0
  #errors = 0
  /** By slice, all and errors side by side. */
  readonly #rates = new Uint32Array(RATE_SLICES * 2)
  readonly #latencies = new Uint32Array(LATENCY_SLICES * BUCKETS)
  /** Of all its slices. */
  readonly #window = new Uint32Array(BUCKETS)
  readonly #maxMs = new Float64Array(LATENCY_SLICES)
  /** The slices up to which it was brought forward. */
  #rate = 0
  #latency = 0
  /** The slice in which something passed last. */
  #usedIn = 0

  constructor(method: string, route: string) {
    this.#method = method
    this.#route = route
  }

  /** Below zero: a duration that does not count. */
  take(durationMs: number, isError: boolean, now: Now): void {
    if (this.#rate !== now.rate || this.#latency !== now.latency) this.#advance(now)
    const at = (now.rate % RATE_SLICES) * 2
    this.#usedIn = now.latency
    this.count++
    this.#rates[at] = (this.#rates[at] ?? 0) + 1
    if (isError) {
      this.#errors++
      this.#rates[at + 1] = (this.#rates[at + 1] ?? 0) + 1
    }
    if (durationMs < 0) return
    const slice = now.latency % LATENCY_SLICES
    const bucket = bucketOf(durationMs)
    const inSlice = slice * BUCKETS + bucket
    this.#latencies[inSlice] = (this.#latencies[inSlice] ?? 0) + 1
    this.#window[bucket] = (this.#window[bucket] ?? 0) + 1
    if (durationMs > (this.#maxMs[slice] ?? 0)) this.#maxMs[slice] = durationMs
  }

  /** What is of the past alone: another row is gone, and was counted. */
  add(row: Row): void {
    this.count += row.count
    this.#errors += row.#errors
  }

  isIdle(now: Now): boolean {
    return now.latency - this.#usedIn >= LATENCY_SLICES
  }

  view(now: Now): RouteView {
    this.#advance(now)
    const seconds = Math.min(now.second, (RATE_SLICES - 1) * RATE_SLICE_S + (now.second % RATE_SLICE_S))
    const rate = (from: 0 | 1): number => {
      let sum = 0
      for (let at = from; at < RATE_SLICES * 2; at += 2) sum += this.#rates[at] ?? 0
      return rounded(sum / Math.max(1, seconds))
    }
    const maxMs = Math.max(...this.#maxMs)
    return {
      method: this.#method,
      route: this.#route,
      count: this.count,
      errors: this.#errors,
      perSecond: rate(0),
      errorsPerSecond: rate(1),
      ...percentilesOf(this.#window, maxMs),
      ...(maxMs > 0 && { maxMs: rounded(maxMs) }),
    }
  }

  /** What the slices held that are to be filled next is of long ago. */
  #advance({ rate, latency }: Now): void {
    for (let slice = Math.max(this.#rate + 1, rate - RATE_SLICES + 1); slice <= rate; slice++) {
      const at = (slice % RATE_SLICES) * 2
      this.#rates.fill(0, at, at + 2)
    }
    for (let slice = Math.max(this.#latency + 1, latency - LATENCY_SLICES + 1); slice <= latency; slice++) {
      const at = slice % LATENCY_SLICES
      const gone = this.#latencies.subarray(at * BUCKETS, (at + 1) * BUCKETS)
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        this.#window[bucket] = (this.#window[bucket] ?? 0) - (gone[bucket] ?? 0)
      gone.fill(0)
      this.#maxMs[at] = 0
    }
    this.#rate = rate
    this.#latency = latency
  }
}
