/**
 * Spans that wait as bytes, one behind the other in the message that they will leave in: none of them is copied, and none is an
 * object of its own. Kept one by one, copied and joined, a span cost half a microsecond more.
 */
import type { Exchange } from '../src/exchange.ts'
import type { Backlog, BacklogBounds, Batch } from './backlog.ts'
import { SpanBytes } from './span-bytes.ts'
import type { SpanOwner } from './spans.ts'

interface Message {
  readonly body: Uint8Array
  readonly count: number
  /** Of its spans. */
  readonly bytes: number
}

export class SpanBacklog implements Backlog<Exchange> {
  readonly #bounds: BacklogBounds
  readonly #spans: SpanBytes
  /** Of the message that is being written. */
  #openCount = 0
  #openBytes = 0
  /** Those that take no more. */
  #full: Message[] = []
  /** Of all that is held. */
  #count = 0
  #bytes = 0

  constructor(bounds: BacklogBounds, owner: SpanOwner) {
    this.#bounds = bounds
    this.#spans = new SpanBytes(owner)
  }

  get count(): number {
    return this.#count
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#openCount === 0
  }

  get hasBatch(): boolean {
    return this.#full.length > 0
  }

  push(exchange: Exchange): boolean {
    const { countMax, bytesMax, batchMax } = this.#bounds
    const isAlone = this.#count === 0
    if (this.#count >= countMax && !isAlone) return false
    const bytes = this.#spans.add(exchange)
    if (this.#bytes + bytes > bytesMax && !isAlone) {
      this.#spans.takeBack(bytes)
      return false
    }
    this.#count++
    this.#bytes += bytes
    this.#openBytes += bytes
    if (++this.#openCount === batchMax) this.#full.push(this.#close())
    return true
  }

  take(): Batch {
    const { body, count, bytes } = this.#full.shift() ?? this.#close()
    return {
      count,
      encode: () => body,
      release: () => {
        this.#count -= count
        this.#bytes -= bytes
      },
    }
  }

  #close(): Message {
    const message = { body: this.#spans.request(), count: this.#openCount, bytes: this.#openBytes }
    this.#openCount = 0
    this.#openBytes = 0
    return message
  }
}
