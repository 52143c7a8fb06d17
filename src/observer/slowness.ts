/**
 * What is slow for a route: longer than 95 of 100 of its exchanges, by a running estimate of two numbers a route, or than a
 * bound that somebody set. It keeps no exchanges, and no more routes than it is allowed.
 */

/** A route with fewer exchanges than this is judged by all routes together: of 20 one is above the 95th percentile. */
const KNOWN_FROM = 20
const QUANTILE = 0.95
/** How far one exchange may move an estimate: a tenth of it. */
const STEP = 0.1

export interface SlownessOptions {
  /** 0: measured, route by route. */
  readonly slowMs: number
  readonly slowRoutesMax: number
}

export class Slowness {
  readonly #options: SlownessOptions
  readonly #routes = new Map<string, RunningQuantile>()
  readonly #all = new RunningQuantile()
  /** The route that was asked for last: it is where it belongs. */
  #latest: { readonly route: string; readonly own: RunningQuantile } | undefined

  constructor(options: SlownessOptions) {
    this.#options = options
  }

  /** Whether it is slow by what was seen before it; then it is part of what was seen. */
  isSlow(route: string, durationMs: number): boolean {
    const { slowMs } = this.#options
    if (slowMs > 0) return durationMs >= slowMs
    const own = this.#quantileOf(route)
    const usualMs = own.value ?? this.#all.value
    const isSlow = usualMs !== undefined && durationMs > usualMs
    own.add(durationMs)
    this.#all.add(durationMs)
    return isSlow
  }

  /** The routes that were asked for last are kept: paths with ids in them come once and leave again. */
  #quantileOf(route: string): RunningQuantile {
    if (this.#latest?.route === route) return this.#latest.own
    const known = this.#routes.get(route) ?? new RunningQuantile()
    this.#latest = { route, own: known }
    this.#routes.delete(route)
    if (this.#routes.size >= this.#options.slowRoutesMax) {
      const [eldest = ''] = this.#routes.keys()
      this.#routes.delete(eldest)
    }
    this.#routes.set(route, known)
    return known
  }
}

/**
 * The first few are kept and say where it begins: the very first, of an app that was cold, is not believed. From then on
 * Robbins-Monro on a scale of ratios: up by 0.95 of a step when a duration is above the estimate, down by 0.05 of one when it
 * is below. Where it stands still 5 in 100 are above. It follows an app whose durations change.
 */
export class RunningQuantile {
  #first: number[] = []
  #log: number | undefined

  /** Undefined until enough was seen. */
  get value(): number | undefined {
    return this.#log === undefined ? undefined : Math.exp(this.#log)
  }

  add(durationMs: number): void {
    const log = Math.log(Math.max(durationMs, 1e-3))
    if (this.#log !== undefined) this.#log += STEP * (log > this.#log ? QUANTILE : QUANTILE - 1)
    else if (this.#first.push(log) === KNOWN_FROM) this.#begin()
  }

  #begin(): void {
    this.#log = this.#first.toSorted((a, b) => a - b)[Math.ceil(QUANTILE * KNOWN_FROM) - 1]
    this.#first = []
  }
}
