/**
 * Kept bodies on their way to the observer, beside the exchanges they belong to. Bounded by bytes: one that finds no room is left out,
 * and its exchange is not. It knows no port and no ledger, only the numbers that they give.
 */
import type { KeptBody } from '../exchange.ts'

interface Posted {
  /** Taken as soon as so many exchanges have been taken in all. */
  readonly handed: number
  readonly bytes: number
}

export class BodyQueue {
  readonly #bytesMax: number
  #bytes = 0
  #waiting: KeptBody[] = []
  #posted: Posted[] = []

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** `taken`: exchanges that the observer has taken until now. */
  push(body: KeptBody, taken: number): void {
    this.#settle(({ handed }) => handed <= taken)
    if (this.#bytes + body.bytes.length > this.#bytesMax) return
    this.#bytes += body.bytes.length
    this.#waiting.push(body)
  }

  /** All that wait, to go with the exchanges that make `handed` in all; undefined when there are none. */
  post(handed: number): readonly KeptBody[] | undefined {
    const bodies = this.#waiting
    if (bodies.length === 0) return undefined
    this.#waiting = []
    this.#posted.push({ handed, bytes: bodies.reduce((sum, { bytes }) => sum + bytes.length, 0) })
    return bodies
  }

  /** Who should have taken what was posted is gone. */
  lost(): void {
    this.#settle(() => true)
  }

  #settle(isOver: (posted: Posted) => boolean): void {
    for (const each of this.#posted) if (isOver(each)) this.#bytes -= each.bytes
    this.#posted = this.#posted.filter((each) => !isOver(each))
  }
}
