/**
 * One request and its answer: what is sent to the origin, what is sent to the client, and the one record of it.
 * It does not know how requests follow each other on a connection; it tells its host when it is over.
 */
import type { Answer, RequestChange, RequestView } from '../decorators/decorator.ts'
import type { DecoratorNote, ExchangeError, Outcome } from '../exchange.ts'
import { encodeData, encodeEnd } from '../http1/encoder.ts'
import type { ProtocolError } from '../http1/error.ts'
import type { Field, RequestHead } from '../http1/message.ts'
import type { AnswerEvents, ClientSide } from './answer-events.ts'
import { AnswerPath } from './answer-path.ts'
import type { Destination } from './destination.ts'
import type { DialFailure } from './dial.ts'
import type { OriginLink } from './origin-link.ts'
import { ownAnswer } from './own-answer.ts'
import type { TunnelParts } from './parts.ts'
import { type Peer, Recorder } from './recorder.ts'
import { BODY_TOO_SLOW, bodyTooLarge, outcomeOf } from './refusal.ts'
import { requestLines } from './request-lines.ts'
import { unreachable } from './unreachable.ts'

/** RFC 9110 §9.2.2: methods that may be sent again when nobody knows whether the first one arrived. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

export interface TurnHost extends ClientSide {
  readonly parts: TunnelParts
  readonly origin: OriginLink
  /** Go on reading the request: the turn is ready for its body. */
  turnReady(): void
  turnDone(verdict: { readonly keepClient: boolean; readonly keepOrigin: boolean }): void
  /** The origin said 101: both sides are a tunnel from here on. */
  turnUpgraded(recorder: Recorder, protocol: string, early: Buffer): void
  /** Both sides must see a failure. */
  turnBroken(): void
}

/** What the origin was sent, and where: once more, if its connection was just being closed. */
interface Sent {
  readonly destination: Destination
  readonly method: string
  readonly head: string
}

export class Turn implements AnswerEvents {
  readonly recorder: Recorder
  readonly #host: TurnHost
  readonly #head: RequestHead
  readonly #view: RequestView
  readonly #traceLines: string
  readonly #replaces: ReadonlySet<string>
  readonly #answer: AnswerPath
  readonly #peer: Peer
  #sent: Sent | undefined
  #reused = false
  #requestDone = false
  #held = false
  /** The origin is not asked, or not any more: what the client still sends is read and thrown away, to a bound. */
  #discarding = false
  #over = false

  constructor(host: TurnHost, connection: { id: number; peer: Peer; startedMonotonicMs: number }, head: RequestHead) {
    const { trace, lines, replaces } = host.parts.trace(head)
    this.#host = host
    this.#head = head
    this.#traceLines = lines
    this.#replaces = replaces
    this.#peer = connection.peer
    this.recorder = new Recorder(host.parts, connection, trace, head)
    const { method, target, version, fields } = head
    this.#view = { exchangeId: this.recorder.id, method, target, version, fields }
    this.#answer = new AnswerPath(host, this.recorder, head, this.#view, this)
  }

  get requestDone(): boolean {
    return this.#requestDone
  }

  /** The client asks no more on this connection, and nothing of what it asked is still to come (RFC 9112 §9.6). */
  get isLast(): boolean {
    return !this.#head.keepAlive && this.#requestDone
  }

  /** While a decorator is deciding, the body waits. */
  get held(): boolean {
    return this.#held
  }

