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
import { firstValue, type RequestHead } from '../http1/message.ts'
import type { Phase } from '../inflight.ts'
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
  response: { readonly status: number; readonly reason: string } | undefined
  /** Set when a decorator changed what the app said. */
  originResponse: { status: number; bytes: number } | undefined
  upgrade: UpgradeRecord | undefined
  readonly #parts: TunnelParts
  readonly #connectionId: number
  readonly #peer: Peer
  readonly #startedMonotonicMs: number
  readonly #request: Omit<RequestRecord, 'bytes'> | undefined
  readonly #trace: ExchangeTrace
  readonly #notes: DecoratorNote[] = []
  readonly #slot: number
  #stalledSinceMs: number | undefined
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
    this.#request = head === undefined ? undefined : describe(head, parts.limits.capturedTextBytesMax)
    this.#slot = parts.inflight.begin({
      id: this.id,
      traceId: trace.traceId,
      startedMonotonicMs: this.#startedMonotonicMs,
      method: this.#request?.method ?? '',
      path: this.#request?.path ?? '',
      phase: 'request',
    })
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
      kind: 'server',
      trace: Object.freeze(this.#trace),
      startedAtMs: clock.anchor.wallMs + (this.#startedMonotonicMs - clock.anchor.monotonicMs),
      startedMonotonicMs: this.#startedMonotonicMs,
      marks: Object.freeze({ ...this.marks }),
      durationMs: now - this.#startedMonotonicMs,
      peer: this.#peer,
      ...(origin === undefined ? {} : { origin: Object.freeze({ ...origin, attempt: this.attempt }) }),
      request: this.#request && Object.freeze({ ...this.#request, bytes: this.requestBytes }),
      response: this.#responseRecord(),
      ...(this.originResponse === undefined ? {} : { originResponse: Object.freeze({ ...this.originResponse }) }),
      isFile: this.#request !== undefined && isFilePath(this.#request.path),
      ...(this.upgrade === undefined ? {} : { upgrade: Object.freeze(this.upgrade) }),
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

const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i

function describe(head: RequestHead, textBytesMax: number): Omit<RequestRecord, 'bytes'> {
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
  }
}
