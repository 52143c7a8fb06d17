/**
 * Takes one batch at a time to an exporter and says in the ledger what became of it. It alone knows the moods of a
 * backend: reachable, failing (said once), and not taking this signal at all (said once, then left alone for a while).
 */
import type { Clock } from '../src/clock.ts'
import type { Ledger, Signal } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'

export interface ExportOutcome {
  /** 0 is success. */
  readonly code: number
  readonly error?: Error
}

export interface CourierOptions {
  readonly signal: Signal
  readonly clock: Clock
  readonly limits: Limits
  readonly ledger: Ledger
  readonly say: (text: string) => void
}

const NAMES: Readonly<Record<Signal, string>> = {
  span: 'traces',
  metric: 'metrics',
  exchange: 'exchanges',
  dump: 'dumps',
}
/** HTTP: not found, method not allowed, not implemented. gRPC: UNIMPLEMENTED. */
const UNSUPPORTED: ReadonlySet<number> = new Set([404, 405, 501, 12])
const SUCCESS = 0

export class Courier {
  readonly #options: CourierOptions
  readonly #closing = Promise.withResolvers<'shutdown'>()
  #mood: 'fine' | 'failing' = 'fine'
  #pausedUntilMs = 0

  constructor(options: CourierOptions) {
    this.#options = options
  }

  /** `count` items were created before; each ends in the ledger exactly once, here. */
  async send(count: number, exportOnce: (done: (outcome: ExportOutcome) => void) => void): Promise<void> {
    const { clock, ledger, signal, limits } = this.#options
    if (clock.monotonicMs() < this.#pausedUntilMs) return ledger.ended(signal, 'unsupported', count)
    const { promise: late, resolve: isLate } = Promise.withResolvers<'late'>()
    // The exporter's own timeout counts idle time only: an answer that drips would hold the queue for ever.
    const cancel = clock.after(limits.exportMs, () => isLate('late'))
    const exported = new Promise<ExportOutcome>((resolve) => exportOnce(resolve))
    const outcome = await Promise.race([exported, late, this.#closing.promise])
    cancel()
    this.#account(count, outcome)
  }

  /** Whatever is under way is given up. */
  close(): void {
    this.#closing.resolve('shutdown')
  }

  #account(count: number, outcome: ExportOutcome | 'late' | 'shutdown'): void {
    const { ledger, signal } = this.#options
    if (outcome === 'shutdown') ledger.dropped(signal, 'shutdown', count)
    else if (outcome === 'late') this.#failed(count, 'no answer in time')
    else if (outcome.code === SUCCESS) this.#delivered(count)
    else if (isUnsupported(outcome.error)) this.#unsupported(count)
    else this.#failed(count, outcome.error?.message ?? 'no reason given')
  }

  #delivered(count: number): void {
    const { ledger, signal, say } = this.#options
    ledger.ended(signal, 'exported', count)
    if (this.#mood === 'failing') say(`${NAMES[signal]} are delivered again`)
    this.#mood = 'fine'
  }

  #failed(count: number, reason: string): void {
    const { ledger, signal, say } = this.#options
    ledger.dropped(signal, 'export_failed', count)
    if (this.#mood === 'fine') {
      say(`${NAMES[signal]} cannot be delivered (${reason}); dropped and counted until the collector takes them again`)
    }
    this.#mood = 'failing'
  }

  #unsupported(count: number): void {
    const { ledger, signal, say, clock, limits } = this.#options
    ledger.ended(signal, 'unsupported', count)
    const isFirst = this.#pausedUntilMs === 0
    this.#pausedUntilMs = clock.monotonicMs() + limits.unsupportedPauseMs
    if (isFirst)
      say(
        `the backend takes no ${NAMES[signal]} (Jaeger, for one, takes only traces); not sent, and not counted as lost`,
      )
  }
}

function isUnsupported(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && typeof error.code === 'number' && UNSUPPORTED.has(error.code)
}