  start(): void {
    const { chain, clock, limits } = this.#host.parts
    const { framing } = this.#head
    if (limits.bodyBytesMax > 0 && framing.kind === 'length' && framing.bytes > limits.bodyBytesMax) {
      return this.requestBroken(bodyTooLarge(limits.bodyBytesMax))
    }
    if (!chain.wantsRequest) return this.#forward(undefined)
    const startedMs = clock.monotonicMs()
    const decided = (verdict: {
      change: RequestChange | Answer | undefined
      notes: readonly DecoratorNote[]
    }): void => {
      if (this.#over) return
      this.recorder.own(clock.monotonicMs() - startedMs)
      this.recorder.note(verdict.notes)
      if (verdict.change?.kind === 'answer') this.#answerHere(verdict.change)
      else this.#forward(verdict.change)
    }
    const verdict = chain.request(this.#view)
    if (!(verdict instanceof Promise)) return decided(verdict)
    this.#held = true
    verdict.then((result) => {
      this.#held = false
      decided(result)
      this.#host.turnReady()
    })
  }

  body(bytes: Buffer): void {
    const { limits } = this.#host.parts
    this.recorder.requestData(bytes)
    if (limits.bodyBytesMax > 0 && this.recorder.requestBytes > limits.bodyBytesMax) {
      return this.requestBroken(bodyTooLarge(limits.bodyBytesMax))
    }
    this.#host.parts.chain.tap(bytes, 'client', this.recorder.id)
    if (!this.#discarding) for (const piece of encodeData(this.#head.framing, bytes)) this.#host.origin.write(piece)
    else if (this.recorder.requestBytes > limits.discardBytesMax) this.#answer.giveUpRequest()
  }

  requestEnd(trailers: readonly Field[]): void {
    this.#requestDone = true
    this.recorder.mark('requestEnd')
    this.recorder.phase('waiting')
    if (!this.#discarding) {
      const end = encodeEnd(this.#head.framing, trailers)
      if (end !== undefined) this.#host.origin.write(end)
    }
    this.#answer.requestEnded()
  }

  /** The request turned out not to be one: in mid-body, so that the app must see it break off. */
  requestBroken(error: ProtocolError): void {
    this.#host.origin.abort()
    const record: ExchangeError = { type: error.type, at: 'client', message: error.message }
    this.#answerOrBreak(outcomeOf(error), record, error.status, error.message)
  }

  /** The client is gone, or will never send the rest, or never read it. */
  clientGone(error: ExchangeError, outcome: Outcome = 'client-aborted'): void {
    this.#host.origin.abort()
    this.#end(outcome, error)
  }

  requestTooSlow(): void {
    this.requestBroken(BODY_TOO_SLOW)
  }

  /** The app has the whole request and is still silent. */
  answerTooLate(): void {
    this.#host.origin.abort()
    const text = 'the app did not begin to answer in time'
    this.#answerOrBreak('timed-out', { type: 'response_head_timeout', at: 'origin', message: text }, 504, text)
  }

  /** What is being waited for: the rest of the body, the answer's head; undefined when neither, or when we hold it up. */
  get awaits(): 'body' | 'answer' | undefined {
    if (this.#held) return undefined
    if (this.#answer.begun && !this.#discarding) return undefined // an app that answers early may listen as long as it likes
    return this.#requestDone ? 'answer' : 'body'
  }

  /** The answer is a stream of server-sent events. */
  get streamsEvents(): boolean {
    return this.recorder.eventStream !== undefined
  }

  clientFull(): void {
    this.#answer.clientFull()
  }

  clientDrained(): void {
    this.#answer.clientDrained()
  }

  originConnected(): void {
    this.recorder.mark('originConnected')
    this.recorder.originAddress = this.#host.origin.address
  }

  originUnreachable({ code }: DialFailure): void {
    const { outcome, at, status, text } = unreachable(code)
    this.#answerOrBreak(outcome, { type: code, at, message: text }, status, text)
  }

  /** Returns whether all of it was looked at. */
  originBytes(bytes: Buffer): boolean {
    if (this.#sent !== undefined) return this.#answer.push(bytes)
    // RFC 9112 §9.2: an answer to a request that still lies here, while a decorator decides, is an answer to none.
    this.#host.origin.close()
    return false
  }

  /** A FIN (no code), or the end of the connection (its code, if it was an error). */
  originEnded(code: string | undefined): void {
    if (this.#over || this.#answer.originEnded(code)) return
    if (this.#mayRetry()) return this.#retry()
    const type = code ?? (this.#answer.begun ? 'truncated_body' : 'closed_before_head')
    this.#host.origin.abort()
    const text = `the app closed the connection before its answer was complete (${type})`
    this.#answerOrBreak('origin-aborted', { type, at: 'origin', message: text }, 502, text)
  }

  #forward(change: RequestChange | undefined): void {
    const { parts, origin } = this.#host
    const { fields, framing, upgrade } = this.#head
    const { method = this.#head.method, target: asked = this.#head.target } = change ?? {}
    const destination = parts.destination({ method, target: asked, fields })
    if (destination.kind === 'error') return this.requestBroken(destination)
    const hop = { peerAddress: this.#peer.address, forwarding: parts.forwarding, replaces: this.#replaces }
    const lines = requestLines(this.#head, change, hop)
    const sent = { method, target: destination.target, lines, framing, upgrade }
    this.#sent = { destination, method, head: origin.requestHeads.encode(sent, this.#traceLines) }
    this.#send(this.#sent)
    this.recorder.mark('requestHeadSent')
  }

  #send({ destination, method, head }: Sent): void {
    const { origin } = this.#host
    this.#reused = origin.ensure(destination)
    if (this.#reused) this.recorder.originAddress = origin.address
    this.#answer.expect(method)
    origin.write(head)
  }

  /** One retry, only where nothing can have happened yet: a kept connection that the app was just closing. */
  #mayRetry(): boolean {
    const untouched = this.#reused && this.recorder.attempt === 1 && !this.#answer.touched
    return untouched && this.#head.framing.kind === 'none' && IDEMPOTENT.has(this.#sent?.method ?? '')
  }

  #retry(): void {
    if (this.#sent === undefined) return
    this.#host.origin.close()
    this.recorder.attempt++
    this.#send(this.#sent)
    this.#host.origin.flush()
  }

  #answerHere(answer: Answer): void {
    this.#discarding = true
    this.#answer.replace(answer)
  }

  answered(keep: { readonly client: boolean; readonly origin: boolean }): void {
    if (this.#over) return
    this.#over = true
    this.recorder.finish('complete')
    this.#host.turnDone({ keepClient: keep.client, keepOrigin: keep.origin })
  }

  failed(outcome: Outcome, error: ExchangeError): void {
    this.#host.origin.abort()
    const text = error.message ?? error.type
    this.#answerOrBreak(outcome, error, 502, text)
  }

  upgraded(protocol: string, early: Buffer): void {
    this.#over = true
    this.recorder.phase('tunnel')
    this.#host.turnUpgraded(this.recorder, protocol, early)
  }

  /** While nothing was answered the client gets a reason; afterwards only a broken connection is honest. */
  #answerOrBreak(outcome: Outcome, error: ExchangeError, status: number, text: string): void {
    if (this.#over) return
    if (this.#answer.begun) {
      this.#end(outcome, error)
      this.#host.turnBroken()
      return
    }
    const keepClient = this.#answer.writeOwn(ownAnswer(status, text), error.at === 'client')
    this.#end(outcome, error)
    this.#host.turnDone({ keepClient, keepOrigin: false })
  }

  #end(outcome: Outcome, error: ExchangeError): void {
    if (this.#over) return
    this.#over = true
    this.recorder.finish(outcome, error)
  }
}
