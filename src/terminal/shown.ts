/**
 * What was shown last, so that somebody whose connection broke sees what passed meanwhile, and nothing twice. The sidecar gives
 * the last so many anew; among them are some that were shown, and older ones that never should be.
 */
import type { Exchange } from '../exchange.ts'
import { LATE_MS, REMEMBERED_MAX } from './bounds.ts'

export class Shown {
  /** By the span's id, oldest first. */
  readonly #ids = new Set<string>()
  #latestEndMs = Number.NEGATIVE_INFINITY
  /** What ended before this is of the time before somebody looked. */
  #oldMs = Number.NEGATIVE_INFINITY

  get isEmpty(): boolean {
    return this.#ids.size === 0
  }

  /** What comes now may have come before. */
  again(): void {
    this.#oldMs = this.#latestEndMs - LATE_MS
  }

  isNew({ trace, startedAtMs, durationMs }: Exchange): boolean {
    const endMs = startedAtMs + durationMs
    if (endMs < this.#oldMs || this.#ids.has(trace.spanId)) return false
    this.#latestEndMs = Math.max(this.#latestEndMs, endMs)
    this.#ids.add(trace.spanId)
    const [oldest] = this.#ids
    if (this.#ids.size > REMEMBERED_MAX && oldest !== undefined) this.#ids.delete(oldest)
    return true
  }
}
