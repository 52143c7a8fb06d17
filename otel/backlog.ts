/**
 * What waits to be sent, in the order it came, bounded by count and by estimated bytes together. What was taken counts until it
 * is released. It knows no backend and no ledger.
 */

export interface Backlog<Item> {
  /** What is held, waiting or taken, as the ledger counts it. */
  readonly count: number
  readonly isEmpty: boolean
  /** As much waits as one message may take. */
  readonly hasBatch: boolean
  /** False: there is no room, and it was not taken. One that alone is over a bound is taken when nothing else is held. */
  push(item: Item, count?: number): boolean
  /** The oldest, at most a batch; not when it is empty. */
  take(): Batch
}

export interface Batch {
  readonly count: number
  /** The body of a message. May throw: then a serialiser failed on it. */
  encode(): Uint8Array
  /** It has come to an end. */
  release(): void
}

export interface BacklogBounds {
  readonly countMax: number
  readonly bytesMax: number
  /** Entries in one message. */
  readonly batchMax: number
}

/** What is held of a backlog, waiting or taken, against its bounds. */
export class Held {
  readonly #bounds: BacklogBounds
  #count = 0
  #bytes = 0

  constructor(bounds: BacklogBounds) {
    this.#bounds = bounds
  }

  get count(): number {
    return this.#count
  }

  /** Beyond a bound there is still room for one, when nothing else is held. */
  hasRoom(count: number, bytes: number): boolean {
    const { countMax, bytesMax } = this.#bounds
    const isOver = this.#count + count > countMax || this.#bytes + bytes > bytesMax
    return !isOver || this.#count === 0
  }

  add(count: number, bytes: number): void {
    this.#count += count
    this.#bytes += bytes
  }

  /** Of what was added before; it is held until it is released. */
  batch(count: number, bytes: number, encode: () => Uint8Array): Batch {
    return { count, encode, release: () => this.add(-count, -bytes) }
  }
}

interface Entry<Item> {
  readonly item: Item
  readonly count: number
  readonly bytes: number
}

/** Items that wait as they are, and are written together when they leave. */
export class ItemBacklog<Item> implements Backlog<Item> {
  readonly #batchMax: number
  readonly #held: Held
  readonly #bytesOf: (item: Item) => number
  readonly #encode: (items: Item[]) => Uint8Array
  readonly #waiting: Entry<Item>[] = []

  constructor(bounds: BacklogBounds, bytesOf: (item: Item) => number, encode: (items: Item[]) => Uint8Array) {
    this.#batchMax = bounds.batchMax
    this.#held = new Held(bounds)
    this.#bytesOf = bytesOf
    this.#encode = encode
  }

  get count(): number {
    return this.#held.count
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  get hasBatch(): boolean {
    return this.#waiting.length >= this.#batchMax
  }

  push(item: Item, count: number = 1): boolean {
    const bytes = this.#bytesOf(item)
    if (!this.#held.hasRoom(count, bytes)) return false
    this.#held.add(count, bytes)
    this.#waiting.push({ item, count, bytes })
    return true
  }

  take(): Batch {
    const entries = this.#waiting.splice(0, this.#batchMax)
    const count = entries.reduce((sum, each) => sum + each.count, 0)
    const bytes = entries.reduce((sum, each) => sum + each.bytes, 0)
    return this.#held.batch(count, bytes, () => this.#encode(entries.map(({ item }) => item)))
  }
}
