/**
 * The origin's end of one client connection: dialled on first need, kept while the app keeps it, dialled again when the
 * app closed it. Never shared between clients, so that an answer can't reach the wrong one. What is known of the answers on
 * a connection ends with it.
 */
import { ResponseDecoder } from '../http1/decoder.ts'
import { type Piece, RequestHeadEncoder, ResponseHeadEncoder } from '../http1/encoder.ts'
import type { Limits } from '../limits.ts'
import type { Dial, DialFailure } from './dial.ts'
import { Gathering } from './gathering.ts'
import { type Address, abort, addressOf, codeOf, readFrom, type Wire } from './wire.ts'

export interface OriginEvents {
  originConnected(): void
  originUnreachable(failure: DialFailure): void
  /** Returns whether nobody holds any of the bytes any more, nor of those before them. */
  originBytes(bytes: Buffer): boolean
  /** The origin will send no more. */
  originEnded(): void
  /** It is gone; `code` says why when it was an error. */
  originClosed(code: string | undefined): void
  originDrained(): void
}

export class OriginLink {
  readonly #events: OriginEvents
  readonly #limits: Limits
  #wire: Wire | undefined
  /** Where the connection stands, or is being made. */
  #key = ''
  #cancelDial: (() => void) | undefined
  /** What is to be written, together; while a connection is being made it waits here. */
  readonly #outgoing = new Gathering()
  #answers: ResponseDecoder
  #requestHeads = new RequestHeadEncoder()
  #answerHeads = new ResponseHeadEncoder()
  #address: Address | undefined

  constructor(events: OriginEvents, limits: Limits) {
    this.#events = events
    this.#limits = limits
    this.#answers = new ResponseDecoder(limits)
  }

  /** Reads the answers on this connection. */
  get answers(): ResponseDecoder {
    return this.#answers
  }

  /** Writes their heads for the client. */
  get answerHeads(): ResponseHeadEncoder {
    return this.#answerHeads
  }

  get requestHeads(): RequestHeadEncoder {
    return this.#requestHeads
  }

  /** Where the newest connection went; kept after it ended, for the record. */
  get address(): Address | undefined {
    return this.#address
  }

  /** Sees to it that a connection to this place stands or is being made. True when it already stood. */
  ensure({ key, dial }: { readonly key: string; readonly dial: Dial }): boolean {
    if (key !== this.#key) this.close()
    this.#key = key
    if (this.#wire !== undefined) return true
    this.#cancelDial ??= dial((result) => this.#dialled(result))
    return false
  }

  /** Written, and not yet flushed. */
  get bytes(): number {
    return this.#outgoing.bytes
  }

  /** To be sent with the next `flush`. */
  write(piece: Piece): void {
    this.#outgoing.add(piece)
  }

  /** False when the caller should wait for `originDrained`. */
  flush(): boolean {
    return this.#wire === undefined
      ? this.#outgoing.bytes <= this.#limits.readAheadBytesMax
      : this.#outgoing.flush(this.#wire)
  }

  /** All that was written has left. */
  get isOut(): boolean {
    return this.#outgoing.bytes === 0 && (this.#wire === undefined || this.#wire.writableLength === 0)
  }

  /** Nothing that came from it is held any more. */
  usedUp(): void {
    this.#wire?.usedUp?.()
  }

  pause(): void {
    this.#wire?.pause()
  }

  resume(): void {
    this.#wire?.resume()
  }

  /** Ends a connection that is in order. */
  close(): void {
    this.#forget()?.destroy()
  }

  /** Ends one in mid-message: the app must never take it for a clean end. */
  abort(): void {
    const wire = this.#forget()
    if (wire !== undefined) abort(wire)
  }

  /** Hands the bare connection over, to be spliced. */
  release(): Wire | undefined {
    this.flush()
    return this.#forget()
  }

  #dialled(result: Wire | DialFailure): void {
    this.#cancelDial = undefined
    if ('kind' in result) {
      this.#forget()
      this.#events.originUnreachable(result)
      return
    }
    this.#adopt(result)
    this.#events.originConnected()
    if (this.flush()) this.#events.originDrained()
  }

  #adopt(wire: Wire): void {
    this.#wire = wire
    this.#address = addressOf(wire)
    let code: string | undefined
    readFrom(wire, (bytes) => this.#events.originBytes(bytes))
    wire.on('drain', () => this.#events.originDrained())
    wire.on('end', () => {
      // A reset that a write met first is only an end to the reader, and would pass for the clean end of a body.
      if (wire.isDeaf === true) this.#events.originClosed('ECONNRESET')
      else this.#events.originEnded()
    })
    wire.on('error', (error: Error) => {
      code = codeOf(error)
    })
    wire.on('close', () => {
      this.#forget()
      this.#events.originClosed(code)
    })
  }

  #forget(): Wire | undefined {
    const wire = this.#wire
    this.#cancelDial?.()
    this.#cancelDial = undefined
    this.#wire = undefined
    this.#outgoing.clear()
    this.#answers = new ResponseDecoder(this.#limits)
    this.#requestHeads = new RequestHeadEncoder()
    this.#answerHeads = new ResponseHeadEncoder()
    wire?.removeAllListeners()
    wire?.on('error', () => {}) // whatever still happens to it concerns nobody
    return wire
  }
}
