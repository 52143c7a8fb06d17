/**
 * A socket that goes on listening when the other end hears no more. An app may answer 413 and close while the client still
 * sends: the answer then lies in our receive buffer, and an ordinary socket throws it away with its first failed write.
 */
import type { ReadBuffers } from './read-buffers.ts'
import { TunnelSocket } from './tunnel-socket.ts'

type Written = (error?: Error | null) => void

export class OriginSocket extends TunnelSocket {
  readonly unixPath: string | undefined
  /** A write failed: what else is written goes nowhere. Reading tells how the connection ended. */
  isDeaf = false
  #written: Written | undefined
  #writtenOrDeaf: Written = () => {}

  constructor(buffers: ReadBuffers, unixPath?: string) {
    super(buffers, {})
    this.unixPath = unixPath
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, written: Written): void {
    if (this.isDeaf) written()
    else super._write(chunk, encoding, this.#orDeaf(written))
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], written: Written): void {
    if (this.isDeaf) written()
    else super._writev?.(chunks, this.#orDeaf(written))
  }

  override _final(ended: Written): void {
    if (this.isDeaf) ended()
    else super._final(ended)
  }

  /** The stream says the same function with every write. */
  #orDeaf(written: Written): Written {
    if (this.#written !== written) {
      this.#written = written
      this.#writtenOrDeaf = (error) => {
        if (error && !this.destroyed) this.isDeaf = true
        written()
      }
    }
    return this.#writtenOrDeaf
  }
}
