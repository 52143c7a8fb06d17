/**
 * Counts the messages of a WebSocket while its bytes pass (RFC 6455 §5.2). Pure: it is shown bytes, however they are cut, and
 * neither keeps nor changes any. It knows no socket. A payload is stepped over, so a message costs the same at any size.
 */
import type { UpgradeRecord } from '../exchange.ts'

export type WebSocketCounts = Pick<UpgradeRecord, 'messagesIn' | 'messagesOut' | 'closeCode' | 'closedBy'>

/** Both directions of one WebSocket. */
export class WebSocketWatch {
  readonly #in = new FrameReader()
  readonly #out = new FrameReader()
  #closedBy: UpgradeRecord['closedBy']

  fromClient(bytes: Uint8Array): void {
    this.#in.push(bytes)
    if (this.#in.hasClosed) this.#closedBy ??= 'client'
  }

  fromOrigin(bytes: Uint8Array): void {
    this.#out.push(bytes)
    if (this.#out.hasClosed) this.#closedBy ??= 'origin'
  }

  /** What is known by now; a direction whose bytes were no WebSocket frames has no count. */
  counts(): WebSocketCounts {
    const { messages: messagesIn } = this.#in
    const { messages: messagesOut } = this.#out
    const closedBy = this.#closedBy
    const closeCode = closedBy && (closedBy === 'client' ? this.#in : this.#out).closeCode
    return {
      ...(messagesIn === undefined ? {} : { messagesIn }),
      ...(messagesOut === undefined ? {} : { messagesOut }),
      ...(closeCode === undefined ? {} : { closeCode }),
      ...(closedBy === undefined ? {} : { closedBy }),
    }
  }
}

const CONTINUATION = 0
const BINARY = 2
const CLOSE = 8
const PONG = 10
const CONTROL_BYTES_MAX = 125
/** RFC 6455 §7.1.5: a Close frame without a code counts as this one. */
const NO_CODE = 1005
const HALF = 2 ** 32

/** What the next byte is. Nothing is looked at after `end`: a Close frame is the last (§5.5.1), and nonsense has no next. */
type Place = 'opcode' | 'length' | 'long length' | 'key' | 'payload' | 'end'

/** One direction. Every state is a number, so that a frame allocates nothing. */
export class FrameReader {
  #place: Place = 'opcode'
  #opcode = CONTINUATION
  #isFinal = false
  #isMasked = false
  /** Bytes of the long length, or of the key, that are still to come. */
  #headBytes = 0
  /** Payload still to come, in two halves: 63 bits are more than a number counts exactly. */
  #high = 0
  #low = 0
  #key = 0
  /** A message of several frames has begun and not ended. */
  #inMessage = false
  #isNonsense = false
  #messages = 0
  #hasClosed = false
  #closeBytes = 0
  #closeCode = 0

  /** Text and binary messages that came to their end; undefined when the bytes are no WebSocket frames. */
  get messages(): number | undefined {
    return this.#isNonsense ? undefined : this.#messages
  }

  get hasClosed(): boolean {
    return this.#hasClosed
  }

  /** Of the Close frame, if there was one that can be understood. */
  get closeCode(): number | undefined {
    if (!this.#hasClosed || this.#closeBytes === 1) return undefined
    return this.#closeBytes === 0 ? NO_CODE : this.#closeCode
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#place !== 'end'; ) {
      if (this.#place === 'payload') at = this.#skip(bytes, at)
      else this.#head(bytes[at++] ?? 0)
    }
  }

  #head(byte: number): void {
    if (this.#place === 'opcode') this.#takeOpcode(byte)
    else if (this.#place === 'length') this.#takeLength(byte)
    else if (this.#place === 'long length') this.#takeLongLength(byte)
    else this.#takeKey(byte)
  }

  /** RSV bits belong to extensions, which change payloads and no frames (§9.2). */
  #takeOpcode(byte: number): void {
    this.#opcode = byte & 0x0f
    this.#isFinal = byte >= 0x80
    this.#place = 'length'
    if (!this.#isAllowed()) this.#giveUp()
  }

  /** §5.4: control frames are whole, and may stand inside a message; another message may not. */
  #isAllowed(): boolean {
    const opcode = this.#opcode
    if (opcode >= CLOSE) return opcode <= PONG && this.#isFinal
    return opcode === CONTINUATION ? this.#inMessage : opcode <= BINARY && !this.#inMessage
  }

  #takeLength(byte: number): void {
    const length = byte & 0x7f
    if (this.#opcode >= CLOSE && length > CONTROL_BYTES_MAX) return this.#giveUp()
    this.#isMasked = byte >= 0x80
    this.#high = 0
    this.#low = length < 126 ? length : 0
    this.#headBytes = length < 126 ? 0 : length === 126 ? 2 : 8
    this.#place = 'long length'
    if (this.#headBytes === 0) this.#beginKey()
  }

  #takeLongLength(byte: number): void {
    this.#high = this.#high * 256 + Math.floor(this.#low / 2 ** 24)
    this.#low = (this.#low % 2 ** 24) * 256 + byte
    if (--this.#headBytes > 0) return
    // §5.2: the most significant bit must be 0.
    if (this.#high >= HALF / 2) this.#giveUp()
    else this.#beginKey()
  }

  #beginKey(): void {
    this.#key = 0
    this.#headBytes = 4
    this.#place = 'key'
    if (!this.#isMasked) this.#beginPayload()
  }

  #takeKey(byte: number): void {
    this.#key = (this.#key << 8) | byte
    if (--this.#headBytes === 0) this.#beginPayload()
  }

  #beginPayload(): void {
    this.#place = 'payload'
    if (this.#low === 0 && this.#high === 0) this.#endFrame()
  }

  /** Where what follows begins. */
  #skip(bytes: Uint8Array, at: number): number {
    if (this.#low === 0) {
      this.#high--
      this.#low = HALF
    }
    const end = at + Math.min(this.#low, bytes.length - at)
    if (this.#opcode === CLOSE) this.#takeCloseCode(bytes, at, end)
    this.#low -= end - at
    if (this.#low === 0 && this.#high === 0) this.#endFrame()
    return end
  }

  /** The first two bytes of the payload (§5.5.1), unmasked with the first two of the key (§5.3). */
  #takeCloseCode(bytes: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end && this.#closeBytes < 2; at++) {
      const key = this.#key >>> (this.#closeBytes === 0 ? 24 : 16)
      this.#closeCode = this.#closeCode * 256 + (((bytes[at] ?? 0) ^ key) & 0xff)
      this.#closeBytes++
    }
  }

  #endFrame(): void {
    this.#place = 'opcode'
    if (this.#opcode === CLOSE) {
      this.#hasClosed = true
      this.#place = 'end'
    } else if (this.#opcode <= BINARY) {
      this.#inMessage = !this.#isFinal
      if (this.#isFinal) this.#messages++
    }
  }

  #giveUp(): void {
    this.#isNonsense = true
    this.#place = 'end'
  }
}
