/**
 * Joins the pieces of a message that are written in one go, so that a head and a small body leave in one system call: a
 * second one costs a tenth of a small request. It knows neither HTTP nor what a piece means.
 */
import type { Piece } from '../http1/encoder.ts'
import type { Wire } from './wire.ts'

/** Up to here copying is cheaper than a vectored write. */
export const JOINED_BYTES_MAX = 16_384

export class Gathering {
  /** As nearly every message has only one, that one has a place of its own: an empty list gives its memory back. */
  #first: Piece | undefined
  #others: Piece[] = []
  #bytes = 0

  /** Gathered and not yet written. */
  get bytes(): number {
    return this.#bytes
  }

  add(piece: Piece): void {
    if (this.#first === undefined) this.#first = piece
    else this.#others.push(piece)
    this.#bytes += piece.length
  }

  clear(): void {
    this.#first = undefined
    if (this.#others.length > 0) this.#others = []
    this.#bytes = 0
  }

  /** Writes what was gathered. False: the wire has had enough for now. */
  flush(wire: Wire): boolean {
    const first = this.#first
    const others = this.#others
    const bytes = this.#bytes
    this.clear()
    if (first === undefined) return true
    if (others.length === 0) return write(wire, first)
    const pieces = [first, ...others]
    if (bytes <= JOINED_BYTES_MAX) return wire.write(joined(pieces, bytes))
    wire.cork()
    for (const piece of pieces) write(wire, piece)
    wire.uncork()
    return !wire.writableNeedDrain
  }
}

function write(wire: Wire, piece: Piece): boolean {
  return typeof piece === 'string' ? wire.write(piece, 'latin1') : wire.write(piece)
}

function joined(pieces: readonly Piece[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const piece of pieces) {
    at += typeof piece === 'string' ? whole.write(piece, at, 'latin1') : piece.copy(whole, at)
  }
  return whole
}
