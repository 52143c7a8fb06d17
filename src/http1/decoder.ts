/**
 * Bytes in, parts of messages out. It cannot wait: no socket, promise, timer or clock; "needs more" is a return value.
 * One message at a time: after its end nothing is looked at until `restart` or `expect`, so a body is never a request.
 */
import type { Limits } from '../limits.ts'
import { ChunkedBody } from './chunked.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { Input } from './input.ts'
import { bytesOf, type Framing, type Part, type RequestHead, type ResponseHead } from './message.ts'
import { parseRequestHead, requestLineTooLong, unlikeHttp } from './request-head.ts'
import { parseResponseHead, unlikeAnswer } from './response-head.ts'

/** Undefined: it needs more bytes. */
export type Next<Head> = Part<Head> | ProtocolError | undefined
export type DecoderState = 'idle' | 'head' | 'body' | 'done' | 'failed'

const CR = 13
const NONE: Framing = { kind: 'none' }
const END = { kind: 'end', trailers: [] } as const
const LF = 10

abstract class Decoder<Head extends { readonly framing: Framing; readonly block: string }> {
  protected readonly limits: Limits
  protected readonly input: Input = new Input()
  protected current: DecoderState = 'idle'
  /** The head of the message before. */
  protected previous: Head | undefined
  /** What it came as, once it has come twice in a row: peers repeat themselves, and bytes are compared before they are read. */
  #previousBytes: Uint8Array | undefined
  #framing: Framing = NONE
  #remaining = 0
  #chunked: ChunkedBody | undefined
  #failure: ProtocolError | undefined

  constructor(limits: Limits) {
    this.limits = limits
  }

  get state(): DecoderState {
    return this.current
  }

  /** Bytes pushed and not yet consumed. */
  get bufferedBytes(): number {
    return this.input.length
  }

  push(bytes: Buffer): void {
    this.input.push(bytes)
  }

