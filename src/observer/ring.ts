/** The last so many things seen, newest kept. It knows nothing of what it holds, nor how that is kept. */

export interface Slots<Item> {
  /** Slots are put in order the first time, and in the same order again and again. */
  put(slot: number, item: Item): void
  /** Only of a slot that was put. */
  get(slot: number): Item
}

export class Ring<Item> {
  readonly capacity: number
  readonly #slots: Slots<Item>
  #pushed = 0

  constructor(capacity: number, slots: Slots<Item> = new AsTheyAre()) {
    this.capacity = capacity
    this.#slots = slots
  }

  get size(): number {
    return Math.min(this.#pushed, this.capacity)
  }

  /** How many were ever pushed: the number that the next one gets. */
  get pushed(): number {
    return this.#pushed
  }

  /** The one that has to go for the next. */
  get leaving(): Item | undefined {
    return this.numbered(this.#pushed - this.capacity)
  }

  push(item: Item): void {
    this.#slots.put(this.#pushed % this.capacity, item)
    this.#pushed++
  }

  /** The one with that number; undefined when it is not held any more. */
  numbered(number: number): Item | undefined {
    const isHeld = number < this.#pushed && number >= this.#pushed - this.size
    return isHeld ? this.#slots.get(number % this.capacity) : undefined
  }

  /** The newest `count` (all by default, fewer when there are fewer), oldest first. */
  latest(count: number = this.capacity): Item[] {
    const first = this.#pushed - Math.min(count, this.size)
    const items: Item[] = []
    for (let number = first; number < this.#pushed; number++) items.push(this.#slots.get(number % this.capacity))
    return items
  }
}

class AsTheyAre<Item> implements Slots<Item> {
  readonly #items: Item[] = []

  put(slot: number, item: Item): void {
    this.#items[slot] = item
  }

  get(slot: number): Item {
    // Whoever asks for a slot has put it.
    return this.#items[slot] as Item
  }
}
