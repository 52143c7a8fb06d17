/**
 * The way back of one turn: origin bytes decoded, shown to the decorators, and sent on to the client in the framing that
 * this client understands; or an answer of our own in their place. Requests are not its business.
 */
import type { Answer, RequestView, ResponseChange } from '../decorators/decorator.ts'
import type { ResponseDecoder } from '../http1/decoder.ts'
import { encodeData, encodeEnd } from '../http1/encoder.ts'
import { endToEndFields } from '../http1/fields.ts'
import { type Framing, linesOf, type RequestHead, type ResponseHead } from '../http1/message.ts'
import type { AnswerEvents, ClientSide } from './answer-events.ts'
import { clientFraming, interimHead, offersUpgrade, wholeAnswer } from './client-answer.ts'
import { Discard, isWorthReading } from './discard.ts'
import { eventStreamOf } from './event-stream.ts'
import { withVia } from './forwarding.ts'
import type { Recorder } from './recorder.ts'

type ResponseVerdict = Awaited<ReturnType<ClientSide['parts']['chain']['response']>>
const NONE: Framing = { kind: 'none' }

export class AnswerPath {
  readonly #side: ClientSide
  readonly #recorder: Recorder
  readonly #request: RequestHead
  readonly #view: RequestView
  readonly #events: AnswerEvents
  #decoder: ResponseDecoder
  #head: ResponseHead | undefined
  #framing: Framing = NONE
  #interim = 0
  #close = false
  #held = false
  #endedWhileHeld: { readonly code: string | undefined } | undefined
  #begun = false
  #touched = false
  #clientDone = false
  #originDone = false
  #replaced = false
  #discard: Discard | undefined

  constructor(side: ClientSide, recorder: Recorder, request: RequestHead, view: RequestView, events: AnswerEvents) {
    this.#side = side
    this.#recorder = recorder
    this.#request = request
    this.#view = view
    this.#events = events
    this.#decoder = side.origin.answers
  }

  /** Whether the client was sent a final head. */
  get begun(): boolean {
    return this.#begun
  }

  /** Whether the origin sent a single byte. */
  get touched(): boolean {
    return this.#touched
  }

  expect(method: string): void {
    this.#decoder = this.#side.origin.answers
    this.#decoder.expect(method)
  }

  push(bytes: Buffer): boolean {
    this.#touched = true
    this.#decoder.push(bytes)
    this.#pump()
    return this.#decoder.bufferedBytes === 0
  }

