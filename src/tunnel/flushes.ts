/**
 * What was gathered while one turn of the event loop read from its sockets is written at the end of that turn, one connection
 * after the other. Written at once, each message would wake the peer's CPU by itself, which measured a tenth of a request at
 * 64 connections and nothing at one. It knows neither wires nor messages.
 */
import type { Clock } from '../clock.ts'

export interface Flushable {
  flush(): void
}

export class Flushes {
  readonly #clock: Pick<Clock, 'afterReading'>
  #due: Flushable[] = []

  constructor(clock: Pick<Clock, 'afterReading'>) {
    this.#clock = clock
  }

  /** Calls `flush` once everything that can be read now has been read; the caller sees to it that it is due only once. */
  add(flushable: Flushable): void {
    if (this.#due.length === 0) this.#clock.afterReading(() => this.#flush())
    this.#due.push(flushable)
  }

  #flush(): void {
    const due = this.#due
    this.#due = []
    for (const flushable of due) flushable.flush()
  }
}
