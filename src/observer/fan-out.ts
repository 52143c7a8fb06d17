/** One Exchange to every sink, each guarded from the others: one that throws is said once, counted, and the rest go on. */
import type { Exchange, ExchangeSink } from '../exchange.ts'

export interface NamedSink {
  readonly name: string
  readonly take: ExchangeSink
}

export class FanOut {
  readonly #sinks: readonly NamedSink[]
  readonly #say: (text: string) => void
  readonly #failures = new Map<string, number>()

  constructor(sinks: readonly NamedSink[], say: (text: string) => void) {
    this.#sinks = sinks
    this.#say = say
  }

  /** Name of a sink to how many exchanges it threw at; a sink that never threw is not in it. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures
  }

  readonly sink: ExchangeSink = (exchange) => {
    for (const sink of this.#sinks) this.#give(sink, exchange)
  }

  #give({ name, take }: NamedSink, exchange: Exchange): void {
    try {
      take(exchange)
    } catch (error) {
      const failures = (this.#failures.get(name) ?? 0) + 1
      this.#failures.set(name, failures)
      if (failures === 1)
        this.#say(`${name} failed on exchange ${exchange.id}; more failures are only counted: ${error}`)
    }
  }
}
