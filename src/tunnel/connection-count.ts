/** How many client connections there are on all data threads together: the bound on them is the process's. */

export function countMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT)
}

export class ConnectionCount {
  readonly #cells: Int32Array
  readonly #index: number

  /** Seen from the thread of this index, which begins with none: what a predecessor had was closed with it. */
  constructor(memory: SharedArrayBuffer, index: number) {
    this.#cells = new Int32Array(memory)
    this.#index = index
    Atomics.store(this.#cells, index, 0)
  }

  /** Enters one more and returns how many there are. Entered before counted: two at a time never both take the last place. */
  enter(): number {
    Atomics.add(this.#cells, this.#index, 1)
    let total = 0
    for (let index = 0; index < this.#cells.length; index++) total += Atomics.load(this.#cells, index)
    return total
  }

  leave(): void {
    Atomics.sub(this.#cells, this.#index, 1)
  }
}
