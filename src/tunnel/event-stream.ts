/**
 * Counts the events of a server-sent event stream while its bytes pass (WHATWG HTML §9.2.6). Pure: it is shown bytes, however
 * they are cut, and neither keeps nor changes any. It knows no socket and no clock.
 */
import type { EventStreamRecord, ExchangeError, Outcome } from '../exchange.ts'
import { allValues, type Field, type Framing, firstValue } from '../http1/message.ts'

/** One answer that is a stream of events. */
export class EventStream {
  /** Undefined where the body is compressed: what cannot be read is not counted. */
  readonly #counter: EventCounter | undefined
  #firstEventMs: number | undefined

  constructor(isReadable: boolean) {
    this.#counter = isReadable ? new EventCounter() : undefined
  }

  /** `atMs`: since the start of the exchange. */
  push(bytes: Uint8Array, atMs: number): void {
    this.#counter?.push(bytes)
    if (this.#counter !== undefined && this.#counter.events > 0) this.#firstEventMs ??= atMs
  }

  record(outcome: Outcome, error: ExchangeError | undefined): EventStreamRecord {
    const events = this.#counter?.events
    const endedBy = endedByOf(outcome, error)
    return {
      ...(events === undefined ? {} : { events }),
      ...(this.#firstEventMs === undefined ? {} : { firstEventMs: this.#firstEventMs }),
      ...(endedBy === undefined ? {} : { endedBy }),
    }
  }
}

const EVENT_STREAM = /^text\/event-stream[\t ]*(?:;|$)/i
/** Most types are shorter, and need no expression. */
const EVENT_STREAM_LENGTH = 'text/event-stream'.length

/** Undefined unless this answer is a stream of events. An error that has this type is an answer like any other. */
export function eventStreamOf(status: number, fields: readonly Field[], framing: Framing): EventStream | undefined {
  if (status > 299 || framing.kind === 'none') return undefined
  const type = firstValue(fields, 'content-type')
  if (type === undefined || type.length < EVENT_STREAM_LENGTH || !EVENT_STREAM.test(type)) return undefined
  const isPlain = allValues(fields, 'content-encoding').every((value) => /^(identity)?$/i.test(value))
  return new EventStream(isPlain && !(framing.kind === 'chunked' && framing.codings !== undefined))
}

/** Undefined where podspan had to end it. */
function endedByOf(outcome: Outcome, error: ExchangeError | undefined): EventStreamRecord['endedBy'] {
  if (outcome === 'complete') return 'origin'
  return outcome === 'timed-out' || error?.at === 'sidecar' ? undefined : error?.at
}

const CR = 13
const LF = 10
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const DATA = Buffer.from('data:')
/** The name alone is a field with an empty value. */
const DATA_ALONE = DATA.length - 1
/** Beside 0 to 5, the bytes of `data:` that a line has begun with. */
const ANOTHER_LINE = 9

export class EventCounter {
  #events = 0
  #line = 0
  /** The block has a data field: the blank line at its end dispatches an event. */
  #hasData = false
  #isAfterCr = false
  #markBytes = 0

  get events(): number {
    return this.#events
  }

  push(bytes: Uint8Array): void {
    let at = this.#markBytes < BYTE_ORDER_MARK.length ? this.#skipMark(bytes) : 0
    for (; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === LF && this.#isAfterCr) this.#isAfterCr = false
      else {
        this.#isAfterCr = byte === CR
        if (byte === CR || byte === LF) this.#endLine()
        else if (this.#line < DATA.length) this.#line = byte === DATA[this.#line] ? this.#line + 1 : ANOTHER_LINE
      }
    }
  }

  /** Where the first line begins, or goes on when the mark turned out to be none. */
  #skipMark(bytes: Uint8Array): number {
    let at = 0
    while (at < bytes.length && this.#markBytes < BYTE_ORDER_MARK.length) {
      const isMark = bytes[at] === BYTE_ORDER_MARK[this.#markBytes]
      if (!isMark && this.#markBytes > 0) this.#line = ANOTHER_LINE
      this.#markBytes = isMark ? this.#markBytes + 1 : BYTE_ORDER_MARK.length
      if (isMark) at++
    }
    return at
  }

  #endLine(): void {
    if (this.#line === 0) {
      if (this.#hasData) this.#events++
      this.#hasData = false
    } else if (this.#line === DATA.length || this.#line === DATA_ALONE) this.#hasData = true
    this.#line = 0
  }
}
