/** Joins two connections byte for byte, unread, with back-pressure and half-close both ways, and says how it ended. */
import type { ExchangeError } from '../exchange.ts'
import { abort, codeOf, readFrom, type Wire } from './wire.ts'

export interface SpliceEnd {
  readonly outcome: 'complete' | 'client-aborted' | 'origin-aborted' | 'timed-out'
  readonly code?: string
  /** From the client, and to it. */
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface Splice {
  /** In both directions, so far. */
  bytes(): number
  /** Ends both at once: the process stops, or nothing has moved for too long. */
  stop(why: 'stopped' | 'tunnel_idle'): void
}

/** Shown all bytes before they go on; keeps none. */
export interface Watch {
  fromClient(bytes: Uint8Array): void
  fromOrigin(bytes: Uint8Array): void
}

/** Both wires must come without listeners of a life before. */
export function splice(client: Wire, origin: Wire, done: (end: SpliceEnd) => void, watch?: Watch): Splice {
  let bytesIn = 0
  let bytesOut = 0
  let ended = false
  const finish = (outcome: SpliceEnd['outcome'], code?: string): void => {
    if (ended) return
    ended = true
    if (outcome === 'client-aborted') abort(origin)
    if (outcome === 'origin-aborted') abort(client)
    done({ outcome, ...(code === undefined ? {} : { code }), bytesIn, bytesOut })
  }
  const closed = (wire: Wire, other: Wire, outcome: 'client-aborted' | 'origin-aborted'): void => {
    wire.on('error', (error: Error) => finish(outcome, codeOf(error)))
    wire.on('close', () => {
      if (!wire.readableEnded || !wire.writableFinished) finish(outcome)
      else if (other.destroyed || (other.readableEnded && other.writableFinished)) finish('complete')
    })
  }
  closed(client, origin, 'client-aborted')
  closed(origin, client, 'origin-aborted')
  forward(client, origin, (bytes) => {
    bytesIn += bytes.length
    watch?.fromClient(bytes)
  })
  forward(origin, client, (bytes) => {
    bytesOut += bytes.length
    watch?.fromOrigin(bytes)
  })
  return {
    bytes: () => bytesIn + bytesOut,
    stop(why) {
      abort(client)
      abort(origin)
      finish(why === 'stopped' ? 'origin-aborted' : 'timed-out', why)
    },
  }
}

function forward(from: Wire, to: Wire, show: (bytes: Buffer) => void): void {
  readFrom(from, (bytes) => {
    show(bytes)
    if (!to.write(bytes)) from.pause()
    return to.writableLength === 0
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.resume()
}

/** Who broke a splice, in the words of the record. */
export function spliceError({ outcome, code }: SpliceEnd): ExchangeError | undefined {
  if (outcome === 'complete') return undefined
  if (code === 'stopped' || code === 'tunnel_idle') return { type: code, at: 'sidecar' }
  return { type: code ?? 'closed', at: outcome === 'client-aborted' ? 'client' : 'origin' }
}
