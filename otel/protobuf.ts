/**
 * Protocol Buffers' wire format, as far as spans need it: one buffer that grows, lengths filled in afterwards. It knows no
 * message of OTLP. The SDK's serialiser walks objects twice, first to measure them; that cost more than all else of a span.
 */

const FIRST_BYTES = 65_536
/** A string up to here is copied faster by a loop than by a call. */
const LOOP_CHARS_MAX = 48
const LOW = 4_294_967_296

export class ProtobufWriter {
  #bytes: Buffer
  #at = 0

  constructor(firstBytes: number = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(firstBytes)
  }

  /** A copy of what was written, from the beginning; the writer begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return taken
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

  /** Nanoseconds since the epoch, of milliseconds: 64 bits are more than a number holds, so seconds go in two halves. */
  unixNanos(seconds: number, nanos: number): void {
    const upper = Math.floor(seconds / 65_536) * 1e9
    const lower = (upper % 65_536) * 65_536 + (seconds % 65_536) * 1e9 + nanos
    this.fixed64(lower % LOW, Math.floor(upper / 65_536) + Math.floor(lower / LOW))
  }

  /** Bytes that are a whole field already. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Hexadecimal digits as bytes, with their length before them. */
  hex(digits: string): void {
    const length = digits.length >>> 1
    this.varint(length)
    this.#room(length)
    for (let at = 0; at < length; at++) {
      this.#bytes[this.#at + at] = (digitOf(digits, 2 * at) << 4) | digitOf(digits, 2 * at + 1)
    }
    this.#at += length
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

  /** What was written since `start`, without its length. */
  since(start: number): Buffer {
    return Buffer.from(this.#bytes.subarray(start, this.#at))
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
    if (this.#at + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

function digitOf(digits: string, at: number): number {
  const character = digits.charCodeAt(at)
  return character < 0x3a ? character - 0x30 : character - 0x57
}
