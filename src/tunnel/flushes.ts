/**
 * What was gathered while one turn of the event loop read from its sockets is written at the end of that turn, one connection
 * after the other. Written at once, each message would wake the peer's CPU by itself, which measured a tenth of a request at
 * 64 connections. It knows neither wires nor messages.
 */
import type { Clock } from '../clock.ts'
import type { InflightTable } from '../inflight.ts'

export interface Flushable {
  flush(): void
}

export class Flushes {
  readonly #clock: Pick<Clock, 'afterReading'>
  /** The one is filled while the other is emptied; a list that stays does not have to grow again. */
  #due: (Flushable | undefined)[] = []
  #flushing: (Flushable | undefined)[] = []
  #count = 0

  readonly #inflight: Pick<InflightTable, 'underWay'>

  constructor(clock: Pick<Clock, 'afterReading'>, inflight: Pick<InflightTable, 'underWay'>) {
    this.#clock = clock
    this.#inflight = inflight
  }

  /** One request at most is under way: there is nobody else whose writes could go with its own. */
  get isAlone(): boolean {
    return this.#inflight.underWay <= 1
  }

  /** Calls `flush` once everything that can be read now has been read; the caller sees to it that it is due only once. */
  add(flushable: Flushable): void {
    if (this.#count === 0) this.#clock.afterReading(this.#flush)
    this.#due[this.#count++] = flushable
  }

  readonly #flush = (): void => {
    const count = this.#count
    const due = this.#due
    this.#due = this.#flushing
    this.#flushing = due
    this.#count = 0
    for (let at = 0; at < count; at++) {
      due[at]?.flush()
      due[at] = undefined
    }
  }
}
