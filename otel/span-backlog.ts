/**
 * Spans that wait as bytes, one behind the other in the message that they will leave in: none of them is copied, and none is an
 * object of its own. Kept one by one, copied and joined, a span cost half a microsecond more.
 */
import type { Exchange } from '../src/exchange.ts'
import { type Backlog, type BacklogBounds, type Batch, Held } from './backlog.ts'
import { SpanBytes } from './span-bytes.ts'
import type { SpanOwner } from './spans.ts'

interface Message {
  readonly body: Uint8Array
  readonly count: number
  /** Of its spans. */
  readonly bytes: number
}

export class SpanBacklog implements Backlog<Exchange> {
  readonly #batchMax: number
  readonly #held: Held
  readonly #spans: SpanBytes
  /** Of the message that is being written. */
  #openCount = 0
  #openBytes = 0
  /** Those that take no more. */
  readonly #full: Message[] = []

  constructor(bounds: BacklogBounds, owner: SpanOwner) {
    this.#batchMax = bounds.batchMax
    this.#held = new Held(bounds)
    this.#spans = new SpanBytes(owner)
  }

  get count(): number {
    return this.#held.count
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#openCount === 0
  }

  get hasBatch(): boolean {
    return this.#full.length > 0
  }

  push(exchange: Exchange): boolean {
    // A span that has no room anyway is not written.
    if (!this.#held.hasRoom(1, 0)) return false
    const bytes = this.#spans.add(exchange)
    if (!this.#held.hasRoom(1, bytes)) {
      this.#spans.takeBack(bytes)
      return false
    }
    this.#held.add(1, bytes)
    this.#openBytes += bytes
    if (++this.#openCount === this.#batchMax) this.#full.push(this.#close())
    return true
  }

  take(): Batch {
    const { body, count, bytes } = this.#full.shift() ?? this.#close()
    return this.#held.batch(count, bytes, () => body)
  }

  #close(): Message {
    const message = { body: this.#spans.request(), count: this.#openCount, bytes: this.#openBytes }
    this.#openCount = 0
    this.#openBytes = 0
    return message
  }
}
