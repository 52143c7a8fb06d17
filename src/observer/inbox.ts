/**
 * The observer's side of the hand-off: redact, acknowledge, pass on. Nothing behind it ever holds an unredacted Exchange.
 * It knows neither the thread it runs in nor who takes what it passes on.
 */
import type { Exchange, ExchangeSink } from '../exchange.ts'
import { redact } from './redact.ts'

export class Inbox {
  readonly #textBytesMax: number
  readonly #acknowledge: (sequence: number) => void
  readonly #sink: ExchangeSink

  constructor(options: { textBytesMax: number; acknowledge: (sequence: number) => void; sink: ExchangeSink }) {
    this.#textBytesMax = options.textBytesMax
    this.#acknowledge = options.acknowledge
    this.#sink = options.sink
  }

  /** Acknowledged before the sinks run: a slow one must not make the data thread believe that the batch is still to be taken. */
  take(sequence: number, exchanges: readonly Exchange[]): void {
    const redacted = exchanges.map((exchange) => redact(exchange, this.#textBytesMax))
    this.#acknowledge(sequence)
    for (const exchange of redacted) this.#sink(exchange)
  }
}
