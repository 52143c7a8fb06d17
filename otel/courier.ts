/**
 * Takes a batch to the backend, again and again until it is taken, refused or too old, and says in the ledger what became of
 * it. It alone knows the moods of a backend and tells people of a change, once. It knows no queue.
 */
import type { Clock } from '../src/clock.ts'
import type { BackendState, DropReason, Ledger, Signal } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import { pauseMs } from '../src/retry.ts'
import type { Reply } from './policy.ts'
import type { Spool } from './spool.ts'
import type { Transport } from './transport.ts'

export interface CourierOptions {
  readonly signal: Signal
  readonly clock: Clock
  readonly limits: Limits
  readonly ledger: Ledger
  readonly say: (text: string) => void
  readonly transport: Transport
  readonly spool?: Spool | undefined
  /** One try, all in all. */
  readonly timeoutMs: number
}

export interface Batch {
  readonly body: Uint8Array
  /** Items in it. */
  readonly count: number
}

type Mood = 'fine' | 'failing' | 'refused'

const NAMES: Readonly<Partial<Record<Signal, string>>> = { span: 'traces', metric: 'metrics' }

export class Courier {
  readonly #options: CourierOptions
  readonly #name: string
  readonly #underway = new Set<AbortController>()
  readonly #pauses = new Set<() => void>()
  #mood: Mood = 'fine'
  /** Why it is not. */
  #reason = ''
  #deliveredAtMs: number | undefined
  #turnedMs = 0
  #hasSaidPartial = false
  #pausedUntilMs = 0
  #isHurried = false
  #isClosed = false
  /** Called when a batch was taken. */
  onDelivered: () => void = () => {}

  constructor(options: CourierOptions) {
    this.#options = options
    this.#name = NAMES[options.signal] ?? `${options.signal}s`
  }

  /** The last thing heard of the backend was good. */
  get isFine(): boolean {
    return this.#mood === 'fine'
  }

  /** For people. */
  get state(): Pick<BackendState, 'mood' | 'reason' | 'deliveredAtMs'> {
    const { clock } = this.#options
    const isUnsupported = clock.monotonicMs() < this.#pausedUntilMs
    const isUntried = this.#mood === 'fine' && this.#deliveredAtMs === undefined
    const mood = isUnsupported ? 'unsupported' : isUntried ? 'untried' : this.#mood
    return {
      mood,
      ...(mood === this.#mood && mood !== 'fine' && { reason: this.#reason }),
      ...(this.#deliveredAtMs !== undefined && { deliveredAtMs: Math.round(this.#deliveredAtMs) }),
    }
  }

  /** Its items were created before; each ends in the ledger exactly once, here. */
  async deliver(batch: Batch): Promise<void> {
    const { clock, limits, ledger, signal } = this.#options
    if (clock.monotonicMs() < this.#pausedUntilMs) return ledger.ended(signal, 'unsupported', batch.count)
    const startedMs = clock.monotonicMs()
    for (let attempt = 0; !this.#isClosed; attempt++) {
      const triedMs = clock.monotonicMs()
      const reply = await this.tryOnce(batch.body)
      if (reply.kind !== 'failed') return this.#settle(batch.count, reply, triedMs)
      if (this.#isClosed) break
      this.#turn('failing', triedMs, failing(reply.reason), reply.reason)
      // While stopping there is no time for long pauses; one that was asked for is kept.
      const hurried = this.#isHurried ? { ...limits, exportPauseMs: limits.exportPauseMsMin } : limits
      const waitMs = pauseMs(attempt, reply.retryAfterMs, hurried, Math.random())
      if (clock.monotonicMs() - startedMs + waitMs > limits.exportRetryMs) return this.leave(batch, 'export_failed')
      const isWoken = await this.#pause(waitMs)
      if (isWoken) attempt = -1
    }
    this.leave(batch, 'shutdown')
  }

  async tryOnce(body: Uint8Array): Promise<Reply> {
    const { clock, timeoutMs, transport } = this.#options
    const over = new AbortController()
    this.#underway.add(over)
    const cancel = clock.after(timeoutMs, () => over.abort())
    const reply = await transport.send(body, over.signal)
    cancel()
    this.#underway.delete(over)
    return reply
  }

  /** It will not be sent any more, at least not by this process. */
  leave(batch: Batch, reason: DropReason): void {
    const { ledger, signal, spool, transport } = this.#options
    if (spool?.put(signal, transport.encoding, batch) === true) ledger.ended(signal, 'spooled', batch.count)
    else ledger.dropped(signal, reason, batch.count)
  }

  /** The process is stopping: whoever waits tries now, and soon again. */
  hurry(): void {
    this.#isHurried = true
    for (const wake of this.#pauses) wake()
  }

  /** Whatever is under way is given up. */
  close(): void {
    this.#isClosed = true
    for (const over of this.#underway) over.abort()
    for (const wake of this.#pauses) wake()
  }

  /** True: woken before the time. */
  #pause(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const wake = (): void => resolve(true)
    const cancel = this.#options.clock.after(ms, () => resolve(false))
    this.#pauses.add(wake)
    return promise.finally(() => {
      cancel()
      this.#pauses.delete(wake)
    })
  }

  #settle(count: number, reply: Exclude<Reply, { kind: 'failed' }>, triedMs: number): void {
    const { ledger, signal } = this.#options
    if (reply.kind === 'unsupported') return this.#unsupported(count)
    if (reply.kind === 'refused') {
      ledger.dropped(signal, 'rejected', count)
      return this.#turn('refused', triedMs, `are refused (${reply.reason}); dropped and counted`, reply.reason)
    }
    this.#accepted(count, reply)
    this.#turn('fine', triedMs, 'are delivered again')
    this.onDelivered()
  }

  #accepted(count: number, { rejected, message }: Extract<Reply, { kind: 'accepted' }>): void {
    const { ledger, signal, clock } = this.#options
    this.#deliveredAtMs = clock.wallMs()
    const lost = Math.min(count, rejected)
    ledger.ended(signal, 'exported', count - lost)
    if (lost > 0) {
      ledger.dropped(signal, 'rejected', lost)
      if (!this.#hasSaidPartial)
        this.#say(`are taken in part (${lost} of ${count} rejected: ${JSON.stringify(message)}); counted as rejected`)
      this.#hasSaidPartial = true
    }
  }

  /** A try that was begun before the last change is news of yesterday: several are under way at a time. */
  #turn(mood: Mood, triedMs: number, text: string, reason = ''): void {
    if (triedMs < this.#turnedMs) return
    this.#reason = reason
    if (mood === this.#mood) return
    this.#mood = mood
    this.#turnedMs = this.#options.clock.monotonicMs()
    this.#say(text)
  }

  #unsupported(count: number): void {
    const { ledger, signal, clock, limits } = this.#options
    ledger.ended(signal, 'unsupported', count)
    const isFirst = this.#pausedUntilMs === 0
    this.#pausedUntilMs = clock.monotonicMs() + limits.unsupportedPauseMs
    if (isFirst)
      this.#options.say(
        `the backend takes no ${this.#name} (Jaeger, for one, takes only traces); not sent, and not counted as lost`,
      )
  }

  #say(text: string): void {
    this.#options.say(`${this.#name} ${text}`)
  }
}

function failing(reason: string): string {
  return `cannot be delivered (${reason}); they are kept and tried again, and counted when they must be dropped`
}
