/**
 * One client connection: reads its requests one after the other, gives each to a Turn, and closes when closing is due.
 * The next request is not looked at before the turn is over, so pipelined requests are answered in order and a body can
 * never be taken for a request.
 */
import type { ExchangeError } from '../exchange.ts'
import { RequestDecoder } from '../http1/decoder.ts'
import type { ProtocolError } from '../http1/error.ts'
import type { DialFailure } from './dial.ts'
import { closeInPeace } from './linger.ts'
import { type OriginEvents, OriginLink } from './origin-link.ts'
import { Outgoing } from './outgoing.ts'
import type { TunnelParts } from './parts.ts'
import { Patience, type Waits } from './patience.ts'
import { type Peer, peerOf, Recorder } from './recorder.ts'
import {
  blame,
  HEAD_TIMEOUT,
  INCOMPLETE_BODY,
  INCOMPLETE_HEAD,
  outcomeOf,
  refusal,
  TOO_MANY_CONNECTIONS,
} from './refusal.ts'
import type { Splice } from './splice.ts'
import { Turn, type TurnHost } from './turn.ts'
import { spliceUpgraded } from './upgraded.ts'
import { waitsOf } from './waits.ts'
import { abort, codeOf, readFrom, type Wire } from './wire.ts'

export class ClientConnection implements TurnHost, OriginEvents {
  readonly id: number
  readonly parts: TunnelParts
  readonly client: Wire
  readonly origin: OriginLink
  readonly outgoing: Outgoing
  readonly #decoder: RequestDecoder
  readonly #peer: Peer
  readonly #onClosed: () => void
  #turn: Turn | undefined
  /** When the first byte of the message now being read arrived. */
  #messageStartMs = 0
  #originFull = false
  #pumping = false
  #paused = false
  #clientEnded = false
  #closing = false
  #cancelLinger = (): void => {}
  readonly #patience = new Patience()
  #requests = 0
  #bytesRead = 0
  /** Of the time in which it could have been heard: nothing of it needs to be looked at before. */
  #restsUntilMs = 0
  #splice: Splice | undefined

