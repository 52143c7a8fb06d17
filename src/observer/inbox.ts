/**
 * The observer's side of the hand-off: redact, enter in the books, pass on. Nothing behind it ever holds an unredacted Exchange.
 * It knows neither the thread it runs in nor who takes what it passes on.
 */
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { Ledger } from '../ledger.ts'
import { redact } from './redact.ts'

export class Inbox {
  readonly #textBytesMax: number
  readonly #ledger: Ledger
  readonly #sink: ExchangeSink

  constructor(options: { textBytesMax: number; ledger: Ledger; sink: ExchangeSink }) {
    this.#textBytesMax = options.textBytesMax
    this.#ledger = options.ledger
    this.#sink = options.sink
  }

  /** In the books before the sinks run: from here on the exchanges are the observer's to account for, whatever becomes of it. */
  take(exchanges: readonly Exchange[]): void {
    const redacted = exchanges.map((exchange) => redact(exchange, this.#textBytesMax))
    this.#ledger.ended('exchange', 'exported', redacted.length)
    for (const exchange of redacted) this.#sink(exchange)
  }
}
