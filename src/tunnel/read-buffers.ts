/**
 * Large buffers that sockets read into, used again as soon as nobody holds their bytes. Memory made for every read is memory
 * outside of V8's heap: making and collecting it was a third of the price of a large body. It knows no socket.
 */
import type { Limits } from '../limits.ts'

/** More than this costs as much; half of it costs a third more at 1 MiB bodies. */
export const LARGE_BYTES = 262_144
/** Kept while nobody needs them. A socket has one only while it is read, so few are in use at a time. */
const SPARE_MAX = 4

export class ReadBuffers {
  readonly #max: number
  #inUse = 0
  readonly #spare: Buffer<ArrayBuffer>[] = []

  constructor({ readBuffersMax }: Pick<Limits, 'readBuffersMax'>) {
    this.#max = readBuffersMax
  }

  /** Undefined: as many as may be are in use. Whoever takes one says `put` or `lose` of it, once. */
  take(): Buffer<ArrayBuffer> | undefined {
    if (this.#inUse >= this.#max) return undefined
    this.#inUse++
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE_BYTES)
  }

  /** Nobody holds any of its bytes. */
  put(buffer: Buffer<ArrayBuffer>): void {
    this.#inUse--
    if (this.#spare.length < SPARE_MAX) this.#spare.push(buffer)
  }

  /** Somebody may hold some, for ever: it is left to the garbage collector. */
  lose(): void {
    this.#inUse--
  }
}
