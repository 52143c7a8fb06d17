/** Notes what happens to one request while it happens, and leaves exactly one Exchange. */
import {
  type DecoratorNote,
  type Exchange,
  type ExchangeError,
  type ExchangeTrace,
  isFilePath,
  type Marks,
  type Outcome,
  type RequestRecord,
  type ResponseRecord,
  type UpgradeRecord,
} from '../exchange.ts'
import { type Field, firstValue, type RequestHead } from '../http1/message.ts'
import type { Phase } from '../inflight.ts'
import type { BodyCapture } from './body-capture.ts'
import { captured } from './capture.ts'
import type { EventStream } from './event-stream.ts'
import { forwardedOf } from './forwarded.ts'
import type { TunnelParts } from './parts.ts'
import type { Address, Wire } from './wire.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Peer {
  readonly address: string
  readonly port: number
}

/** Who is at the other end of a client's connection. */
export function peerOf(client: Pick<Wire, 'remoteAddress' | 'remotePort'> | undefined): Peer {
  return Object.freeze({ address: client?.remoteAddress ?? 'unknown', port: client?.remotePort ?? 0 })
}

export class Recorder {
  readonly id: number
  readonly #marks: Mutable<Marks> = {}
  requestBytes = 0
  responseBytes = 0
  attempt = 1
  originAddress: Address | undefined
  /** Set when a decorator changed what the app said. */
  originResponse: { status: number; bytes: number } | undefined
  upgrade: UpgradeRecord | undefined
  /** Set when the answer is a stream of events. */
  eventStream: EventStream | undefined
  readonly #parts: TunnelParts
  readonly #connectionId: number
  readonly #peer: Peer
  readonly #startedMonotonicMs: number
  readonly #request: Mutable<RequestRecord> | undefined
  #response: Mutable<ResponseRecord> | undefined
  readonly #body: BodyCapture | undefined
  readonly #forwarded: Exchange['forwarded']
  readonly #trace: ExchangeTrace
  #notes: DecoratorNote[] | undefined
  readonly #slot: number
  #stalledSinceMs: number | undefined
  #appSpan = false
  #finished = false

