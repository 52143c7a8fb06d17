/**
 * A socket that reads into memory which is there already. Node's own makes 64 KiB for each read and cuts them to what came, for
 * the collector to take away: a seventh of the price of a small request, and half of that of a large body. It knows nothing of
 * what it reads.
 *
 * A small read comes out of one buffer that all sockets share, as a copy, so that no byte of one peer is ever seen by another. When it
 * fills that buffer, more is waiting, and the next read gets a large one for itself. Such bytes are not copied: whoever takes
 * them tells when none of them is held any more, and until then this socket gets no other.
 */
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import type { ReadBuffers } from './read-buffers.ts'
import type { TakeBytes } from './wire.ts'

/** Nearly every head, with a small body. */
const SMALL_BYTES = 16_384
const SMALL = Buffer.allocUnsafeSlow(SMALL_BYTES)

/** What the next read goes into, of the socket that is just being read. */
let next: Buffer<ArrayBuffer> = SMALL

/** One for all sockets: Node calls `callback` on the socket, and `buffer` right after it, and once when a socket begins to read. */
const ONREAD: OnReadOpts = {
  buffer() {
    const buffer = next
    next = SMALL
    return buffer
  },
  callback(this: unknown, bytesRead: number, buffer: Uint8Array): boolean {
    next = (this as TunnelSocket).received(bytesRead, buffer as Buffer<ArrayBuffer>)
    return true
  },
}

export class TunnelSocket extends Socket {
  readonly #buffers: ReadBuffers
  #take: TakeBytes = (bytes) => {
    this.emit('data', bytes)
    return false
  }
  /** The large one that it reads into. */
  #reading: Buffer<ArrayBuffer> | undefined
  /** The large one of which somebody may still hold bytes. */
  #lent: Buffer<ArrayBuffer> | undefined

  constructor(buffers: ReadBuffers, options: SocketConstructorOpts) {
    super({ allowHalfOpen: true, ...options, onread: ONREAD })
    this.#buffers = buffers
  }

  /** In place of 'data'. */
  readInto(take: TakeBytes): void {
    this.#take = take
  }

  /** Nothing that it ever gave is held any more. */
  usedUp(): void {
    if (this.#lent !== undefined) this.#buffers.put(this.#lent)
    this.#lent = undefined
  }

  /** Returns what the next read goes into. */
  received(bytesRead: number, buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    return buffer === SMALL ? this.#receivedSmall(bytesRead) : this.#receivedLarge(bytesRead, buffer)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#lent !== undefined) this.#buffers.lose()
    if (this.#reading !== undefined) this.#buffers.lose()
    this.#lent = undefined
    this.#reading = undefined
    super._destroy(error, callback)
  }

  #receivedSmall(bytesRead: number): Buffer<ArrayBuffer> {
    const bytes = Buffer.allocUnsafe(bytesRead)
    SMALL.copy(bytes, 0, 0, bytesRead)
    if (this.#take(bytes)) this.usedUp()
    const isMoreWaiting = bytesRead === SMALL_BYTES && this.#lent === undefined && !this.destroyed
    if (isMoreWaiting) this.#reading = this.#buffers.take()
    return this.#reading ?? SMALL
  }

  #receivedLarge(bytesRead: number, buffer: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    const isUsedUp = this.#take(buffer.subarray(0, bytesRead))
    if (this.destroyed || (isUsedUp && bytesRead === buffer.length)) return buffer
    this.#reading = undefined
    if (isUsedUp) this.#buffers.put(buffer)
    else this.#lent = buffer
    return SMALL
  }
}

/** Node's servers make sockets of their own: what the kernel accepted goes on in one of ours. It must not have read yet. */
export function adopt(accepted: Socket, buffers: ReadBuffers): Socket {
  // Of Node's internals only what has stood since its first versions, and is of use to nobody but a socket.
  const inside = accepted as unknown as Inside
  const handle = inside._handle
  if (handle === null) return accepted // it has broken already
  const adopted = new TunnelSocket(buffers, { handle } as SocketConstructorOpts)
  inside._handle = null
  // The server counts its connections by this.
  Object.assign(adopted, { server: inside._server, _server: inside._server })
  return adopted
}

interface Inside {
  _handle: object | null
  readonly _server: object
}
