/**
 * Protocol Buffers' wire format, as far as spans need it: one buffer that grows, lengths filled in afterwards. It knows no
 * message of OTLP. The SDK's serialiser walks objects twice, first to measure them; that cost more than all else of a span.
 */

const FIRST_BYTES = 65_536
/** One message is about as long as the one before. */
const SPARE = 1 / 8
/** A string up to here is copied faster by a loop than by a call. */
const LOOP_CHARS_MAX = 48
const LOW = 4_294_967_296
/** By the codes of 0 to 9 and a to f. */
const DIGITS = new Uint8Array(256)
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit

export class ProtobufWriter {
  #bytes: Buffer
  #size: number
  #at = 0

  constructor(firstBytes: number = FIRST_BYTES) {
    this.#size = firstBytes
    this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  /** Leaves so many bytes for whoever fills them in. */
  skip(bytes: number): void {
    this.#room(bytes)
    this.#at += bytes
  }

  /** What was written behind this place is gone. */
  truncate(to: number): void {
    this.#at = to
  }

  /** All that was written, which is the caller's from now on. What follows begins anew, in memory that is likely to be enough. */
  detach(): Buffer {
    const all = this.#bytes.subarray(0, this.#at)
    this.#size = Math.max(FIRST_BYTES, Math.ceil(this.#at * (1 + SPARE)))
    this.#bytes = Buffer.allocUnsafeSlow(this.#size)
    this.#at = 0
    return all
  }

  /** A field's number and wire type, as one byte (numbers up to 15) or two. */
  tag(tag: number): void {
    this.#room(2)
    if (tag > 0x7f) this.#bytes[this.#at++] = (tag & 0x7f) | 0x80
    this.#bytes[this.#at++] = tag > 0x7f ? tag >>> 7 : tag
  }

  /** Non-negative, up to 2^53 - 1. */
  varint(value: number): void {
    this.#room(10)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  /** Little-endian, as two halves. */
  fixed64(low: number, high: number): void {
    this.fixed32(low)
    this.fixed32(high)
  }

  fixed32(value: number): void {
    this.#room(4)
    this.#at = this.#bytes.writeUInt32LE(value, this.#at)
  }

  double(value: number): void {
    this.#room(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /**
   * Nanoseconds since the epoch: 64 bits are more than a number holds. The lower 32 are exact, as whole numbers wrap; what is left
   * without them is a multiple of 2^32, whatever its last digits were rounded to.
   */
  unixNanos(seconds: number, nanos: number): void {
    const low = ((Math.imul(seconds, 1e9) >>> 0) + nanos) >>> 0
    this.fixed64(low, Math.round((seconds * 1e9 + nanos - low) / LOW))
  }

  /** Bytes that are a whole field already. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** What stands between these two places, once more. */
  again(from: number, to: number): void {
    this.#room(to - from)
    this.#bytes.copyWithin(this.#at, from, to)
    this.#at += to - from
  }

  /** Hexadecimal digits as bytes, with their length before them. */
  hex(digits: string): void {
    const length = digits.length >>> 1
    this.varint(length)
    this.#room(length)
    const target = this.#bytes
    let to = this.#at
    for (let at = 0; at < 2 * length; at += 2) {
      target[to++] = ((DIGITS[digits.charCodeAt(at)] ?? 0) << 4) | (DIGITS[digits.charCodeAt(at + 1)] ?? 0)
    }
    this.#at = to
  }

  /** UTF-8 with its length before it; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#room(3 * text.length + 5)
    const start = this.open()
    if (!this.#ascii(text)) this.#at += this.#bytes.write(text, this.#at, 'utf8')
    this.close(start)
  }

  /** Begins something whose length stands before it. */
  open(): number {
    this.#room(1)
    return this.#at++
  }

  /** Most are shorter than 128 bytes, so one byte was left for the length; what is longer moves. */
  close(start: number): void {
    const length = this.#at - start - 1
    if (length < 0x80) {
      this.#bytes[start] = length
      return
    }
    const digits = length < 0x4000 ? 2 : length < 0x200000 ? 3 : 5
    this.#room(digits)
    this.#bytes.copyWithin(start + digits, start + 1, this.#at)
    this.#at = start
    let rest = length
    for (let digit = 1; digit < digits; digit++) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
    this.#at += length
  }

  /** Begins something that is likely to be longer than 127 bytes, and need not move then. */
  openLong(): number {
    this.#room(2)
    this.#at += 2
    return this.#at - 2
  }

  /** True when what was written had to move. */
  closeLong(start: number): boolean {
    const length = this.#at - start - 2
    if (length >= 0x80 && length < 0x4000) {
      this.#bytes[start] = (length & 0x7f) | 0x80
      this.#bytes[start + 1] = length >>> 7
      return false
    }
    this.#bytes.copyWithin(start + 1, start + 2, this.#at)
    this.#at--
    this.close(start)
    return true
  }

  /** A copy of what was written since `start`. */
  since(start: number): Buffer {
    const copy = Buffer.allocUnsafe(this.#at - start)
    this.#bytes.copy(copy, 0, start, this.#at)
    return copy
  }

  get length(): number {
    return this.#at
  }

  #ascii(text: string): boolean {
    if (text.length > LOOP_CHARS_MAX) return false
    for (let at = 0; at < text.length; at++) {
      const character = text.charCodeAt(at)
      if (character > 0x7f) return false
      this.#bytes[this.#at + at] = character
    }
    this.#at += text.length
    return true
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#size) return
    this.#size = 2 * (this.#at + bytes)
    const larger = Buffer.allocUnsafe(this.#size)
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
