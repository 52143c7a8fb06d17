/** All that the demo's customers have under way, so that it can be ended at once. It does not know what they do. */
import type { Clock } from '../clock.ts'

export class Errands {
  readonly #clock: Clock
  readonly #cancels = new Set<() => void>()
  #isOver = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Not any more when all is over. */
  after(delayMs: number, work: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      done()
      work()
    })
    const done = this.until(cancel)
  }

  /** When all is over `cancel` is called, at once if it is already, unless the returned function was called before. */
  until(cancel: () => void): () => void {
    if (this.#isOver) cancel()
    else this.#cancels.add(cancel)
    return () => this.#cancels.delete(cancel)
  }

  end(): void {
    this.#isOver = true
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }
}
