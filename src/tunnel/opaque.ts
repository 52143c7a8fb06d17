/** A connection whose bytes are none of our business (TLS, HTTP/2, anything): joined to the origin unread, recorded once. */
import type { ExchangeError, Outcome } from '../exchange.ts'
import type { Dial, DialFailure } from './dial.ts'
import type { TunnelParts } from './parts.ts'
import { Patience, type Waits } from './patience.ts'
import { peerOf, Recorder } from './recorder.ts'
import { type Splice, splice, spliceError } from './splice.ts'
import { abort, addressOf, type Wire } from './wire.ts'

export class OpaqueConnection {
  /** Nobody can tell when unread bytes are between two requests. */
  readonly isIdle = false
  readonly #client: Wire
  readonly #recorder: Recorder
  readonly #cancelDial: () => void
  readonly #patience = new Patience()
  readonly #parts: TunnelParts
  #splice: Splice | undefined
  #ended = false

  constructor(parts: TunnelParts, dial: Dial, client: Wire, onClosed: () => void) {
    const connection = {
      id: parts.nextConnectionId(),
      peer: peerOf(client),
      startedMonotonicMs: parts.clock.monotonicMs(),
    }
    this.#client = client
    this.#parts = parts
    this.#recorder = new Recorder(parts, connection, parts.trace().trace, undefined)
    client.pause()
    client.on('error', () => {}) // 'close' follows, and there it counts
    client.on('close', () => {
      if (this.#splice === undefined) this.#clientLeftEarly('closed')
      onClosed()
    })
    this.#cancelDial = dial((result) => this.#dialled(result))
  }

  closeGracefully(): void {}

  destroy(): void {
    if (this.#splice === undefined) abort(this.#client)
    else this.#splice.stop('stopped')
  }

  /** On every beat: a connection on which nothing has moved for too long is ended. */
  look(heardMs: number): void {
    const waits: Waits =
      this.#splice === undefined ? {} : { client: { for: 'tunnel', turn: 1, bytes: this.#splice.bytes() } }
    if (this.#patience.over(heardMs, waits, this.#parts.limits) === 'tunnel') this.#splice?.stop('tunnel_idle')
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
    this.#recorder.originAddress = addressOf(result)
    this.#splice = splice(this.#client, result, (end) => this.#finish(end.outcome, spliceError(end), end))
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
