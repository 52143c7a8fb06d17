/**
 * A file of bounded size that keeps the latest records whatever kills whom: two halves that are written in turns, so that at
 * least half of it always tells of the past. What has been handed to the kernel survives this process; a record that was only
 * half written is known by its checksum. It knows nothing of what the records say.
 *
 *     file:   head | half | half         head:   magic 8 | bytes of a half u32 | crc u32, padded to HEAD_BYTES
 *     half:   generation u32 | crc u32 | records           the higher generation is the later half
 *     record: length u32 | crc u32 | text                  the crc begins with the generation: what is older does not match
 *
 * A length of 0 stands behind the last record, and is written with it: anything else there is a record that was torn.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const MAGIC = Buffer.from('podspan1')
const HEAD_BYTES = 64
const HALF_HEAD_BYTES = 8
const RECORD_HEAD_BYTES = 8
const END = Buffer.alloc(4)

interface Half {
  readonly generation: number
  readonly records: readonly string[]
  /** Where the next record goes, from the start of the half. */
  readonly end: number
  /** Something was written behind the last whole record. */
  readonly isTorn: boolean
}

export interface BlackBoxContent {
  /** Oldest first. */
  readonly records: readonly string[]
  /** Records that were only half written. */
  readonly torn: number
}

/** Undefined when it is no such file. */
export function readBlackBox(bytes: Buffer): BlackBoxContent | undefined {
  const halfBytes = halfBytesOf(bytes)
  if (halfBytes === undefined) return undefined
  const halves = [0, 1]
    .flatMap((index) => readHalf(bytes, halfBytes, index) ?? [])
    .sort((a, b) => a.generation - b.generation)
  return {
    records: halves.flatMap(({ records }) => records),
    torn: halves.filter(({ isTorn }) => isTorn).length,
  }
}

export class BlackBoxFile {
  readonly #file: number
  readonly #halfBytes: number
  #index: number
  #generation: number
  /** Within the half. */
  #at: number

  /** Goes on behind what an earlier process left, with the size that the file has. Throws what the system throws. */
  constructor(path: string, bytesMax: number) {
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    // Whatever it is, no more of it is read than a black box has.
    const head = bytesOf(this.#file, HEAD_BYTES)
    if (head.length > 0 && !isOurs(head)) throw new Error(`${path} is there, and is no black box: name another file`)
    const known = halfBytesOf(head)
    const bytes = known === undefined ? head : bytesOf(this.#file, HEAD_BYTES + 2 * known)
    this.#halfBytes = known ?? Math.floor((bytesMax - HEAD_BYTES) / 2)
    const halves = known === undefined ? [] : [0, 1].map((index) => readHalf(bytes, known, index))
    const latest = (halves[1]?.generation ?? 0) > (halves[0]?.generation ?? 0) ? 1 : 0
    const half = halves[latest]
    this.#index = latest
    this.#generation = half?.generation ?? 0
    this.#at = half?.end ?? HALF_HEAD_BYTES
    if (known === undefined) this.#begin()
    else if (half === undefined) this.turn()
  }

  /** Of a text that is taken. */
  get recordBytesMax(): number {
    return this.#halfBytes - HALF_HEAD_BYTES - RECORD_HEAD_BYTES - END.length
  }

  /** Whether so many more bytes of text, in so many records, go into this half. */
  hasRoom(textBytes: number, records: number): boolean {
    return this.#at + textBytes + records * RECORD_HEAD_BYTES + END.length <= this.#halfBytes
  }

  /** All in one write; there must be room. */
  append(texts: readonly Buffer[]): void {
    const records = texts.flatMap((text) => [recordHead(text, this.#generation), text])
    const bytes = Buffer.concat([...records, END])
    const written = writeSync(this.#file, bytes, 0, bytes.length, this.#start + this.#at)
    // What comes next is written over it: behind a torn record nothing would be found.
    if (written < bytes.length) throw new Error(`${written} of ${bytes.length} bytes written, the disk may be full`)
    this.#at += bytes.length - END.length
  }

  close(): void {
    closeSync(this.#file)
  }

  get #start(): number {
    return HEAD_BYTES + this.#index * this.#halfBytes
  }

  #begin(): void {
    const head = Buffer.alloc(HEAD_BYTES)
    MAGIC.copy(head)
    head.writeUInt32LE(this.#halfBytes, MAGIC.length)
    head.writeUInt32LE(crc32(head.subarray(0, MAGIC.length + 4)), MAGIC.length + 4)
    ftruncateSync(this.#file, 0)
    writeSync(this.#file, head, 0, head.length, 0)
    this.#index = 1
    this.turn()
  }

  /** Leaves this half and begins the other anew. */
  turn(): void {
    this.#index = 1 - this.#index
    this.#generation++
    this.#at = HALF_HEAD_BYTES
    const head = Buffer.alloc(HALF_HEAD_BYTES + END.length)
    head.writeUInt32LE(this.#generation, 0)
    head.writeUInt32LE(crc32(head.subarray(0, 4)), 4)
    writeSync(this.#file, head, 0, head.length, this.#start)
  }
}

function recordHead(text: Buffer, generation: number): Buffer {
  const head = Buffer.alloc(RECORD_HEAD_BYTES)
  head.writeUInt32LE(text.length, 0)
  head.writeUInt32LE(crc32(text, generation), 4)
  return head
}

/** The first of the file, as many as there are. */
function bytesOf(file: number, bytesMax: number): Buffer {
  const bytes = Buffer.alloc(Math.min(fstatSync(file).size, bytesMax))
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
}

/** Somebody else's file is never written. */
function isOurs(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC)
}

function halfBytesOf(bytes: Buffer): number | undefined {
  if (bytes.length < HEAD_BYTES || !isOurs(bytes)) return undefined
  const isWhole = bytes.readUInt32LE(MAGIC.length + 4) === crc32(bytes.subarray(0, MAGIC.length + 4))
  return isWhole ? bytes.readUInt32LE(MAGIC.length) : undefined
}

/** Undefined when it was never begun, or only half. */
function readHalf(bytes: Buffer, halfBytes: number, index: number): Half | undefined {
  const half = bytes.subarray(HEAD_BYTES + index * halfBytes, HEAD_BYTES + (index + 1) * halfBytes)
  if (half.length < HALF_HEAD_BYTES || half.readUInt32LE(4) !== crc32(half.subarray(0, 4))) return undefined
  const generation = half.readUInt32LE(0)
  const records: string[] = []
  let at = HALF_HEAD_BYTES
  for (let text = recordAt(half, at, generation); text !== undefined; text = recordAt(half, at, generation)) {
    records.push(text.toString())
    at += RECORD_HEAD_BYTES + text.length
  }
  return { generation, records, end: at, isTorn: !half.subarray(at, at + END.length).equals(END) }
}

function recordAt(half: Buffer, at: number, generation: number): Buffer | undefined {
  if (at + RECORD_HEAD_BYTES > half.length) return undefined
  const length = half.readUInt32LE(at)
  const from = at + RECORD_HEAD_BYTES
  if (length === 0 || from + length > half.length) return undefined
  const text = half.subarray(from, from + length)
  return half.readUInt32LE(at + 4) === crc32(text, generation) ? text : undefined
}
