/**
 * One client connection: reads its requests one after the other, gives each to a Turn, and closes when closing is due.
 * The next request is not looked at before the turn is over, so pipelined requests are answered in order and a body can
 * never be taken for a request.
 */
import { RequestDecoder } from '../http1/decoder.ts'
import type { ProtocolError } from '../http1/error.ts'
import type { DialFailure } from './dial.ts'
import { type OriginEvents, OriginLink } from './origin-link.ts'
import type { TunnelParts } from './parts.ts'
import { type Peer, Recorder } from './recorder.ts'
import { refusal } from './refusal.ts'
import { splice, spliceError } from './splice.ts'
import { Turn, type TurnHost } from './turn.ts'
import { abort, codeOf, type Wire } from './wire.ts'

export class ClientConnection implements TurnHost, OriginEvents {
  readonly id: number
  readonly parts: TunnelParts
  readonly client: Wire
  readonly origin: OriginLink
  readonly #decoder: RequestDecoder
  readonly #peer: Peer
  readonly #onClosed: () => void
  #turn: Turn | undefined
  /** When the first byte of the message now being read arrived. */
  #messageStartMs = 0
  #originFull = false
  #pumping = false
  #clientEnded = false
  #closing = false
  #cancelLinger = (): void => {}
  #stopSplice: (() => void) | undefined

  constructor(parts: TunnelParts, client: Wire, onClosed: () => void) {
    this.id = parts.nextConnectionId()
    this.parts = parts
    this.client = client
    this.origin = new OriginLink(parts.dial, this, parts.limits.readAheadBytesMax)
    this.#decoder = new RequestDecoder(parts.limits)
    this.#peer = Object.freeze({ address: client.remoteAddress ?? 'unknown', port: client.remotePort ?? 0 })
    this.#onClosed = onClosed
    let code: string | undefined
    client.on('data', (bytes: Buffer) => this.#clientBytes(bytes))
    client.on('drain', () => this.#turn?.clientDrained())
    client.on('end', () => this.#clientEnd())
    client.on('error', (error: Error) => {
      code = codeOf(error)
    })
    client.on('close', () => this.#clientClosed(code))
  }

  /** No request is under way and none has begun to arrive. */
  get isIdle(): boolean {
    const unread = this.#decoder.state !== 'idle' || this.#decoder.bufferedBytes > 0
    return this.#turn === undefined && !unread && this.#stopSplice === undefined
  }

  /** Ends it now, whatever it is doing; what is under way is recorded as aborted. */
  destroy(): void {
    this.#stopSplice?.()
    this.#turn?.clientGone({ type: 'stopped', at: 'sidecar' })
    this.#turn = undefined
    this.client.destroy()
  }

  /** Ends it in peace; only when idle. */
  closeIdle(): void {
    this.#closeGracefully()
  }

  // --- from the client

  #clientBytes(bytes: Buffer): void {
    if (this.#closing) return // lingering: read so that our last answer is not lost to a reset, but never looked at
    if (this.isIdle) this.#messageStartMs = this.parts.clock.monotonicMs()
    this.#decoder.push(bytes)
    this.#pump()
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (!this.#closing && !this.#originFull && this.#stopSplice === undefined && !this.#turn?.held) {
      const part = this.#decoder.next()
      if (part === undefined) break
      if (part.kind === 'error') this.#refuse(part)
      else if (part.kind === 'head') {
        this.#turn = new Turn(
          this,
          { id: this.id, peer: this.#peer, startedMonotonicMs: this.#messageStartMs },
          part.head,
        )
        this.#turn.start()
      } else if (part.kind === 'data') this.#originFull = this.#turn?.body(part.bytes) === false
      else this.#turn?.requestEnd(part.trailers)
    }
    this.#pumping = false
    this.#throttle()
    if (this.#clientEnded) this.#endIfRead()
  }

  /** Reads from the client only what somebody will take. */
  #throttle(): void {
    const full = this.#originFull || this.#decoder.bufferedBytes > this.parts.limits.readAheadBytesMax
    if (full && !this.#closing) this.client.pause()
    else this.client.resume()
  }

  #refuse(error: ProtocolError): void {
    if (this.#turn !== undefined) {
      this.#turn.requestBroken(error)
      return
    }
    const recorder = this.#recorderWithoutHead()
    recorder.response = refusal(this.client, error)
    recorder.finish('refused-request', { type: error.type, at: 'client', message: error.message })
    this.#closeGracefully()
  }

  #clientEnd(): void {
    this.#clientEnded = true
    this.#endIfRead()
  }

  /** What the client's FIN means, once everything before it was looked at: perhaps only "that was my last request". */
  #endIfRead(): void {
    if (this.#closing || this.#originFull || this.#turn?.held) return
    if (this.isIdle) this.#closeGracefully()
    else if (this.#decoder.state === 'body') this.#incompleteBody()
    else if (this.#turn === undefined && this.#stopSplice === undefined) {
      this.#refuse({
        kind: 'error',
        type: 'incomplete_head',
        status: 400,
        message: 'the request ended inside its head',
      })
    }
  }

  /** RFC 9112 §8: a body cut short by a close is an incomplete message; the app must not take it for a whole one. */
  #incompleteBody(): void {
    const message = 'the request ended inside its body'
    this.#turn?.requestBroken({ kind: 'error', type: 'incomplete_body', status: 400, message })
  }

  #clientClosed(code: string | undefined): void {
    this.#closing = true
    this.#cancelLinger()
    this.#turn?.clientGone({ type: code ?? 'closed', at: 'client' })
    this.#turn = undefined
    this.origin.close()
    this.#onClosed()
  }

