/**
 * Bytes received and not yet understood. Adopts a lone buffer without a copy and appends in doubling steps otherwise, so
 * that a head that arrives byte by byte costs O(n). Finds lines and blocks, and refuses lone CR and LF while it looks.
 */
import { type ProtocolError, protocolError } from './error.ts'

const CR = 13
const LF = 10
const NO_BYTES = Buffer.alloc(0)

export class Input {
  #buffer: Buffer = NO_BYTES
  #start = 0
  #end = 0
  #isOurs = false
  /** How far the search for the end of the present line or block has come, from #start. */
  #scanned = 0

  get length(): number {
    return this.#end - this.#start
  }

  push(bytes: Buffer): void {
    if (this.length === 0) this.#adopt(bytes)
    else this.#append(bytes)
  }

  /** The byte at this distance, -1 past the end. */
  peek(at: number): number {
    return this.#start + at < this.#end ? (this.#buffer[this.#start + at] ?? -1) : -1
  }

  /** A call of Node's own compares heads of any length in the time of fifty bytes in JavaScript. */
  beginsWith(bytes: Uint8Array): boolean {
    const end = this.#start + bytes.length
    return end <= this.#end && this.#buffer.compare(bytes, 0, bytes.length, this.#start, end) === 0
  }

  /** The distance of this byte among the next so many, -1 when it is not there. */
  find(byte: number, within: number): number {
    return this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + within)).indexOf(byte)
  }

  /** At most so many bytes, not copied; undefined when there are none. */
  take(bytesMax: number): Buffer | undefined {
    if (this.length === 0) return undefined
    const bytes = this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + bytesMax))
    // What is handed out may be kept by a socket: never append into it.
    if (bytes.length === this.length) this.#isOurs = false
    this.skip(bytes.length)
    return bytes
  }

  skip(bytes: number): void {
    this.#start += bytes
    this.#scanned = 0
  }

  /** The next line without its CRLF; undefined: not there yet. */
  line(bytesMax: number): string | ProtocolError | undefined {
    const at = this.#findLineEnd()
    if (typeof at !== 'number') return at
    if (at === -1) return this.length > bytesMax + 1 ? tooLong('line_too_long') : undefined
    if (at > bytesMax) return tooLong('line_too_long')
    return this.#text(at, 2)
  }

  /** Lines up to an empty one, joined by CRLF and without the last; '' when the empty line comes first. */
  block(bytesMax: number): string | ProtocolError | undefined {
    if (this.peek(0) === CR && this.peek(1) === LF) return this.#text(0, 2)
    for (;;) {
      const at = this.#findLineEnd()
      if (typeof at !== 'number') return at
      if (at === -1) return this.length > bytesMax + 3 ? tooLong('block_too_long') : undefined
      if (at > bytesMax) return tooLong('block_too_long')
      const next = this.peek(at + 2)
      if (next === -1) return this.#waitAt(at)
      if (next === CR) {
        const last = this.peek(at + 3)
        if (last === -1) return this.#waitAt(at)
        if (last === LF) return this.#text(at, 4)
        return loneCr()
      }
      this.#scanned = at + 2
    }
  }

  /** Everything, copied, and forgotten here. */
  rest(): Buffer {
    const rest = Buffer.from(this.#buffer.subarray(this.#start, this.#end))
    this.skip(rest.length)
    return rest
  }

  #waitAt(at: number): undefined {
    this.#scanned = at
    return undefined
  }

  /** Distance of the next CRLF, -1 when there is none yet. A CR or LF alone is an error (RFC 9112 §2.2). */
  #findLineEnd(): number | ProtocolError {
    const from = this.#start + this.#scanned
    const text = this.#buffer
    let at = from
    while (at < this.#end && text[at] !== CR && text[at] !== LF) at++
    this.#scanned = at - this.#start
    if (at >= this.#end) return -1
    if (text[at] === LF) return protocolError('bare_lf', 400, 'a line ends in LF without CR')
    if (at + 1 >= this.#end) return -1
    return text[at + 1] === LF ? at - this.#start : loneCr()
  }

  #text(bytes: number, skipAfter: number): string {
    const text = this.#buffer.toString('latin1', this.#start, this.#start + bytes)
    this.skip(bytes + skipAfter)
    return text
  }

  #adopt(bytes: Buffer): void {
    this.#buffer = bytes
    this.#start = 0
    this.#end = bytes.length
    this.#isOurs = false
  }

  #append(bytes: Buffer): void {
    const length = this.length
    if (!this.#isOurs || this.#end + bytes.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(256, (length + bytes.length) * 2))
      this.#buffer.copy(larger, 0, this.#start, this.#end)
      this.#buffer = larger
      this.#start = 0
      this.#end = length
      this.#isOurs = true
    }
    bytes.copy(this.#buffer, this.#end)
    this.#end += bytes.length
  }
}

function loneCr(): ProtocolError {
  return protocolError('bare_cr', 400, 'a CR without LF')
}

function tooLong(type: string): ProtocolError {
  return protocolError(type, 400, 'a line is too long')
}
