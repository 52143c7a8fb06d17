/** A connection whose bytes are none of our business (TLS, HTTP/2, anything): joined to the origin unread, recorded once. */
import type { ExchangeError, Outcome } from '../exchange.ts'
import type { DialFailure } from './dial.ts'
import type { TunnelParts } from './parts.ts'
import { Recorder } from './recorder.ts'
import { splice, spliceError } from './splice.ts'
import { abort, type Wire } from './wire.ts'

export class OpaqueConnection {
  /** Nobody can tell when unread bytes are between two requests. */
  readonly isIdle = false
  readonly #client: Wire
  readonly #recorder: Recorder
  readonly #cancelDial: () => void
  #stopSplice: (() => void) | undefined
  #ended = false

  constructor(parts: TunnelParts, client: Wire, onClosed: () => void) {
    const peer = Object.freeze({ address: client.remoteAddress ?? 'unknown', port: client.remotePort ?? 0 })
    const connection = { id: parts.nextConnectionId(), peer, startedMonotonicMs: parts.clock.monotonicMs() }
    this.#client = client
    this.#recorder = new Recorder(parts, connection, parts.trace([]).trace, undefined)
    client.pause()
    client.on('error', () => {}) // 'close' follows, and there it counts
    client.on('close', () => {
      if (this.#stopSplice === undefined) this.#clientLeftEarly('closed')
      onClosed()
    })
    this.#cancelDial = parts.dial((result) => this.#dialled(result))
  }

  closeIdle(): void {}

  destroy(): void {
    if (this.#stopSplice === undefined) abort(this.#client)
    else this.#stopSplice()
  }

  #dialled(result: Wire | DialFailure): void {
    if ('kind' in result) {
      const outcome = result.code === 'connect_timeout' ? 'timed-out' : 'origin-unreachable'
      this.#finish(outcome, { type: result.code, at: 'origin' })
      abort(this.#client)
      return
    }
    this.#recorder.mark('originConnected')
    this.#recorder.phase('tunnel')
    const port = result.remotePort
    this.#recorder.originAddress = {
      address: result.remoteAddress ?? 'unknown',
      ...(port === undefined ? {} : { port }),
    }
    this.#stopSplice = splice(this.#client, result, (end) => this.#finish(end.outcome, spliceError(end), end))
  }

  #clientLeftEarly(code: string): void {
    this.#cancelDial()
    this.#finish('client-aborted', { type: code, at: 'client' })
  }

  #finish(outcome: Outcome, error?: ExchangeError, bytes = { bytesIn: 0, bytesOut: 0 }): void {
    if (this.#ended) return
    this.#ended = true
    this.#recorder.upgrade = { protocol: 'opaque', bytesIn: bytes.bytesIn, bytesOut: bytes.bytesOut }
    this.#recorder.finish(outcome, error)
  }
}
