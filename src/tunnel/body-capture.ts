/**
 * The body of a request as it comes in, kept whole or not at all, so that the request can be sent again. What is kept is the body
 * itself, without its framing. Nobody waits for it: where there is no room for one, it is not kept.
 */
import type { KeptBody } from '../exchange.ts'
import { type Field, firstValue, type RequestHead } from '../http1/message.ts'

/** What most bodies fit in: a form, a small JSON. */
const FIRST_BYTES = 1_024

/** What the bodies that are coming in on one thread may take, each and together. */
export class BodyRoom {
  readonly bodyBytesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor(limits: { readonly bodyBytesMax: number; readonly bytesMax: number }) {
    this.bodyBytesMax = limits.bodyBytesMax
    this.#bytesMax = limits.bytesMax
  }

  /** Undefined: there is no body, or it says itself that it is too large. */
  open({ framing, fields }: RequestHead): BodyCapture | undefined {
    if (framing.kind === 'none') return undefined
    if (framing.kind === 'length' && (framing.bytes === 0 || framing.bytes > this.bodyBytesMax)) return undefined
    return new BodyCapture(this, fields)
  }

  claim(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false
    this.#bytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }
}

export class BodyCapture {
  readonly #room: BodyRoom
  readonly #fields: readonly Field[]
  /** Grows by doubling: a list of chunks would cost a body of single bytes a hundred times its size. */
  #bytes: Uint8Array = new Uint8Array(0)
  #length = 0
  #isGivenUp = false

  constructor(room: BodyRoom, fields: readonly Field[]) {
    this.#room = room
    this.#fields = fields
  }

  /** Copies: what it is given is a part of a buffer that is read into again. */
  push(chunk: Uint8Array): void {
    if (this.#isGivenUp) return
    if (!this.#fits(this.#length + chunk.length)) return this.#giveUp()
    this.#bytes.set(chunk, this.#length)
    this.#length += chunk.length
  }

  /** To be called once, when nothing more comes. */
  end(exchangeId: number, isWhole: boolean): KeptBody | undefined {
    const isKept = isWhole && !this.#isGivenUp && this.#length > 0
    // Exactly as long as it is: a view on more would take all of it to the other thread.
    const bytes = isKept ? this.#bytes.slice(0, this.#length) : undefined
    this.#giveUp()
    return bytes && { exchangeId, bytes, ...this.#described() }
  }

  #fits(length: number): boolean {
    if (length > this.#room.bodyBytesMax) return false
    if (length <= this.#bytes.length) return true
    const size = Math.min(Math.max(length, this.#bytes.length * 2, FIRST_BYTES), this.#room.bodyBytesMax)
    if (!this.#room.claim(size - this.#bytes.length)) return false
    const larger = new Uint8Array(size)
    larger.set(this.#bytes)
    this.#bytes = larger
    return true
  }

  #giveUp(): void {
    this.#isGivenUp = true
    this.#room.release(this.#bytes.length)
    this.#bytes = new Uint8Array(0)
  }

  /** Without these nobody can read it (RFC 9110 §8.3, §8.4): they are part of what was asked to be kept. */
  #described(): Pick<KeptBody, 'contentType' | 'contentEncoding'> {
    const contentType = firstValue(this.#fields, 'content-type')
    const contentEncoding = firstValue(this.#fields, 'content-encoding')
    return {
      ...(contentType !== undefined && { contentType }),
      ...(contentEncoding !== undefined && { contentEncoding }),
    }
  }
}
