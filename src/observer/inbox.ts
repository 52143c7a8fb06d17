/**
 * The observer's side of the hand-off: enter in the books, unpack, redact, pass on. Nothing behind it ever holds an unredacted Exchange.
 * It knows neither the thread it runs in nor who takes what it passes on.
 */
import type { Exchange, ExchangeSink } from '../exchange.ts'
import type { Ledger } from '../ledger.ts'
import { type PackedExchanges, unpack } from '../packing.ts'
import { redact } from './redact.ts'
import type { RouteOf } from './routes.ts'

interface InboxOptions {
  readonly textBytesMax: number
  readonly ledger: Ledger
  readonly routeOf: RouteOf
  readonly sink: ExchangeSink
}

export class Inbox {
  readonly #textBytesMax: number
  readonly #ledger: Ledger
  readonly #routeOf: RouteOf
  readonly #sink: ExchangeSink

  constructor(options: InboxOptions) {
    this.#textBytesMax = options.textBytesMax
    this.#ledger = options.ledger
    this.#routeOf = options.routeOf
    this.#sink = options.sink
  }

  /** In the books before the sinks run: from here on the exchanges are the observer's to account for, whatever becomes of it. */
  take(packed: PackedExchanges): void {
    this.#ledger.ended('exchange', 'exported', packed.count)
    unpack(packed, (exchange) => this.#sink(redact(this.#routed(exchange), this.#textBytesMax)))
  }

  #routed(exchange: Exchange): Exchange {
    const { request } = exchange
    const route = request && this.#routeOf(request.path)
    return request === undefined || route === undefined ? exchange : { ...exchange, request: { ...request, route } }
  }
}
