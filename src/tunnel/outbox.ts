/**
 * The data thread's side of the hand-off: exchanges wait here for company, go to the observer in batches, and are its own
 * to account for once it has taken them.
 *
 * Of `exchange` in the books only `exported` is written elsewhere: by the observer, in memory that both see, so that taking
 * over costs this thread no message and an observer that dies takes no knowledge with it. Nothing is known here of what the
 * observer does with what it gets, nor of who starts it.
 */
import type { Clock } from '../clock.ts'
import type { Exchange, KeptBody, RecordSink } from '../exchange.ts'
import type { ObserverPort, Producer } from '../handoff.ts'
import type { Ledger } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { type PackedExchanges, Packer } from '../packing.ts'
import { BodyQueue } from './body-queue.ts'

export interface OutboxOptions {
  /** This thread's own. */
  readonly ledger: Ledger
  readonly clock: Clock
  readonly limits: Pick<Limits, 'outboxExchangesMax' | 'batchExchangesMax' | 'batchMs' | 'bodiesBytesMax'>
}

export class Outbox implements Producer {
  readonly #options: OutboxOptions
  #port: ObserverPort | undefined
  #packer: Packer
  /** Full batches that nobody was there for. */
  #kept: PackedExchanges[] = []
  readonly #bodies: BodyQueue
  /** As in the books, which are dear to read for every exchange. */
  #handed: number
  #taken = 0
  #cancelBatch: (() => void) | undefined
  #isClosed = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#packer = new Packer(options.limits.batchExchangesMax)
    this.#bodies = new BodyQueue(options.limits.bodiesBytesMax)
    this.#handed = options.ledger.handed()
  }

  readonly sink: RecordSink = (exchange, body) => {
    const { ledger } = this.#options
    ledger.created('exchange')
    if (this.#isClosed) ledger.dropped('exchange', 'shutdown')
    else if (this.#isFull()) ledger.dropped('exchange', 'outbox_full')
    else this.#queue(exchange, body)
  }

  connect(port: ObserverPort, observer: number): void {
    this.#port = port
    this.#options.ledger.joined(observer)
    this.#post()
  }

  disconnect(reason: 'observer_died' | 'shutdown'): void {
    const { ledger } = this.#options
    this.#port?.close()
    this.#port = undefined
    ledger.lostWithObserver(reason)
    ledger.joined(0)
    this.#handed = ledger.handed()
    this.#bodies.lost()
  }

  /** What waits goes now. */
  flush(): void {
    this.#post()
  }

  /** Hands over what waits; what nobody is there for is dropped, and so is what comes later. */
  close(): void {
    this.#post()
    this.#isClosed = true
    this.#options.ledger.dropped('exchange', 'shutdown', this.#waiting)
    this.#kept = []
    this.#packer.take()
  }

  get #waiting(): number {
    return this.#kept.length * this.#options.limits.batchExchangesMax + this.#packer.count
  }

  #queue(exchange: Exchange, body: KeptBody | undefined): void {
    const { limits, clock, ledger } = this.#options
    if (body !== undefined) this.#bodies.push(body, ledger.taken())
    this.#packer.add(exchange)
    if (!this.#packer.isFull) this.#cancelBatch ??= clock.after(limits.batchMs, () => this.#post())
    else if (this.#port !== undefined) this.#post()
    else {
      this.#kept.push(this.#packer.take())
      this.#packer = new Packer(limits.batchExchangesMax)
    }
  }

  /** Everything that waits, in batches; while there is no observer it goes on waiting. */
  #post(): void {
    this.#cancelBatch?.()
    this.#cancelBatch = undefined
    if (this.#port === undefined) return
    for (const packed of this.#kept) this.#hand(this.#port, packed)
    this.#kept = []
    if (this.#packer.count > 0) this.#hand(this.#port, this.#packer.take())
  }

  #hand(port: ObserverPort, packed: PackedExchanges): void {
    this.#handed += packed.count
    this.#options.ledger.handedOver(packed.count)
    const bodies = this.#bodies.post(this.#handed)
    port.postMessage(bodies === undefined ? packed : { ...packed, bodies })
  }

  /** What the observer has taken only grows: what was known of it before tells of room, too. */
  #isFull(): boolean {
    const { ledger, limits } = this.#options
    const room = limits.outboxExchangesMax - this.#waiting - this.#handed
    if (room + this.#taken > 0) return false
    this.#taken = ledger.taken()
    return room + this.#taken <= 0
  }
}
