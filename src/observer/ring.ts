/** The last so many things seen, newest kept. It knows nothing of what it holds. */

export class Ring<Item> {
  readonly capacity: number
  readonly #items: Item[] = []
  #pushed = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#items.length
  }

  /** How many were ever pushed: the number that the next one gets. */
  get pushed(): number {
    return this.#pushed
  }

  /** Returns what had to go for it. */
  push(item: Item): Item | undefined {
    const gone = this.#items[this.#next]
    this.#items[this.#next] = item
    this.#pushed++
    return gone
  }

  /** The one with that number; undefined when it is not held any more. */
  numbered(number: number): Item | undefined {
    const isHeld = number < this.#pushed && number >= this.#pushed - this.size
    return isHeld ? this.#items[number % this.capacity] : undefined
  }

  /** The newest `count` (all by default, fewer when there are fewer), oldest first. */
  latest(count: number = this.capacity): Item[] {
    const wanted = Math.min(count, this.size)
    if (wanted <= 0) return []
    const start = this.#next - wanted
    // Below 0, which happens only in a full ring, it counts from the end.
    return start >= 0
      ? this.#items.slice(start, this.#next)
      : [...this.#items.slice(start), ...this.#items.slice(0, this.#next)]
  }

  get #next(): number {
    return this.#pushed % this.capacity
  }
}
