/**
 * Slow and failed exchanges wait here, bounded in number and time, until a look at the container has come that is later than
 * they are, and go on with what happened meanwhile; all others pass at once. It only asks for looks: who takes them and who
 * takes the exchanges is not known here.
 */
import type { Clock } from '../clock.ts'
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { Limits } from '../limits.ts'
import type { ResourceSample } from '../resources/sample.ts'
import { Crashes } from './crashes.ts'
import { ResourceHistory } from './resource-history.ts'
import { Slowness } from './slowness.ts'

export interface EnrichmentOptions {
  readonly clock: Clock
  readonly limits: Pick<Limits, 'slowMs' | 'slowRoutesMax' | 'samplesKept' | 'enrichingMax' | 'enrichMs'>
  readonly crashes: Crashes
  /** Asks for a look as soon as one may be. */
  readonly soon: () => void
  /** Asks for what a runtime may have removed by then. */
  readonly suspect: () => void
  readonly sink: ExchangeSink
  readonly say: (text: string) => void
}

interface Waiting {
  readonly exchange: Exchange
  readonly untilMs: number
  /** The first look at this time or later lets it go. */
  readonly lookMs: number
}

/** A process that has closed its sockets is not gone yet: a look this much later is sure to see it. */
const SUSPECT_MS = 200

export class Enrichment {
  readonly #options: EnrichmentOptions
  readonly #slowness: Slowness
  readonly #history: ResourceHistory
  #waiting: Waiting[] = []
  #cancel: (() => void) | undefined
  #isSuspected = false
  #isFullSaid = false

  constructor(options: EnrichmentOptions) {
    const { slowMs, slowRoutesMax, samplesKept } = options.limits
    this.#options = options
    this.#slowness = new Slowness({ slowMs, slowRoutesMax })
    this.#history = new ResourceHistory(samplesKept)
  }

  readonly sink: ExchangeSink = (exchange) => {
    const isSuspect = Crashes.isSuspect(exchange)
    const isSlow = hasUsualDuration(exchange) && this.#slowness.isSlow(routeOf(exchange), exchange.durationMs)
    if (isSuspect) this.#suspect()
    if (isSuspect || ((isSlow || hasFailed(exchange)) && !this.#history.isEmpty)) this.#wait(exchange, isSuspect)
    else this.#options.sink(exchange)
  }

  /** Who waited for this look goes on with it. */
  sample(sample: ResourceSample): void {
    const { crashes, soon } = this.#options
    this.#isSuspected = false
    this.#history.push(sample)
    crashes.take(sample)
    this.#release(({ exchange, lookMs }) => sample.atMonotonicMs >= lookMs || this.#isBlamed(exchange, sample))
    crashes.report(sample)
    if (this.#waiting.length > 0 || crashes.isPending) soon()
  }

  /** All go on with what is known. */
  close(): void {
    this.#release(() => true)
  }

  #wait(exchange: Exchange, isSuspect: boolean): void {
    const { clock, limits, soon, say } = this.#options
    if (this.#waiting.length >= limits.enrichingMax) {
      if (!this.#isFullSaid) say(`${limits.enrichingMax} slow or failed requests wait for figures; more go without`)
      this.#isFullSaid = true
      return this.#leave(exchange)
    }
    const untilMs = clock.monotonicMs() + limits.enrichMs
    this.#waiting.push({ exchange, untilMs, lookMs: endOf(exchange) + (isSuspect ? SUSPECT_MS : 0) })
    this.#cancel ??= clock.after(limits.enrichMs, () => this.#expire())
    soon()
  }

  /** Once between two looks, however many fail. */
  #suspect(): void {
    if (!this.#isSuspected) this.#options.suspect()
    this.#isSuspected = true
  }

  #expire(): void {
    const { clock } = this.#options
    this.#cancel = undefined
    const nowMs = clock.monotonicMs()
    this.#release(({ untilMs }) => untilMs <= nowMs)
    const [next] = this.#waiting
    if (next !== undefined) this.#cancel = clock.after(Math.max(0, next.untilMs - nowMs), () => this.#expire())
  }

  #release(isReady: (waiting: Waiting) => boolean): void {
    const still: Waiting[] = []
    for (const waiting of this.#waiting) {
      if (isReady(waiting)) this.#leave(waiting.exchange)
      else still.push(waiting)
    }
    this.#waiting = still
    if (still.length > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** A look that has seen the crash and is later than the exchange says all there is to say. */
  #isBlamed(exchange: Exchange, { atMonotonicMs }: ResourceSample): boolean {
    return (
      Crashes.isSuspect(exchange) &&
      endOf(exchange) <= atMonotonicMs &&
      this.#options.crashes.causeOf(exchange) !== undefined
    )
  }

  #leave(exchange: Exchange): void {
    const { crashes, sink } = this.#options
    const crash = Crashes.isSuspect(exchange) ? crashes.causeOf(exchange) : undefined
    const told = crash === undefined ? exchange : crashes.blame(exchange, crash)
    const resources = this.#history.windowOf(exchange.startedMonotonicMs, endOf(exchange), crash !== undefined)
    sink(resources === undefined ? told : { ...told, resources })
  }
}

function endOf({ startedMonotonicMs, durationMs }: Exchange): number {
  return startedMonotonicMs + durationMs
}

/** What lives as long as the two sides like has none, and what was refused never was with the app. */
function hasUsualDuration({ request, upgrade, eventStream, outcome }: Exchange): boolean {
  if (request === undefined || upgrade !== undefined || eventStream !== undefined) return false
  return outcome === 'complete' || outcome === 'client-aborted' || outcome === 'timed-out'
}

function hasFailed({ outcome, response }: Exchange): boolean {
  return outcome === 'timed-out' || outcome === 'refused-response' || (response?.status ?? 0) >= 500
}

/** Without a template a path stands for itself; the many with ids in them are forgotten again. */
function routeOf({ request }: Exchange): string {
  const method = request?.method ?? ''
  const path = request?.route ?? request?.path ?? ''
  if (method !== latest.method || path !== latest.path) latest = { method, path, route: `${method} ${path}` }
  return latest.route
}

/** Nearly every request has the route of the one before. */
let latest = { method: '', path: '', route: ' ' }
