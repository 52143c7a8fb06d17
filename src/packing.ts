/**
 * A batch of exchanges for its way from one thread to the other. Cloned as objects they cost 1.0 us of the data thread
 * and 3.3 us of the observer each, nearly all of it for names of properties and for texts that are the same again and again;
 * as two arrays a batch they cost 0.25 and 0.5. Nothing is left out: what was packed comes out equal.
 *
 * It knows nothing of threads, sinks or who reads it.
 */
import {
  exchangeOf,
  fitsColumns,
  IDS,
  type Mutable,
  NUMBERS,
  numbersOf,
  TEXTS,
  type TextSink,
  textsOf,
} from './columns.ts'
import type { Exchange, ExchangeSink, ExchangeTrace, KeptBody, RequestRecord, ResponseRecord } from './exchange.ts'

/** Parts that few exchanges have; they travel as they are. */
interface Rare {
  readonly row: number
  readonly link?: ExchangeTrace['link']
  readonly requestHeaders?: RequestRecord['headers']
  readonly responseHeaders?: ResponseRecord['headers']
  readonly exchange: Pick<Exchange, (typeof RARE)[number]>
}

export interface PackedExchanges {
  readonly count: number
  /** NUMBERS for each exchange, NaN where it has none, and behind them a bit for each of its texts that stands in `texts`. */
  readonly numbers: Float64Array
  /** Those that the exchange before has not, one exchange after the other; undefined where it has none any more. */
  readonly texts: readonly (string | undefined)[]
  /** In the order of their rows. */
  readonly rare: readonly Rare[]
  /** Of requests among these, or among those of the messages that follow; absent when there are none. */
  readonly bodies?: readonly KeptBody[]
}

const ROW: number = NUMBERS + 1

const RARE = ['forwarded', 'originResponse', 'upgrade', 'eventStream', 'error', 'decorators'] as const

/** One batch after the other. Each exchange is packed as it comes, while it is in the caches, and is garbage at once. */
export class Packer implements TextSink {
  readonly #rowsMax: number
  readonly #numbers: Float64Array<ArrayBuffer>
  readonly #texts: (string | undefined)[] = []
  #textCount = 0
  /** Those of the exchange before, by column: of one that is the same again nothing is sent, as of nearly all. */
  readonly #before: (string | undefined)[] = new Array(TEXTS).fill(undefined)
  /** A bit for each column of which something is sent. */
  #sent = 0
  #rare: Rare[] = []
  #count = 0

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax
    this.#numbers = new Float64Array(rowsMax * ROW)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.#rowsMax
  }

  /** Not when it is full. */
  add(exchange: Exchange): void {
    const from = this.#count * ROW
    numbersOf(exchange, this.#numbers, from)
    this.#sent = 0
    textsOf(exchange, this)
    this.#numbers[from + NUMBERS] = this.#sent
    const rare = rareOf(exchange, this.#count++)
    if (rare !== undefined) this.#rare.push(rare)
  }

  put(column: number, text: string | undefined): void {
    // To find out that two ids differ is a call into V8's runtime.
    if (column >= IDS) {
      if (text === this.#before[column]) return
      this.#before[column] = text
    }
    this.#sent |= 1 << column
    const at = this.#textCount++
    // The list has no holes: with one it would be copied key by key.
    if (at === this.#texts.length) this.#texts.push(text)
    else this.#texts[at] = text
  }

  /** What was added since the last time. Valid until the next is added: a message is a copy, and the arrays are filled again. */
  take(): PackedExchanges {
    const count = this.#count
    // Exactly as many: all of what an array or its buffer has is copied.
    this.#texts.length = this.#textCount
    const numbers = this.isFull ? this.#numbers : this.#numbers.slice(0, count * ROW)
    const packed = { count, numbers, texts: this.#texts, rare: this.#rare }
    this.#count = 0
    this.#textCount = 0
    this.#rare = []
    this.#before.fill(undefined)
    return packed
  }
}

function rareOf(exchange: Exchange, row: number): Rare | undefined {
  if (fitsColumns(exchange)) return undefined
  const { trace, request, response } = exchange
  const own: Mutable<Rare['exchange']> = {}
  for (const name of RARE) if (exchange[name] !== undefined) Object.assign(own, { [name]: exchange[name] })
  const rare: Mutable<Rare> = { row, exchange: own }
  if (trace.link !== undefined) rare.link = trace.link
  if (request?.headers !== undefined) rare.requestHeaders = request.headers
  if (response?.headers !== undefined) rare.responseHeaders = response.headers
  return rare
}

/** Gives one after the other: none is made before the one before it has been dealt with, and no batch is ever there whole. */
export function unpack({ count, numbers, texts, rare }: PackedExchanges, take: ExchangeSink): void {
  const row: (string | undefined)[] = new Array(TEXTS).fill(undefined)
  let textAt = 0
  let rareAt = 0
  for (let index = 0; index < count; index++) {
    const from = index * ROW
    const sent = numbers[from + NUMBERS] ?? 0
    for (let column = 0; column < TEXTS; column++) if ((sent & (1 << column)) !== 0) row[column] = texts[textAt++]
    const exchange = exchangeOf(numbers, from, row)
    const more = rare[rareAt]
    if (more?.row === index) {
      addRare(exchange, more)
      rareAt++
    }
    take(exchange)
  }
}

function addRare(whole: Mutable<Exchange>, { exchange, link, requestHeaders, responseHeaders }: Rare): void {
  Object.assign(whole, exchange)
  if (link !== undefined) whole.trace = { ...whole.trace, link }
  if (requestHeaders !== undefined && whole.request) whole.request = { ...whole.request, headers: requestHeaders }
  if (responseHeaders !== undefined && whole.response) {
    whole.response = { ...whole.response, headers: responseHeaders }
  }
}
