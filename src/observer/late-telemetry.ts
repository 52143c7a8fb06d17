/**
 * Stands for OpenTelemetry while it is being loaded, when it is not wanted, and when it cannot be had. Nothing of
 * OpenTelemetry is known here: what is loaded is given as a function.
 */
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { BackendState, Ledger, Signal } from '../ledger.ts'
import type { CrashReport, ResourceSample } from '../resources/sample.ts'

export interface Telemetry {
  /** Keeps the books of `span`, and of `log` where logs are kept, itself. */
  readonly exchange: ExchangeSink
  readonly sample: (sample: ResourceSample) => void
  /** A log record, where logs are sent; counted by it. */
  readonly crash: (report: CrashReport) => void
  readonly backends: () => readonly BackendState[]
  /** Sends what is queued, at most this long. */
  readonly shutdown: (withinMs: number) => Promise<void>
}

export interface LateTelemetryOptions {
  readonly ledger: Ledger
  /** What an exchange creates besides itself. */
  readonly signals: readonly Signal[]
  /** Exchanges kept for it while it loads. */
  readonly waitingMax: number
  readonly say: (text: string) => void
}

const CRASHES_MAX = 10

export class LateTelemetry {
  readonly #options: LateTelemetryOptions
  #state: 'absent' | 'loading' | Telemetry = 'absent'
  #waiting: Exchange[] = []
  #crashes: CrashReport[] = []

  constructor(options: LateTelemetryOptions) {
    this.#options = options
  }

  /** Resolves when it is there, or when it has been said why it is not. */
  async load(start: () => Promise<Telemetry>): Promise<void> {
    this.#state = 'loading'
    try {
      this.#state = await start()
    } catch (error) {
      this.#state = 'absent'
      this.#options.say(`OpenTelemetry could not be started, going on without it: ${error}`)
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const exchange of waiting) this.exchange(exchange)
    for (const report of this.#crashes.splice(0)) this.crash(report)
  }

  readonly exchange: ExchangeSink = (exchange) => {
    const { ledger, signals, waitingMax } = this.#options
    if (typeof this.#state === 'object') return this.#state.exchange(exchange)
    if (this.#state === 'loading' && this.#waiting.length < waitingMax) {
      this.#waiting.push(exchange)
      return
    }
    for (const signal of signals) {
      if (this.#state === 'absent') ledger.ended(signal, 'not_configured')
      else ledger.dropped(signal, 'queue_full')
    }
  }

  sample(sample: ResourceSample): void {
    if (typeof this.#state === 'object') this.#state.sample(sample)
  }

  /** An app may go down while this loads, but not often. */
  crash(report: CrashReport): void {
    if (typeof this.#state === 'object') this.#state.crash(report)
    else if (this.#state === 'loading' && this.#crashes.length < CRASHES_MAX) this.#crashes.push(report)
  }

  /** None while it loads. */
  backends(): readonly BackendState[] {
    return typeof this.#state === 'object' ? this.#state.backends() : []
  }

  async shutdown(withinMs: number): Promise<void> {
    if (typeof this.#state === 'object') return this.#state.shutdown(withinMs)
    const { ledger, signals } = this.#options
    for (const signal of signals) ledger.dropped(signal, 'shutdown', this.#waiting.length)
    this.#waiting = []
  }
}
