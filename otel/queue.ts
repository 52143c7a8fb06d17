/** Items in the order they came, bounded by count and by estimated bytes together. What was taken counts until it is released. */

export interface Weighed<Item> {
  readonly item: Item
  /** How many it stands for in the ledger. */
  readonly count: number
  readonly bytes: number
}

export class BoundedQueue<Item> {
  readonly #countMax: number
  readonly #bytesMax: number
  #waiting: Weighed<Item>[] = []
  /** Of all that is held, waiting or taken. */
  #count = 0
  #bytes = 0

  constructor(countMax: number, bytesMax: number) {
    this.#countMax = countMax
    this.#bytesMax = bytesMax
  }

  /** Items that are held, waiting or taken. */
  get count(): number {
    return this.#count
  }

  /** Entries that wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** False: there is no room, and it was not taken. One that alone is over a bound is taken when nothing else is held. */
  push(entry: Weighed<Item>): boolean {
    const isOver = this.#count + entry.count > this.#countMax || this.#bytes + entry.bytes > this.#bytesMax
    if (isOver && this.#count > 0) return false
    this.#count += entry.count
    this.#bytes += entry.bytes
    this.#waiting.push(entry)
    return true
  }

  /** The oldest entries, at most `max`; the caller releases them when they have come to an end. */
  take(max: number): readonly Weighed<Item>[] {
    return this.#waiting.splice(0, max)
  }

  release(count: number, bytes: number): void {
    this.#count -= count
    this.#bytes -= bytes
  }
}
