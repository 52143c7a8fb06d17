/**
 * One signal on its way out: a bounded queue, batches of it, and a courier for each batch that is under way. The SDK's batch
 * processors drop in silence; here every item that is added ends in the ledger. It is the same for spans, metrics and logs.
 */
import type { BackendState } from '../src/ledger.ts'
import { Courier, type CourierOptions } from './courier.ts'
import { BoundedQueue, type Weighed } from './queue.ts'
import { Replay } from './replay.ts'

export interface DeliveryOptions<Item> extends CourierOptions {
  readonly encode: (items: Item[]) => Uint8Array
  /** Entries in one batch. */
  readonly batchMax: number
  /** Where it goes, as it may be shown. */
  readonly endpoint: string
}

export class Delivery<Item> {
  readonly #options: DeliveryOptions<Item>
  readonly #queue: BoundedQueue<Item>
  readonly #courier: Courier
  readonly #replay: Replay | undefined
  #cancelTimer: (() => void) | undefined
  #underway = 0
  /** What waits is sent although it fills no batch. */
  #isDue = false
  #isClosed = false
  #idle: (() => void)[] = []

  constructor(options: DeliveryOptions<Item>) {
    const { limits, spool } = options
    this.#options = options
    this.#queue = new BoundedQueue(limits.spanQueueMax, limits.spanQueueBytesMax)
    this.#courier = new Courier(options)
    this.#replay = spool && new Replay({ ...options, spool, courier: this.#courier })
  }

  get state(): BackendState {
    const { signal, endpoint, limits } = this.#options
    return { signal, endpoint, ...this.#courier.state, queued: this.#queue.count, queueMax: limits.spanQueueMax }
  }

  /** Takes an item that was counted as created. */
  add(entry: Weighed<Item>): void {
    const { ledger, signal, batchMax } = this.#options
    if (this.#isClosed) return ledger.dropped(signal, 'shutdown', entry.count)
    if (!this.#queue.push(entry)) return ledger.dropped(signal, 'queue_full', entry.count)
    if (this.#queue.size >= batchMax) this.#pump()
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
    while (this.#queue.size > 0) this.#leave(this.#queue.take(this.#options.batchMax))
    await this.flush()
    await this.#replay?.stopped()
    this.#options.transport.close()
  }

  #pump(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    while (this.#maySend()) void this.#send(this.#queue.take(this.#options.batchMax))
    // What is left of a full batch waits for company as any other; what is due waits for the backend.
    if (this.#queue.size > 0) return this.#isDue ? undefined : this.#wait()
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
    const { limits, batchMax } = this.#options
    const isReady = this.#queue.size >= batchMax || (this.#isDue && this.#queue.size > 0)
    return isReady && this.#underway < (this.#courier.isFine ? limits.exportsMax : 1)
  }

  async #send(entries: readonly Weighed<Item>[]): Promise<void> {
    const { count, bytes } = totalOf(entries)
    this.#underway++
    const body = this.#encoded(entries)
    if (body !== undefined) await this.#courier.deliver({ body, count })
    this.#queue.release(count, bytes)
    this.#underway--
    this.#pump()
  }

  #leave(entries: readonly Weighed<Item>[]): void {
    const { ledger, signal, spool } = this.#options
    const { count, bytes } = totalOf(entries)
    this.#queue.release(count, bytes)
    if (spool === undefined) return ledger.dropped(signal, 'shutdown', count)
    const body = this.#encoded(entries)
    if (body !== undefined) this.#courier.leave({ body, count }, 'shutdown')
  }

  /** Undefined: a serialiser failed on it, which is a bug somewhere, and must not stop what comes after. */
  #encoded(entries: readonly Weighed<Item>[]): Uint8Array | undefined {
    const { encode, ledger, signal, say } = this.#options
    try {
      return encode(entries.map(({ item }) => item))
    } catch (error) {
      const { count } = totalOf(entries)
      ledger.dropped(signal, 'export_failed', count)
      say(`${count} items of ${signal} could not be written: ${error}`)
      return undefined
    }
  }
}

function totalOf(entries: readonly Weighed<unknown>[]): { readonly count: number; readonly bytes: number } {
  let count = 0
  let bytes = 0
  for (const entry of entries) {
    count += entry.count
    bytes += entry.bytes
  }
  return { count, bytes }
}
