/** How long to wait before a thread that has ended is started again. It knows no thread and no clock. */

export class RestartPause {
  readonly #firstMs: number
  readonly #maxMs: number
  #nextMs: number

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs
    this.#maxMs = maxMs
    this.#nextMs = firstMs
  }

  /** Twice as long each time, up to a bound. One that lived for longer than that begins anew; one that dies of all it is given does not. */
  after(livedMs: number): number {
    const pauseMs = livedMs > this.#maxMs ? this.#firstMs : this.#nextMs
    this.#nextMs = Math.min(2 * pauseMs, this.#maxMs)
    return pauseMs
  }
}