  // --- from the turn

  turnReady(): void {
    this.#pump()
  }

  turnDone({ keepClient, keepOrigin }: { readonly keepClient: boolean; readonly keepOrigin: boolean }): void {
    this.#turn = undefined
    this.#originFull = false
    if (!keepOrigin) this.origin.close()
    if (!keepClient) return this.#closeGracefully()
    this.#decoder.restart()
    this.#messageStartMs = this.parts.clock.monotonicMs()
    this.#pump()
  }

  turnBroken(): void {
    this.#turn = undefined
    abort(this.client)
  }

  turnUpgraded(recorder: Recorder, protocol: string, early: Buffer): void {
    this.#turn = undefined
    const origin = this.origin.release()
    const ahead = this.#decoder.takeRest()
    if (origin === undefined) return abort(this.client)
    for (const event of ['data', 'drain', 'end']) this.client.removeAllListeners(event)
    if (ahead.length > 0) origin.write(ahead)
    if (early.length > 0) this.client.write(early)
    this.#stopSplice = splice(this.client, origin, (end) => {
      recorder.upgrade = { protocol, bytesIn: end.bytesIn + ahead.length, bytesOut: end.bytesOut + early.length }
      recorder.finish(end.outcome, spliceError(end))
    })
    this.client.resume()
    origin.resume()
  }

  // --- from the origin

  originConnected(): void {
    this.#turn?.originConnected()
  }

  originUnreachable(failure: DialFailure): void {
    this.#turn?.originUnreachable(failure)
  }

  originBytes(bytes: Buffer): void {
    // RFC 9112 §9.2: an answer nobody asked for. Whatever it is, the next request must not get it.
    if (this.#turn === undefined) this.origin.close()
    else this.#turn.originBytes(bytes)
  }

  originEnded(): void {
    if (this.#turn === undefined) this.origin.close()
    else this.#turn.originEnded(undefined)
  }

  originClosed(code: string | undefined): void {
    this.#turn?.originEnded(code)
  }

  originDrained(): void {
    if (!this.#originFull) return
    this.#originFull = false
    this.#pump()
  }

  // --- closing

  #recorderWithoutHead(): Recorder {
    const connection = { id: this.id, peer: this.#peer, startedMonotonicMs: this.#messageStartMs }
    return new Recorder(this.parts, connection, this.parts.trace([]).trace, undefined)
  }

  /**
   * RFC 9112 §9.6: says FIN and goes on reading for a while, because closing with unread bytes makes the kernel send RST,
   * which would take our last answer from the client's buffer.
   */
  #closeGracefully(): void {
    if (this.#closing) return
    this.#closing = true
    this.origin.close()
    this.client.end()
    this.client.resume()
    this.#cancelLinger = this.parts.clock.after(this.parts.limits.lingerMs, () => this.client.destroy())
  }
}
