/** The chunked transfer coding (RFC 9112 §7.1), read strictly: one byte of leniency here is a smuggled request. */

import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { parseFields } from './fields.ts'
import { CHUNK_LINE } from './grammar.ts'
import type { Input } from './input.ts'
import type { Field } from './message.ts'

const CR = 13
const LF = 10
/** Smaller pieces of data are joined while there are more: a body of 1-byte chunks must not cost a write a byte. */
const JOINED_BELOW_BYTES = 512
/** Longer sizes, and whatever stands beside them, are left to the grammar. */
const PLAIN_DIGITS_MAX = 7

type Step =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly trailers: readonly Field[] }

/** RFC 9110 §6.5.1: fields that must not arrive after the body, where nobody looks any more. */
const NOT_IN_TRAILERS = new Set([
  'content-length',
  'transfer-encoding',
  'host',
  'te',
  'trailer',
  'connection',
  'upgrade',
  'expect',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'content-encoding',
  'content-type',
  'content-range',
  'traceparent',
  'tracestate',
  'range',
  'max-forwards',
  'cache-control',
])

export class ChunkedBody {
  readonly #limits: Limits
  #state: 'size' | 'data' | 'data-end' | 'trailers' = 'size'
  #remaining = 0
  #extensionBytes = 0
  /** What came after joined data. */
  #ahead: Step | ProtocolError | undefined

  constructor(limits: Limits) {
    this.#limits = limits
  }

  next(input: Input): Step | ProtocolError | undefined {
    const step = this.#ahead ?? this.#step(input)
    this.#ahead = undefined
    if (step?.kind !== 'data' || step.bytes.length >= JOINED_BELOW_BYTES || input.length === 0) return step
    return this.#join(step.bytes, input)
  }

  #join(first: Buffer, input: Input): Step {
    const joined = Buffer.allocUnsafe(first.length + input.length)
    let length = first.copy(joined)
    for (;;) {
      const step = this.#step(input)
      if (step?.kind !== 'data') {
        this.#ahead = step
        return { kind: 'data', bytes: joined.subarray(0, length) }
      }
      length += step.bytes.copy(joined, length)
    }
  }

  #step(input: Input): Step | ProtocolError | undefined {
    for (;;) {
      if (this.#state === 'size') {
        const failed = this.#readSize(input)
        if (failed !== 'read') return failed
      } else if (this.#state === 'data') {
        const bytes = input.take(this.#remaining)
        if (bytes === undefined) return undefined
        this.#remaining -= bytes.length
        if (this.#remaining === 0) this.#state = 'data-end'
        return { kind: 'data', bytes }
      } else if (this.#state === 'data-end') {
        const line = input.line(0)
        if (line === undefined) return undefined
        if (line !== '')
          return protocolError('chunk_longer_than_its_size', 400, 'chunk data is longer than its size says')
        this.#state = 'size'
      } else return this.#readTrailers(input)
    }
  }

  #readSize(input: Input): ProtocolError | undefined | 'read' {
    const plain = plainSize(input)
    if (plain !== undefined) return this.#sized(plain)
    const line = input.line(this.#limits.chunkLineBytesMax)
    if (line === undefined) return undefined
    if (typeof line !== 'string') {
      return line.type === 'line_too_long'
        ? protocolError('chunk_line_too_long', 400, 'a chunk-size line is too long')
        : line
    }
    const match = CHUNK_LINE.exec(line)
    if (match === null) return protocolError('bad_chunk_size', 400, 'a chunk size is not a plain hexadecimal number')
    const size = Number.parseInt(match[1] ?? '', 16)
    this.#extensionBytes += match[2]?.length ?? 0
    if (!Number.isSafeInteger(size)) return protocolError('bad_chunk_size', 400, 'a chunk size is too large')
    if (this.#extensionBytes > this.#limits.chunkExtensionBytesMax) {
      return protocolError('chunk_extensions_too_large', 400, 'chunk extensions are too large')
    }
    return this.#sized(size)
  }

  #sized(size: number): 'read' {
    this.#remaining = size
    this.#state = size === 0 ? 'trailers' : 'data'
    return 'read'
  }

  #readTrailers(input: Input): Step | ProtocolError | undefined {
    const block = input.block(this.#limits.trailerBytesMax)
    if (block === undefined) return undefined
    if (typeof block !== 'string') {
      return block.type === 'block_too_long'
        ? protocolError('trailers_too_large', 431, 'the trailers are too large')
        : block
    }
    const trailers = parseFields(block, this.#limits)
    if ('kind' in trailers) return trailers
    const forbidden = trailers.find(({ key }) => NOT_IN_TRAILERS.has(key))
    if (forbidden !== undefined) {
      return protocolError('forbidden_trailer', 400, `${forbidden.key} must not be a trailer`)
    }
    return { kind: 'end', trailers }
  }
}

/** The size on a line of digits alone that is all here, which is how nearly all look; undefined leaves it to the grammar. */
function plainSize(input: Input): number | undefined {
  let size = 0
  for (let at = 0; at <= PLAIN_DIGITS_MAX; at++) {
    const byte = input.peek(at)
    const digit = hexDigit(byte)
    if (digit === -1) {
      if (at === 0 || byte !== CR || input.peek(at + 1) !== LF) return undefined
      input.skip(at + 2)
      return size
    }
    size = size * 16 + digit
  }
  return undefined
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