  /** The origin will send no more, or is gone (`code`: with an error). False when that left the answer incomplete. */
  originEnded(code?: string): boolean {
    if (this.#originDone) return true
    if (this.#held) {
      this.#endedWhileHeld = { code }
      return true
    }
    if (this.#replaced) {
      this.#stopDiscarding()
      return true
    }
    // A body that only the close ends is complete with a FIN; after an error nobody knows.
    if (code !== undefined || this.#decoder.end()?.kind !== 'end') return false
    this.#originEnd([])
    return true
  }

  requestEnded(): void {
    this.#maybeDone(true)
  }

  /** The client sends more than we are willing to read for nothing. */
  giveUpRequest(): void {
    this.#close = true
    this.#finish(false)
  }

  clientDrained(): void {
    this.#recorder.clientTakes()
    if (!this.#held) this.#side.origin.resume()
    if (this.#clientDone) this.#maybeDone(true)
  }

  /** A decorator answers in the origin's place, before it was asked. */
  replace(answer: Answer): void {
    this.#originDone = true
    this.#replaced = true
    this.#close = this.#request.expectContinue || this.#mustClose()
    this.#write(answer)
    this.#clientDone = true
    this.#maybeDone(true)
  }

  /** podspan answers for itself. Returns whether the client's connection may go on. */
  writeOwn(answer: Answer, refused: boolean): boolean {
    this.#close = refused || !this.#events.requestDone || this.#mustClose()
    this.#write(answer)
    return !this.#close
  }

  #pump(): void {
    while (!this.#held && !this.#originDone) {
      const part = this.#decoder.next()
      if (part === undefined) break
      if (part.kind === 'error') this.#refuse(part)
      else if (part.kind === 'head') this.#receiveHead(part.head)
      else if (part.kind === 'data') this.#receiveData(part.bytes)
      else this.#originEnd(part.trailers)
      if (part.kind === 'error' || (part.kind === 'head' && part.head.status === 101)) break
    }
    this.#side.outgoing.soon()
  }

  /** What it was sent waits in our buffers. */
  clientFull(): void {
    this.#recorder.clientStalls()
    this.#side.origin.pause()
  }

  #refuse(error: { readonly type: string; readonly message: string }): void {
    this.#originDone = true
    this.#events.failed('refused-response', { type: error.type, at: 'origin', message: error.message })
  }

  #receiveHead(head: ResponseHead): void {
    if (head.status === 101) this.#switchProtocols(head)
    else if (head.status < 200) this.#relayInterim(head)
    else this.#receiveFinal(head)
  }

  #relayInterim(head: ResponseHead): void {
    if (++this.#interim > this.#side.parts.limits.interimResponsesMax) {
      this.#refuse({ type: 'too_many_interim_responses', message: 'the app sent 1xx answers without end' })
      return
    }
    if (this.#request.version === '1.0') return // RFC 9110 §15.2: not understood there
    this.#side.outgoing.toClient.add(interimHead(head))
  }

  #switchProtocols(head: ResponseHead): void {
    const asked = this.#request.upgrade
    // An origin that switches unasked, or to something else, would turn the client's next request into tunnel bytes.
    if (asked === undefined || head.upgrade === undefined || !offersUpgrade(asked, head.upgrade)) {
      this.#refuse({
        type: 'unexpected_101',
        message: 'the app switched protocols although the client had not asked for it',
      })
      return
    }
    this.#recorder.mark('responseHead')
    this.#recorder.answered(101, head.reason, head.fields)
    this.#side.outgoing.toClient.add(interimHead(head))
    this.#begun = true
    this.#originDone = true
    this.#events.upgraded(head.upgrade, this.#decoder.takeRest())
  }

  #receiveFinal(head: ResponseHead): void {
    const { chain, clock } = this.#side.parts
    this.#head = head
    this.#recorder.mark('responseHead')
    this.#recorder.phase('response')
    if (!chain.wantsResponse) return this.#sendHead(head, undefined)
    const startedMs = clock.monotonicMs()
    const { version, status, reason, fields } = head
    const decided = (verdict: ResponseVerdict): void => {
      this.#recorder.own(clock.monotonicMs() - startedMs)
      this.#recorder.note(verdict.notes)
      if (verdict.change !== undefined) this.#recorder.originResponse = { status: head.status, bytes: 0 }
      if (verdict.change?.kind === 'answer') this.#sendInstead(verdict.change, head)
      else this.#sendHead(head, verdict.change)
    }
    const verdict = chain.response({ version, status, reason, fields }, this.#view)
    if (!(verdict instanceof Promise)) return decided(verdict)
    this.#held = true
    this.#side.origin.pause()
    verdict.then((result) => {
      this.#held = false
      if (this.#originDone) return // the client left meanwhile
      decided(result)
      this.#side.origin.resume()
      this.#pump()
      if (this.#endedWhileHeld !== undefined) this.#events.originEnded(this.#endedWhileHeld.code)
    })
  }

  #sendHead(head: ResponseHead, change: ResponseChange | undefined): void {
    const { version } = this.#request
    const framing = clientFraming(head.framing, version)
    if (framing.kind === 'error') return this.#refuse(framing)
    this.#framing = framing
    this.#close = this.#mustClose() || this.#framing.kind === 'until-close'
    const { status = head.status, reason = head.reason } = change ?? {}
    this.#recorder.eventStream = eventStreamOf(status, change?.fields ?? head.fields, head.framing)
    const { forwarding } = this.#side.parts
    const endToEnd = change?.fields === undefined ? head.endToEnd : endToEndFields(change.fields)
    const fields = withVia(endToEnd, forwarding, head.version)
    this.#recorder.answered(status, reason, fields)
    const declared = head.framing.kind === 'none' ? head.declared : this.#framing
    const lines = fields === head.endToEnd ? head.endToEndLines : linesOf(fields)
    this.#begun = true
    const sent = { status, reason, lines, declared, close: this.#close, version }
    this.#side.outgoing.toClient.add(this.#side.origin.answerHeads.encode(sent))
  }

  /** The answer of a decorator; what remains of the app's own body is read to a bound, else its connection closed. */
  #sendInstead(answer: Answer, head: ResponseHead): void {
    const { limits, clock } = this.#side.parts
    this.#replaced = true
    this.#close = this.#mustClose()
    this.#write(answer)
    this.#clientDone = true
    if (isWorthReading(head.framing, limits)) this.#discard = new Discard(limits, clock, () => this.#stopDiscarding())
    else this.#stopDiscarding()
  }

  #stopDiscarding(): void {
    if (this.#originDone) return
    this.#originDone = true
    this.#side.origin.close()
    this.#maybeDone(false)
  }

  #receiveData(bytes: Buffer): void {
    this.#recorder.mark('firstByte')
    this.#side.parts.chain.tap(bytes, 'origin', this.#recorder.id)
    if (this.#recorder.originResponse !== undefined) this.#recorder.originResponse.bytes += bytes.length
    if (this.#replaced) return this.#discard?.take(bytes)
    this.#recorder.responseData(bytes)
    for (const piece of encodeData(this.#framing, bytes)) this.#side.outgoing.toClient.add(piece)
  }

  #originEnd(trailers: Parameters<typeof encodeEnd>[1]): void {
    this.#originDone = true
    if (!this.#replaced) {
      const end = encodeEnd(this.#framing, trailers)
      if (end !== undefined) this.#side.outgoing.toClient.add(end)
      this.#side.outgoing.soon()
      this.#recorder.mark('responseEnd')
      this.#clientDone = true
    }
    this.#maybeDone(true)
  }

  /** Writes a whole answer, in the framing and the version of this client. */
  #write(answer: Answer): void {
    const { head, body } = wholeAnswer(answer, this.#request, this.#close)
    this.#begun = true
    this.#recorder.answered(answer.status, answer.reason, answer.fields)
    this.#recorder.responseBytes = body.length
    this.#side.outgoing.toClient.add(head)
    this.#side.outgoing.toClient.add(body)
    this.#side.outgoing.soon()
    this.#recorder.mark('responseEnd')
  }

  /** Over when the client has its answer and the origin is done with; an answer that waits in our buffers is not out yet. */
  #maybeDone(keepOrigin: boolean): void {
    if (!this.#clientDone || !this.#originDone || this.#side.client.writableNeedDrain) return
    const early = !this.#events.requestDone
    // Before the request was read to its end there is no next request on this connection, whatever the bytes say.
    if (early && this.#replaced && !this.#close) return
    this.#finish(keepOrigin && !early)
  }

  #finish(keepOrigin: boolean): void {
    this.#discard?.stop()
    const client = !this.#close && this.#events.requestDone
    // Bytes after the answer are nobody's (RFC 9112 §9.2): what else comes on that connection must not be believed.
    const inStep = this.#decoder.bufferedBytes === 0 && this.#head?.framing.kind !== 'until-close'
    const origin = keepOrigin && inStep && (this.#head?.keepAlive ?? true)
    this.#events.answered({ client, origin })
  }

  /** What makes this the last answer: the client's wish, a bound on requests, the end of the process, or a request not yet read. */
  #mustClose(): boolean {
    const early = !this.#replaced && this.#begun === false && !this.#events.requestDone && this.#head !== undefined
    return !this.#request.keepAlive || this.#side.isLastRequest || this.#side.parts.isDraining() || early
  }
}
