/** The last so many things seen, newest kept. It knows nothing of what it holds. */

export class Ring<Item> {
  readonly capacity: number
  readonly #items: Item[] = []
  #next = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#items.length
  }

  /** Returns what had to go for it. */
  push(item: Item): Item | undefined {
    const gone = this.#items[this.#next]
    this.#items[this.#next] = item
    this.#next = (this.#next + 1) % this.capacity
    return gone
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
}
