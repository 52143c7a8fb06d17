/**
 * How the ring keeps exchanges: as rows. Of a thousand kept as objects all were still in use whenever memory was collected: each
 * was copied twice, and then was garbage among what lives long. It knows no ring.
 */
import { exchangeOf, fitsColumns, NUMBERS, numbersOf, TEXTS, type TextSink, textsOf } from '../columns.ts'
import type { Exchange } from '../exchange.ts'
import type { Slots } from './ring.ts'
import type { Observed, ObservedResource } from './stats.ts'

const SLOTS_FIRST = 256

export class ExchangeSlots implements Slots<Observed> {
  /** Outside of the heap. It grows with what is put. */
  #numbers = new Float64Array(SLOTS_FIRST * NUMBERS)
  readonly #texts = new TextRows()
  /** What there is more to than a row. */
  readonly #whole: (Exchange | undefined)[] = []
  readonly #resources: (ObservedResource | undefined)[] = []

  put(slot: number, { exchange, resource }: Observed): void {
    this.#whole[slot] = fitsColumns(exchange) ? undefined : exchange
    this.#resources[slot] = resource
    if ((slot + 1) * NUMBERS > this.#numbers.length) this.#grow()
    numbersOf(exchange, this.#numbers, slot * NUMBERS)
    this.#texts.start(slot)
    textsOf(exchange, this.#texts)
  }

  get(slot: number): Observed {
    const exchange = this.#whole[slot] ?? exchangeOf(this.#numbers, slot * NUMBERS, this.#texts.row(slot))
    return { exchange, resource: this.#resources[slot] }
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#numbers.length)
    larger.set(this.#numbers)
    this.#numbers = larger
  }
}

class TextRows implements TextSink {
  /** Without holes. */
  readonly #texts: (string | undefined)[] = []
  #from = 0

  /** What is put next belongs to this row. */
  start(row: number): void {
    this.#from = row * TEXTS
  }

  put(column: number, text: string | undefined): void {
    const at = this.#from + column
    if (at === this.#texts.length) this.#texts.push(text)
    else this.#texts[at] = text
  }

  row(row: number): readonly (string | undefined)[] {
    return this.#texts.slice(row * TEXTS, (row + 1) * TEXTS)
  }
}
