/** Notes what happens to one request while it happens, and leaves exactly one frozen Exchange. */
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
import { captured } from './capture.ts'
import type { EventStream } from './event-stream.ts'
import { forwardedOf } from './forwarded.ts'
import type { TunnelParts } from './parts.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Peer {
  readonly address: string
  readonly port: number
}

export class Recorder {
  readonly id: number
  readonly marks: Mutable<Marks> = {}
  requestBytes = 0
  responseBytes = 0
  attempt = 1
  originAddress: { readonly address: string; readonly port?: number } | undefined
  response: Omit<ResponseRecord, 'bytes'> | undefined
  /** Set when a decorator changed what the app said. */
  originResponse: { status: number; bytes: number } | undefined
  upgrade: UpgradeRecord | undefined
  /** Set when the answer is a stream of events. */
  eventStream: EventStream | undefined
  readonly #parts: TunnelParts
  readonly #connectionId: number
  readonly #peer: Peer
  readonly #startedMonotonicMs: number
  readonly #request: Omit<RequestRecord, 'bytes'> | undefined
  readonly #forwarded: Exchange['forwarded']
  readonly #trace: ExchangeTrace
  readonly #notes: DecoratorNote[] = []
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
    this.response = { status, reason, ...(headers === undefined ? {} : { headers }) }
  }

  mark(name: Exclude<keyof Marks, 'clientStalled' | 'own'>): void {
    this.marks[name] ??= this.#sinceStartMs()
  }

  phase(phase: Phase): void {
    this.#parts.inflight.phase(this.#slot, phase)
  }

  note(notes: readonly DecoratorNote[]): void {
    this.#notes.push(...notes)
  }

  /** Body bytes of the answer, on their way to the client. */
  responseData(bytes: Buffer): void {
    this.responseBytes += bytes.length
    this.eventStream?.push(bytes, this.#sinceStartMs())
  }

  /** Adds to the time podspan took for itself. */
  own(ms: number): void {
    this.marks.own = (this.marks.own ?? 0) + ms
  }

  clientStalls(): void {
    this.#stalledSinceMs ??= this.#sinceStartMs()
  }

  clientTakes(): void {
    if (this.#stalledSinceMs === undefined) return
    this.marks.clientStalled = (this.marks.clientStalled ?? 0) + this.#sinceStartMs() - this.#stalledSinceMs
    this.#stalledSinceMs = undefined
  }

  finish(outcome: Outcome, error?: ExchangeError): void {
    if (this.#finished) throw new Error(`exchange ${this.id} ended twice`)
    this.#finished = true
    this.clientTakes()
    this.#parts.inflight.end(this.#slot)
    const exchange = this.#exchange(outcome, error)
    this.#parts.chain.end(exchange)
    this.#parts.sink(exchange)
  }

  #exchange(outcome: Outcome, error: ExchangeError | undefined): Exchange {
    const { clock } = this.#parts
    const now = clock.monotonicMs()
    const origin = this.originAddress
    return Object.freeze({
      id: this.id,
      connectionId: this.#connectionId,
      kind: this.#parts.kind,
      trace: Object.freeze(this.#trace),
      startedAtMs: clock.anchor.wallMs + (this.#startedMonotonicMs - clock.anchor.monotonicMs),
      startedMonotonicMs: this.#startedMonotonicMs,
      marks: Object.freeze({ ...this.marks }),
      durationMs: now - this.#startedMonotonicMs,
      peer: this.#peer,
      ...(this.#forwarded === undefined ? {} : { forwarded: this.#forwarded }),
      ...(origin === undefined ? {} : { origin: Object.freeze({ ...origin, attempt: this.attempt }) }),
      request: this.#request && Object.freeze({ ...this.#request, bytes: this.requestBytes }),
      response: this.#responseRecord(),
      ...(this.originResponse === undefined ? {} : { originResponse: Object.freeze({ ...this.originResponse }) }),
      ...(this.#appSpan ? { appSpan: true as const } : {}),
      isFile: this.#request !== undefined && isFilePath(this.#request.path),
      ...(this.upgrade === undefined ? {} : { upgrade: Object.freeze(this.upgrade) }),
      ...(this.eventStream === undefined
        ? {}
        : { eventStream: Object.freeze(this.eventStream.record(outcome, error)) }),
      outcome,
      ...(error === undefined ? {} : { error: Object.freeze(error) }),
      ...(this.#notes.length === 0 ? {} : { decorators: Object.freeze([...this.#notes]) }),
    })
  }

  #responseRecord(): ResponseRecord | undefined {
    return this.response && Object.freeze({ ...this.response, bytes: this.responseBytes })
  }

  #sinceStartMs(): number {
    return this.#parts.clock.monotonicMs() - this.#startedMonotonicMs
  }
}

/** W3C's traceresponse, and the Server-Timing entry that SDKs use in its place. */
function namesSpan(fields: readonly Field[], traceId: string): boolean {
  const told = fields.filter(({ key }) => key === 'traceresponse' || key === 'server-timing')
  return told.some(({ value }) => value.includes(traceId))
}

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i

function describe(head: RequestHead, { limits, record }: TunnelParts): Omit<RequestRecord, 'bytes'> {
  const textBytesMax = limits.capturedTextBytesMax
  const headers = captured(head.fields, record.capture.request)
  const target = head.target.replace(ABSOLUTE_FORM, '')
  const queryAt = target.indexOf('?')
  const path = queryAt === -1 ? target : target.slice(0, queryAt)
  const host = firstValue(head.fields, 'host')
  const userAgent = firstValue(head.fields, 'user-agent')
  return {
    method: head.method,
    path: (path === '' ? '/' : path).slice(0, textBytesMax),
    ...(queryAt === -1 ? {} : { query: target.slice(queryAt + 1, queryAt + 1 + textBytesMax) }),
    ...(host === undefined ? {} : { host: host.slice(0, textBytesMax) }),
    scheme: 'http',
    httpVersion: head.version,
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, textBytesMax) }),
    ...(headers === undefined ? {} : { headers }),
  }
}
