/** A byte stream with two ends: a socket, or in a play one half of a duplex pair. */
import type { Duplex } from 'node:stream'

/** Of one end of a connection, for the record: an IP address with its port, or the path of a unix socket. */
export interface Address {
  readonly address: string
  readonly port?: number
}

export interface Wire extends Duplex {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  /** Of a connection that has no address. */
  readonly unixPath?: string | undefined
  /** Writing to it has failed: its end, when it comes, is none that was meant. */
  readonly isDeaf?: boolean
  /** Bytes given to it, sent or not. */
  readonly bytesWritten?: number
  resetAndDestroy?(): unknown
  /** In place of 'data', where bytes are read into memory that is used again. */
  readInto?(take: TakeBytes): void
  /** Nothing that it ever gave is held any more: what the taker returns, said later. */
  usedUp?(): void
}

/** Returns whether nobody holds any of the bytes any more, nor of those before them. */
export type TakeBytes = (bytes: Buffer) => boolean

/** Where it leads. */
export function addressOf(wire: Wire): Address {
  const { remoteAddress, remotePort: port, unixPath } = wire
  const address = remoteAddress ?? unixPath ?? 'unknown'
  return port === undefined ? { address } : { address, port }
}

/** From now on its bytes go here, and nowhere else. */
export function readFrom(wire: Wire, take: TakeBytes): void {
  wire.removeAllListeners('data')
  if (wire.readInto === undefined) wire.on('data', take)
  else wire.readInto(take)
}

/** Ends it so that the peer sees a failure and never a clean end: RST where the transport has one. */
export function abort(wire: Wire): void {
  if (wire.resetAndDestroy === undefined) wire.destroy()
  else wire.resetAndDestroy()
}

/** The system's code of an error (`ECONNRESET`), or its name. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
