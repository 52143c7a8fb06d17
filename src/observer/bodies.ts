/**
 * The request bodies that were kept, by the number of their exchange: as long as it is in the ring, and to a bound of bytes, the
 * oldest going first. Nothing else of the observer has them, so that nothing else can show them.
 */
import type { KeptBody } from '../exchange.ts'

export class Bodies {
  readonly #bytesMax: number
  readonly #bodies = new Map<number, KeptBody>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get isEmpty(): boolean {
    return this.#bodies.size === 0
  }

  take(bodies: readonly KeptBody[]): void {
    for (const body of bodies) {
      this.#bodies.set(body.exchangeId, body)
      this.#bytes += body.bytes.length
    }
    for (const [oldest] of this.#bodies) {
      if (this.#bytes <= this.#bytesMax) break
      this.drop(oldest)
    }
  }

  of(exchangeId: number): KeptBody | undefined {
    return this.#bodies.get(exchangeId)
  }

  /** Its exchange is forgotten. */
  drop(exchangeId: number): void {
    this.#bytes -= this.#bodies.get(exchangeId)?.bytes.length ?? 0
    this.#bodies.delete(exchangeId)
  }
}