  constructor(parts: TunnelParts, client: Wire, onClosed: () => void) {
    this.id = parts.nextConnectionId()
    this.parts = parts
    this.client = client
    this.origin = new OriginLink(this, parts.limits)
    this.outgoing = new Outgoing(parts.flushes, client, this.origin, {
      clientFull: () => this.#turn?.clientFull(),
      originFull: () => {
        this.#originFull = true
        this.#throttle()
      },
    })
    this.#decoder = new RequestDecoder(parts.limits)
    this.#peer = peerOf(client)
    this.#onClosed = onClosed
    let code: string | undefined
    readFrom(client, (bytes) => this.#clientBytes(bytes))
    client.on('drain', () => this.#turn?.clientDrained())
    client.on('end', () => {
      this.#clientEnded = true
      this.#endIfRead()
    })
    client.on('error', (error: Error) => {
      code = codeOf(error)
    })
    client.on('close', () => this.#clientClosed(code))
  }

  /** No request is under way and none has begun to arrive. */
  get isIdle(): boolean {
    const unread = this.#decoder.state !== 'idle' || this.#decoder.bufferedBytes > 0
    return this.#turn === undefined && !unread && this.#splice === undefined
  }

  /** Ends it now, whatever it is doing; what is under way is recorded as aborted. */
  destroy(): void {
    this.#splice?.stop('stopped')
    this.#turn?.clientGone({ type: 'stopped', at: 'sidecar' })
    this.#turn = undefined
    this.client.destroy()
  }

  /** Answers 503 to whatever comes: there are too many connections already. */
  turnAway(): void {
    this.#messageStartMs = this.parts.clock.monotonicMs()
    this.#refuse(TOO_MANY_CONNECTIONS)
  }

  get isLastRequest(): boolean {
    const { requestsPerConnectionMax } = this.parts.limits
    return requestsPerConnectionMax > 0 && this.#requests >= requestsPerConnectionMax
  }

  /** On every beat: ends what has been waited for too long. */
  look(heardMs: number): void {
    if (heardMs < this.#restsUntilMs) return
    if (this.isIdle) this.outgoing.usedUp()
    const over = this.#patience.over(heardMs, this.#waits(), this.parts.limits)
    if (over === 'idle') this.closeGracefully()
    else if (over === 'head') this.#refuse(HEAD_TIMEOUT)
    else if (over === 'body') this.#turn?.requestTooSlow()
    else if (over === 'reader') this.#readerGone()
    else if (over === 'halfClosed') this.client.destroy()
    else if (over === 'answer') this.#turn?.answerTooLate()
    else if (over === 'originIdle') this.#rest()
    else if (over === 'tunnel') this.#splice?.stop('tunnel_idle')
  }

  /** Of ten thousand idle connections each keeps no more than it must, and is not looked at until it has been idle for too long. */
  #rest(): void {
    this.origin.close()
    this.#decoder.forget()
    if (this.outgoing.isClientOut) this.#restsUntilMs = this.#patience.clientDueMs(this.parts.limits)
  }

  #waits(): Waits {
    return waitsOf({
      client: this.client,
      turn: this.#turn,
      splice: this.#splice,
      requests: this.#requests,
      bytesRead: this.#bytesRead,
      isIdle: this.isIdle,
      isClosing: this.#closing,
      originFull: this.#originFull,
      clientEnded: this.#clientEnded,
    })
  }

  /** The client leaves its answer lying for so long that it will not be read any more. */
  #readerGone(): void {
    this.#turn?.clientGone({ type: 'client_not_reading', at: 'client' }, 'timed-out')
    this.#turn = undefined
    abort(this.client)
  }

  #clientBytes(bytes: Buffer): boolean {
    if (this.#closing) return true // lingering: read so that our last answer is not lost to a reset, but never looked at
    if (this.isIdle) this.#messageStartMs = this.parts.clock.monotonicMs()
    this.#restsUntilMs = 0
    this.#bytesRead += bytes.length
    this.#decoder.push(bytes)
    this.#pump()
    return this.#decoder.bufferedBytes === 0 && this.origin.isOut
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (!this.#closing && !this.#originFull && this.#splice === undefined && !this.#turn?.held) {
      const part = this.#decoder.next()
      if (part === undefined) break
      if (part.kind === 'error') this.#refuse(part)
      else if (part.kind === 'head') {
        this.#requests++
        const connection = { id: this.id, peer: this.#peer, startedMonotonicMs: this.#messageStartMs }
        this.#turn = new Turn(this, connection, part.head)
        this.#turn.start()
      } else if (part.kind === 'data') this.#turn?.body(part.bytes)
      else this.#turn?.requestEnd(part.trailers)
    }
    this.#pumping = false
    this.outgoing.soon()
    this.#throttle()
    if (this.#clientEnded) this.#endIfRead()
  }

  /** Reads from the client only what somebody will take. */
  #throttle(): void {
    const full = this.#originFull || this.#decoder.bufferedBytes > this.parts.limits.readAheadBytesMax
    if ((full && !this.#closing) === this.#paused) return
    this.#paused = !this.#paused
    if (this.#paused) this.client.pause()
    else this.client.resume()
  }

  #refuse(error: ProtocolError): void {
    if (this.#turn !== undefined) return this.#turn.requestBroken(error)
    const recorder = this.#recorderWithoutHead()
    const { status, reason } = refusal(this.client, error)
    recorder.answered(status, reason, [])
    recorder.finish(outcomeOf(error), { type: error.type, at: blame(error), message: error.message })
    this.closeGracefully()
  }

  /** What the client's FIN means, once everything before it was looked at: perhaps only "that was my last request". */
  #endIfRead(): void {
    if (this.#closing || this.#originFull || this.#turn?.held) return
    if (this.isIdle) this.closeGracefully()
    // Nobody reads events with one half of a connection: whoever ends it has left, and an app that is silent would not notice.
    else if (this.#turn?.streamsEvents) this.client.destroy()
    else if (this.#decoder.state === 'body') this.#turn?.requestBroken(INCOMPLETE_BODY)
    else if (this.#turn === undefined && this.#splice === undefined) this.#refuse(INCOMPLETE_HEAD)
  }

  #clientClosed(code: string | undefined): void {
    const error: ExchangeError = { type: code ?? 'closed', at: 'client' }
    if (!this.#closing && this.#turn === undefined && this.#decoder.state === 'head') {
      this.#recorderWithoutHead().finish('client-aborted', error)
    }
    this.#closing = true
    this.#cancelLinger()
    this.#turn?.clientGone(error)
    this.#turn = undefined
    this.origin.close()
    this.#onClosed()
  }

  turnReady(): void {
    this.#pump()
  }

  turnDone({ keepClient, keepOrigin }: { readonly keepClient: boolean; readonly keepOrigin: boolean }): void {
    const isLast = this.#turn?.isLast
    this.#turn = undefined
    this.#originFull = false
    if (!keepClient) return this.closeGracefully(isLast)
    if (!keepOrigin) this.origin.close()
    this.#decoder.restart()
    if (this.#decoder.bufferedBytes > 0) this.#messageStartMs = this.parts.clock.monotonicMs()
    this.#pump()
  }

  turnBroken(): void {
    this.#turn = undefined
    this.outgoing.lastToClient()
    abort(this.client)
  }

  turnUpgraded(recorder: Recorder, protocol: string, early: Buffer): void {
    this.#turn = undefined
    this.outgoing.lastToClient()
    const origin = this.origin.release()
    const ahead = this.#decoder.takeRest()
    if (origin === undefined) return abort(this.client)
    for (const event of ['drain', 'end']) this.client.removeAllListeners(event)
    this.#splice = spliceUpgraded(this.client, origin, { protocol, ahead, early, recorder })
  }

  originConnected(): void {
    this.#turn?.originConnected()
  }

  originUnreachable(failure: DialFailure): void {
    this.#turn?.originUnreachable(failure)
  }

  originBytes(bytes: Buffer): boolean {
    // RFC 9112 §9.2: an answer nobody asked for. Whatever it is, the next request must not get it.
    if (this.#turn === undefined) this.origin.close()
    else if (this.#turn.originBytes(bytes)) return this.outgoing.isClientOut
    return false
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

  #recorderWithoutHead(): Recorder {
    const connection = { id: this.id, peer: this.#peer, startedMonotonicMs: this.#messageStartMs }
    return new Recorder(this.parts, connection, this.parts.trace().trace, undefined)
  }

  /** Ends it in peace, after what was already written. `isLast`: the client has said and sent all that it wanted. */
  closeGracefully(isLast = false): void {
    if (this.#closing) return
    this.#closing = true
    this.outgoing.lastToClient()
    this.origin.close()
    const isSilent = isLast && this.#decoder.bufferedBytes === 0
    this.#cancelLinger = closeInPeace(this.client, this.parts.clock, this.parts.limits.lingerMs, isSilent)
  }
}
