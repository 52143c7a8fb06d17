/** Sends what the spool keeps of one signal, oldest first and one at a time, beside the live batches and never in their way. */
import type { Clock } from '../src/clock.ts'
import type { Signal } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import type { Courier } from './courier.ts'
import type { Spool, Spooled } from './spool.ts'
import type { Transport } from './transport.ts'

export interface ReplayOptions {
  readonly signal: Signal
  readonly clock: Clock
  readonly limits: Limits
  readonly transport: Transport
  readonly spool: Spool
  readonly courier: Courier
}

export class Replay {
  readonly #options: ReplayOptions
  #running: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #isStopped = false

  /** It begins by itself, with what an earlier process left. */
  constructor(options: ReplayOptions) {
    this.#options = options
    options.courier.onDelivered = () => this.#wake()
    this.#cancelTimer = options.clock.after(0, () => this.#wake())
  }

  /** Nothing further is begun. */
  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  async stopped(): Promise<void> {
    await this.#running
  }

  #wake(): void {
    if (this.#isStopped) return
    this.#cancelTimer?.()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    const { spool, signal, transport, clock, limits } = this.#options
    for (;;) {
      const file = this.#isStopped ? undefined : spool.oldest(signal, transport.encoding)
      if (file === undefined || !(await this.#send(file))) break
    }
    // A backend that is back is also heard of by the live batches; this is for a quiet service.
    if (!this.#isStopped) this.#cancelTimer = clock.after(limits.exportPauseMsMax, () => this.#wake())
  }

  /** False: not now. */
  async #send(file: Spooled): Promise<boolean> {
    const { spool, courier } = this.#options
    const body = spool.read(file)
    if (body === undefined) return true
    const reply = await courier.tryOnce(body)
    if (reply.kind === 'accepted') spool.remove(file, 'exported', Math.min(reply.rejected, file.count))
    else if (reply.kind === 'refused') spool.remove(file, 'rejected')
    else return false
    return true
  }
}