  next(): Next<Head> {
    if (this.#failure !== undefined) return this.#failure
    if (this.current === 'done') return undefined
    const part = this.current === 'body' ? this.#nextOfBody() : this.nextHead()
    if (part?.kind === 'error') {
      this.#failure = part
      this.current = 'failed'
    }
    return part
  }

  /** Hands over what was not consumed, and forgets it. */
  takeRest(): Buffer {
    return this.input.rest()
  }

  /** What it remembers of the message before is 3 KiB that an idle connection can do without. */
  forget(): void {
    this.previous = undefined
    this.#previousBytes = undefined
  }

  protected abstract nextHead(): Next<Head>

  /** The head of the message before, if the same bytes came again. */
  protected headAgain(): Head | undefined {
    if (this.#previousBytes === undefined || !this.input.beginsWith(this.#previousBytes)) return undefined
    this.input.skip(this.#previousBytes.length)
    return this.previous
  }

  protected remember(head: Head): void {
    if (head !== this.previous) {
      this.previous = head
      this.#previousBytes = undefined
    } else this.#previousBytes ??= bytesOf(`${head.block}\r\n\r\n`)
  }

  protected begin(head: Head): Part<Head> {
    this.#framing = head.framing
    this.#remaining = head.framing.kind === 'length' ? head.framing.bytes : 0
    this.#chunked = head.framing.kind === 'chunked' ? new ChunkedBody(this.limits) : undefined
    this.current = 'body'
    return { kind: 'head', head }
  }

  protected endOfBody(): Part<Head> {
    this.current = 'done'
    return END
  }

  protected get framing(): Framing {
    return this.#framing
  }

  #nextOfBody(): Next<Head> {
    if (this.#framing.kind === 'chunked') return this.#nextOfChunks()
    if (this.#framing.kind === 'until-close') return this.#data(Number.MAX_SAFE_INTEGER)
    if (this.#remaining === 0) return this.endOfBody()
    return this.#data(this.#remaining)
  }

  #data(bytesMax: number): Next<Head> {
    const bytes = this.input.take(bytesMax)
    if (bytes === undefined) return undefined
    this.#remaining -= bytes.length
    return { kind: 'data', bytes }
  }

  #nextOfChunks(): Next<Head> {
    const step = this.#chunked?.next(this.input)
    if (step?.kind === 'end') this.current = 'done'
    return step
  }
}

export class RequestDecoder extends Decoder<RequestHead> {
  #leadingLines = 0
  /** The request line was found to be within its bounds: not looked at again while the rest of a long head arrives. */
  #lineSeen = false

  /** Ready for the next message; what was pushed ahead is kept. */
  restart(): void {
    this.current = 'idle'
    this.#leadingLines = 0
    this.#lineSeen = false
  }

  protected override nextHead(): Next<RequestHead> {
    const leading = this.#skipLeadingLine()
    if (leading !== 'skipped') return leading
    if (this.input.length === 0) return undefined
    const again = this.headAgain()
    if (again !== undefined) return this.begin(again)
    this.current = 'head'
    const foreign = unlikeHttp(this.input)
    if (foreign !== undefined) return foreign
    const block = this.input.block(this.limits.headBytesMax)
    if (block === undefined) return this.#incomplete()
    if (typeof block !== 'string') return block.type === 'block_too_long' ? this.#tooLarge() : block
    const head = parseRequestHead(block, this.limits, this.previous)
    if ('kind' in head) return head
    this.remember(head)
    return this.begin(head)
  }

  /** RFC 9112 §2.2: an empty line before a request is ignored; one more than that is not honest. */
  #skipLeadingLine(): 'skipped' | ProtocolError | undefined {
    while (this.input.peek(0) === CR) {
      const next = this.input.peek(1)
      if (next === -1) return undefined
      if (next !== LF) return protocolError('bare_cr', 400, 'a CR without LF')
      if (++this.#leadingLines > 2) return protocolError('leading_empty_lines', 400, 'empty lines before the request')
      this.input.skip(2)
    }
    return 'skipped'
  }

  #incomplete(): ProtocolError | undefined {
    if (this.#lineSeen) return undefined
    const tooLong = requestLineTooLong(this.input, this.limits)
    this.#lineSeen = tooLong === undefined && this.input.length > 2 * this.limits.targetBytesMax
    return tooLong
  }

  #tooLarge(): ProtocolError {
    const lineTooLong = requestLineTooLong(this.input, this.limits)
    if (lineTooLong !== undefined) return lineTooLong
    return protocolError('head_too_large', 431, `the request head is larger than ${this.limits.headBytesMax} bytes`)
  }
}

export class ResponseDecoder extends Decoder<ResponseHead> {
  #requestMethod = 'GET'

  /** Nothing is looked at before the first `expect`. */
  constructor(limits: Limits) {
    super(limits)
    this.current = 'done'
  }

  /** Ready for the answer to a request with this method. */
  expect(requestMethod: string): void {
    this.#requestMethod = requestMethod
    this.current = 'idle'
  }

  override next(): Next<ResponseHead> {
    const part = super.next()
    // Whatever is wrong with an answer is the origin's: the client hears 502.
    return part?.kind === 'error' && part.status !== 502 ? { ...part, status: 502 } : part
  }

  /** The origin's FIN: the end of a body that only closing ends, an error inside any other message. */
  end(): Next<ResponseHead> {
    if (this.current === 'done' || this.current === 'failed') return undefined
    if (this.current !== 'body') return protocolError('closed_before_head', 502, 'the app closed before it answered')
    if (this.framing.kind === 'until-close') return this.endOfBody()
    return protocolError('truncated_body', 502, 'the app closed inside the body of its answer')
  }

  protected override nextHead(): Next<ResponseHead> {
    if (this.input.length === 0) return undefined
    const again = this.#requestMethod === this.previous?.requestMethod ? this.headAgain() : undefined
    if (again !== undefined) return this.begin(again)
    this.current = 'head'
    const foreign = unlikeAnswer(this.input)
    if (foreign !== undefined) return foreign
    const block = this.input.block(this.limits.headBytesMax)
    if (block === undefined) return undefined
    if (typeof block !== 'string') {
      return block.type === 'block_too_long'
        ? protocolError('head_too_large', 502, "the app's answer has too large a head")
        : block
    }
    const head = parseResponseHead(block, this.#requestMethod, this.limits, this.previous)
    if ('kind' in head) return head
    if (head.status >= 200) {
      this.remember(head)
      return this.begin(head)
    }
    this.current = head.status === 101 ? 'done' : 'idle'
    return { kind: 'head', head }
  }
}
