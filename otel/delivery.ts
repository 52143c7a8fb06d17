/**
 * One signal on its way out: a bounded backlog, batches of it, and a courier for each batch that is under way. The SDK's batch
 * processors drop in silence; here every item that is added ends in the ledger. It is the same for spans, metrics and logs.
 */
import type { BackendState } from '../src/ledger.ts'
import type { Backlog, Batch } from './backlog.ts'
import { Courier, type CourierOptions } from './courier.ts'
import { Replay } from './replay.ts'

export interface DeliveryOptions<Item> extends CourierOptions {
  readonly backlog: Backlog<Item>
  /** Where it goes, as it may be shown. */
  readonly endpoint: string
}

export class Delivery<Item> {
  readonly #options: DeliveryOptions<Item>
  readonly #backlog: Backlog<Item>
  readonly #courier: Courier
  readonly #replay: Replay | undefined
  #cancelTimer: (() => void) | undefined
  #underway = 0
  /** What waits is sent although it fills no batch. */
  #isDue = false
  #isClosed = false
  #idle: (() => void)[] = []

  constructor(options: DeliveryOptions<Item>) {
    const { backlog, spool } = options
    this.#options = options
    this.#backlog = backlog
    this.#courier = new Courier(options)
    this.#replay = spool && new Replay({ ...options, spool, courier: this.#courier })
  }

  get state(): BackendState {
    const { signal, endpoint, limits } = this.#options
    return { signal, endpoint, ...this.#courier.state, queued: this.#backlog.count, queueMax: limits.spanQueueMax }
  }

  /** Takes an item that was counted as created, as so many. */
  add(item: Item, count: number = 1): void {
    const { ledger, signal } = this.#options
    if (this.#isClosed) return ledger.dropped(signal, 'shutdown', count)
    if (!this.#backlog.push(item, count)) return ledger.dropped(signal, 'queue_full', count)
    if (this.#backlog.hasBatch) this.#pump()
    else this.#wait()
  }

  /** Resolves when everything added so far has come to an end, which may take as long as batches are tried. */
  flush(): Promise<void> {
    this.#isDue = true
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#pump()
    })
  }

  /** The process is stopping: from now on no long pauses. */
  hurry(): void {
    this.#replay?.stop()
    this.#courier.hurry()
  }

  /** Sends what is there, and takes nothing more. */
  async close(): Promise<void> {
    this.hurry()
    await this.flush()
    this.#isClosed = true
  }

  /** The time is over: what has not left goes to the spool or is dropped. */
  async abandon(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer?.()
    this.#replay?.stop()
    this.#courier.close()
    while (!this.#backlog.isEmpty) this.#leave(this.#backlog.take())
    await this.flush()
    await this.#replay?.stopped()
    this.#options.transport.close()
  }

  #pump(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    while (this.#maySend()) void this.#send(this.#backlog.take())
    // What is left of a full batch waits for company as any other; what is due waits for the backend.
    if (!this.#backlog.isEmpty) return this.#isDue ? undefined : this.#wait()
    this.#isDue = false
    if (this.#underway > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #wait(): void {
    const { clock, limits } = this.#options
    this.#cancelTimer ??= clock.after(limits.spanBatchMs, () => {
      this.#isDue = true
      this.#pump()
    })
  }

  /** Several at a time while all goes well; a backend in trouble is asked by one, not by all at once. */
  #maySend(): boolean {
    const isReady = this.#backlog.hasBatch || (this.#isDue && !this.#backlog.isEmpty)
    return isReady && this.#underway < (this.#courier.isFine ? this.#options.limits.exportsMax : 1)
  }

  async #send(batch: Batch): Promise<void> {
    const { count } = batch
    this.#underway++
    const body = this.#encoded(batch)
    if (body !== undefined) await this.#courier.deliver({ body, count })
    batch.release()
    this.#underway--
    this.#pump()
  }

  #leave(batch: Batch): void {
    const { ledger, signal, spool } = this.#options
    const { count } = batch
    batch.release()
    if (spool === undefined) return ledger.dropped(signal, 'shutdown', count)
    const body = this.#encoded(batch)
    if (body !== undefined) this.#courier.leave({ body, count }, 'shutdown')
  }

  /** Undefined: a serialiser failed on it, which is a bug somewhere, and must not stop what comes after. */
  #encoded(batch: Batch): Uint8Array | undefined {
    const { ledger, signal, say } = this.#options
    try {
      return batch.encode()
    } catch (error) {
      ledger.dropped(signal, 'export_failed', batch.count)
      say(`${batch.count} items of ${signal} could not be written: ${error}`)
      return undefined
    }
  }
}
