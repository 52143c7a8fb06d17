/** WebSocket frames as bytes, written by the test's own hand: what the `ws` package would never send must be sent too. */

export interface FrameShape {
  readonly opcode: number
  readonly payload?: Uint8Array | string
  /** Whole unless said otherwise. */
  readonly isFinal?: boolean
  /** Four bytes; absent: not masked. */
  readonly key?: readonly number[] | undefined
  readonly rsv?: number
  /** How the length is written; the shortest form unless said otherwise. */
  readonly lengthBits?: 7 | 16 | 64 | undefined
}

export const TEXT = 1
export const BINARY = 2
export const CONTINUATION = 0
export const CLOSE = 8
export const PING = 9
export const PONG = 10

export function frame({ opcode, payload = '', isFinal = true, key, rsv = 0, lengthBits }: FrameShape): Buffer {
  const plain = Buffer.from(payload)
  const bits = lengthBits ?? (plain.length < 126 ? 7 : plain.length < 65_536 ? 16 : 64)
  const body = key === undefined ? plain : plain.map((byte, at) => byte ^ (key[at % 4] ?? 0))
  const first = (isFinal ? 0x80 : 0) | (rsv << 4) | opcode
  return Buffer.concat([Buffer.from([first]), lengthOf(plain.length, bits, key !== undefined), ...parts(key), body])
}

/** What only announces so many bytes. */
export function frameHead(opcode: number, length: bigint): Buffer {
  const head = Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeBigUInt64BE(length, 2)
  return head
}

export function closeFrame(code?: number, reason = '', key?: readonly number[]): Buffer {
  const payload = code === undefined ? '' : Buffer.from([code >> 8, code & 255, ...Buffer.from(reason)])
  return frame({ opcode: CLOSE, payload, key })
}

function lengthOf(length: number, bits: number, isMasked: boolean): Buffer {
  const mask = isMasked ? 0x80 : 0
  if (bits === 7) return Buffer.from([mask | length])
  const bytes = Buffer.alloc(bits === 16 ? 3 : 9)
  bytes[0] = mask | (bits === 16 ? 126 : 127)
  bytes.writeUIntBE(length, bits === 16 ? 1 : 3, bits === 16 ? 2 : 6)
  return bytes
}

function parts(key: readonly number[] | undefined): Buffer[] {
  return key === undefined ? [] : [Buffer.from(key)]
}