  constructor(
    parts: TunnelParts,
    connection: { readonly id: number; readonly peer: Peer; readonly startedMonotonicMs: number },
    trace: ExchangeTrace,
    head: RequestHead | undefined,
  ) {
    this.id = parts.nextExchangeId()
    this.#parts = parts
    this.#connectionId = connection.id
    this.#peer = connection.peer
    this.#startedMonotonicMs = connection.startedMonotonicMs
    this.#trace = trace
    this.#request = head === undefined ? undefined : describe(head, parts)
    this.#body = head && parts.bodies?.open(head)
    this.#forwarded = head && forwardedOf(head.fields, parts.record.trustedHops)
    this.#slot = parts.inflight.begin({
      id: this.id,
      traceId: trace.traceId,
      startedMonotonicMs: this.#startedMonotonicMs,
      method: this.#request?.method ?? '',
      path: this.#request?.path ?? '',
      phase: 'request',
    })
  }

  /** What the client is told, in the end. */
  answered(status: number, reason: string, fields: readonly Field[]): void {
    const headers = captured(fields, this.#parts.record.capture.response)
    this.#appSpan = namesSpan(fields, this.#trace.traceId)
    this.#response = headers === undefined ? { status, reason, bytes: 0 } : { status, reason, bytes: 0, headers }
  }

  /** Each by its name as it stands here: a name that comes as a value is looked up in a hash table. */
  mark(name: Exclude<keyof Marks, 'clientStalled' | 'own'>): void {
    if (this.#finished) return
    const marks = this.#marks
    if (name === 'originConnected') marks.originConnected ??= this.#sinceStartMs()
    else if (name === 'requestHeadSent') marks.requestHeadSent ??= this.#sinceStartMs()
    else if (name === 'requestEnd') marks.requestEnd ??= this.#sinceStartMs()
    else if (name === 'responseHead') marks.responseHead ??= this.#sinceStartMs()
    else if (name === 'firstByte') marks.firstByte ??= this.#sinceStartMs()
    else marks.responseEnd ??= this.#sinceStartMs()
  }

  phase(phase: Phase): void {
    this.#parts.inflight.phase(this.#slot, phase)
  }

  note(notes: readonly DecoratorNote[]): void {
    if (notes.length > 0) this.#notes = [...(this.#notes ?? []), ...notes]
  }

  /** Body bytes of the request. */
  requestData(bytes: Buffer): void {
    this.requestBytes += bytes.length
    this.#body?.push(bytes)
  }

  /** Body bytes of the answer, on their way to the client. */
  responseData(bytes: Buffer): void {
    this.responseBytes += bytes.length
    this.eventStream?.push(bytes, this.#sinceStartMs())
  }

  /** Adds to the time podspan took for itself. */
  own(ms: number): void {
    this.#marks.own = (this.#marks.own ?? 0) + ms
  }

  clientStalls(): void {
    this.#stalledSinceMs ??= this.#sinceStartMs()
  }

  clientTakes(): void {
    if (this.#stalledSinceMs === undefined) return
    this.#marks.clientStalled = (this.#marks.clientStalled ?? 0) + this.#sinceStartMs() - this.#stalledSinceMs
    this.#stalledSinceMs = undefined
  }

  finish(outcome: Outcome, error?: ExchangeError): void {
    if (this.#finished) throw new Error(`exchange ${this.id} ended twice`)
    this.#finished = true
    this.clientTakes()
    this.#parts.inflight.end(this.#slot)
    const exchange = this.#exchange(outcome, error)
    this.#parts.chain.end(exchange)
    this.#parts.sink(exchange, this.#body?.end(this.id, this.#marks.requestEnd !== undefined))
  }

  /** Assigned one by one: what was not there must not be there as undefined either, and spreading measured three times as long. */
  #exchange(outcome: Outcome, error: ExchangeError | undefined): Exchange {
    const { clock, kind } = this.#parts
    const exchange: Mutable<Exchange> = {
      id: this.id,
      connectionId: this.#connectionId,
      kind,
      trace: this.#trace,
      startedAtMs: clock.anchor.wallMs + (this.#startedMonotonicMs - clock.anchor.monotonicMs),
      startedMonotonicMs: this.#startedMonotonicMs,
      marks: this.#marks,
      durationMs: this.#sinceStartMs(),
      peer: this.#peer,
      request: this.#requestRecord(),
      response: this.#responseRecord(),
      isFile: this.#request !== undefined && isFilePath(this.#request.path),
      outcome,
    }
    if (this.originAddress !== undefined) exchange.origin = this.#originRecord(this.originAddress)
    if (this.#forwarded !== undefined) exchange.forwarded = this.#forwarded
    if (this.originResponse !== undefined) exchange.originResponse = { ...this.originResponse }
    if (this.#appSpan) exchange.appSpan = true
    if (this.upgrade !== undefined) exchange.upgrade = this.upgrade
    if (this.eventStream !== undefined) exchange.eventStream = this.eventStream.record(outcome, error)
    if (error !== undefined) exchange.error = error
    if (this.#notes !== undefined) exchange.decorators = this.#notes
    return exchange
  }

  #requestRecord(): RequestRecord | undefined {
    if (this.#request === undefined) return undefined
    this.#request.bytes = this.requestBytes
    return this.#request
  }

  #responseRecord(): ResponseRecord | undefined {
    if (this.#response === undefined) return undefined
    this.#response.bytes = this.responseBytes
    return this.#response
  }

  #originRecord({
    address,
    port,
  }: {
    readonly address: string
    readonly port?: number
  }): NonNullable<Exchange['origin']> {
    const { attempt } = this
    return port === undefined ? { address, attempt } : { address, port, attempt }
  }

  #sinceStartMs(): number {
    return this.#parts.clock.monotonicMs() - this.#startedMonotonicMs
  }
}

/** W3C's traceresponse, and the Server-Timing entry that SDKs use in its place. */
function namesSpan(fields: readonly Field[], traceId: string): boolean {
  for (const { key, value } of fields) {
    if ((key === 'traceresponse' || key === 'server-timing') && value.includes(traceId)) return true
  }
  return false
}

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i

function describe(head: RequestHead, { limits, record }: TunnelParts): Mutable<RequestRecord> {
  const textBytesMax = limits.capturedTextBytesMax
  const target = head.target.startsWith('/') ? head.target : head.target.replace(ABSOLUTE_FORM, '')
  const queryAt = target.indexOf('?')
  const path = queryAt === -1 ? target : target.slice(0, queryAt)
  const request: Mutable<RequestRecord> = {
    method: head.method,
    path: path === '' ? '/' : path.slice(0, textBytesMax),
    scheme: 'http',
    httpVersion: head.version,
    bytes: 0,
  }
  if (queryAt !== -1) request.query = target.slice(queryAt + 1, queryAt + 1 + textBytesMax)
  const host = firstValue(head.fields, 'host')
  if (host !== undefined) request.host = host.slice(0, textBytesMax)
  const userAgent = firstValue(head.fields, 'user-agent')
  if (userAgent !== undefined) request.userAgent = userAgent.slice(0, textBytesMax)
  const headers = captured(head.fields, record.capture.request)
  if (headers !== undefined) request.headers = headers
  return request
}
