/**
 * An exchange as a row of numbers and a row of texts. As objects one is thirty of them, which V8 copies each time it collects as
 * long as somebody keeps it; as a row it is none but its few own texts. What few exchanges have stands in no column.
 *
 * It knows the shape of an Exchange, and not who packs or keeps rows.
 */
import { type Exchange, type ExchangeTrace, type Marks, OUTCOMES, type RequestRecord } from './exchange.ts'

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface TextSink {
  put(column: number, text: string | undefined): void
}

const MARKS = [
  'originConnected',
  'requestHeadSent',
  'requestEnd',
  'responseHead',
  'firstByte',
  'responseEnd',
  'clientStalled',
  'own',
] as const satisfies readonly (keyof Marks)[]
/** How many numbers and texts a row has. */
export const NUMBERS: number = 12 + MARKS.length
export const TEXTS = 15
/** The first of these are ids, which no two exchanges have in common. */
export const IDS = 2

const CLIENT = 1
const SAMPLED = 2
const RANDOM = 4
const APP_SPAN = 8
const FILE = 16
/** The outcome stands above the flags. */
const OUTCOME_SHIFT = 5

/** Its row of numbers, NUMBERS of them from there on; NaN where it has none. */
export function numbersOf(exchange: Exchange, numbers: Float64Array, from: number): void {
  const { marks, origin, request, response } = exchange
  let at = from
  numbers[at++] = exchange.id
  numbers[at++] = exchange.connectionId
  numbers[at++] = flagsOf(exchange)
  numbers[at++] = exchange.startedAtMs
  numbers[at++] = exchange.startedMonotonicMs
  numbers[at++] = exchange.durationMs
  numbers[at++] = exchange.peer.port
  numbers[at++] = origin?.port ?? Number.NaN
  numbers[at++] = origin?.attempt ?? Number.NaN
  numbers[at++] = request?.bytes ?? Number.NaN
  numbers[at++] = response?.status ?? Number.NaN
  numbers[at++] = response?.bytes ?? Number.NaN
  // One by one, and not by the list: a name that is not known when this is compiled is looked up in a hash table.
  numbers[at++] = marks.originConnected ?? Number.NaN
  numbers[at++] = marks.requestHeadSent ?? Number.NaN
  numbers[at++] = marks.requestEnd ?? Number.NaN
  numbers[at++] = marks.responseHead ?? Number.NaN
  numbers[at++] = marks.firstByte ?? Number.NaN
  numbers[at++] = marks.responseEnd ?? Number.NaN
  numbers[at++] = marks.clientStalled ?? Number.NaN
  numbers[at++] = marks.own ?? Number.NaN
}

function flagsOf({ kind, trace, appSpan, isFile, outcome }: Exchange): number {
  return (
    (kind === 'client' ? CLIENT : 0) |
    (trace.sampled ? SAMPLED : 0) |
    (trace.random ? RANDOM : 0) |
    (appSpan === true ? APP_SPAN : 0) |
    (isFile ? FILE : 0) |
    (OUTCOMES.indexOf(outcome) << OUTCOME_SHIFT)
  )
}

/** Its row of texts, in the order of their columns; undefined where it has none. */
export function textsOf({ trace, peer, origin, request, response }: Exchange, sink: TextSink): void {
  sink.put(0, trace.traceId)
  sink.put(1, trace.spanId)
  sink.put(2, trace.parentSpanId)
  sink.put(3, trace.state)
  sink.put(4, peer.address)
  sink.put(5, origin?.address)
  sink.put(6, request?.method)
  sink.put(7, request?.path)
  sink.put(8, request?.query)
  sink.put(9, request?.host)
  sink.put(10, request?.scheme)
  sink.put(11, request?.httpVersion)
  sink.put(12, request?.userAgent)
  sink.put(13, response?.reason)
  sink.put(14, request?.route)
}

/** Whether there is nothing more to an exchange than its row has: few have. */
export function fitsColumns(exchange: Exchange): boolean {
  const { forwarded, originResponse, upgrade, eventStream, error, decorators, resources } = exchange
  if (forwarded !== undefined || originResponse !== undefined || upgrade !== undefined) return false
  if (eventStream !== undefined || error !== undefined || decorators !== undefined) return false
  if (resources !== undefined) return false
  const { trace, request, response } = exchange
  if (trace.link !== undefined || response?.headers !== undefined) return false
  return request?.headers === undefined
}

/** From the row that begins there. Nothing that it has no column for is in it. */
export function exchangeOf(
  numbers: Float64Array,
  at: number,
  texts: readonly (string | undefined)[],
): Mutable<Exchange> {
  const number = (column: number): number => numbers[at + column] ?? Number.NaN
  const flags = number(2)
  const exchange: Mutable<Exchange> = {
    id: number(0),
    connectionId: number(1),
    kind: (flags & CLIENT) !== 0 ? 'client' : 'server',
    trace: traceOf(flags, texts),
    startedAtMs: number(3),
    startedMonotonicMs: number(4),
    marks: marksOf(numbers, at + NUMBERS - MARKS.length),
    durationMs: number(5),
    peer: { address: texts[4] ?? '', port: number(6) },
    request: requestOf(number(9), texts),
    response: Number.isNaN(number(10)) ? undefined : { status: number(10), reason: texts[13] ?? '', bytes: number(11) },
    isFile: (flags & FILE) !== 0,
    outcome: OUTCOMES[flags >> OUTCOME_SHIFT] ?? 'complete',
  }
  const [address, port, attempt] = [texts[5] ?? '', number(7), number(8)]
  if (!Number.isNaN(attempt)) exchange.origin = Number.isNaN(port) ? { address, attempt } : { address, port, attempt }
  if ((flags & APP_SPAN) !== 0) exchange.appSpan = true
  return exchange
}

function traceOf(flags: number, texts: readonly (string | undefined)[]): ExchangeTrace {
  const [traceId = '', spanId = '', parentSpanId, state] = texts
  const trace: Mutable<ExchangeTrace> = {
    traceId,
    spanId,
    sampled: (flags & SAMPLED) !== 0,
    random: (flags & RANDOM) !== 0,
  }
  if (parentSpanId !== undefined) trace.parentSpanId = parentSpanId
  if (state !== undefined) trace.state = state
  return trace
}

function marksOf(numbers: Float64Array, from: number): Marks {
  const mark = (column: number): number => numbers[from + column] ?? Number.NaN
  const [requestHeadSent, requestEnd, responseHead] = [mark(1), mark(2), mark(3)]
  const [firstByte, responseEnd] = [mark(4), mark(5)]
  // Names that are known when this is compiled; a sum is a number only if each of them is.
  const isUsual = !Number.isNaN(requestHeadSent + requestEnd + responseHead + responseEnd)
  if (isUsual && Number.isNaN(mark(0)) && Number.isNaN(mark(6)) && Number.isNaN(mark(7))) {
    // An answer without a body has no first byte.
    if (Number.isNaN(firstByte)) return { requestHeadSent, requestEnd, responseHead, responseEnd }
    return { requestHeadSent, requestEnd, responseHead, firstByte, responseEnd }
  }
  const marks: Mutable<Marks> = {}
  for (const [column, name] of MARKS.entries()) if (!Number.isNaN(mark(column))) marks[name] = mark(column)
  return marks
}

function requestOf(bytes: number, texts: readonly (string | undefined)[]): RequestRecord | undefined {
  if (Number.isNaN(bytes)) return undefined
  const [, , , , , , method = '', path = '', query, host, scheme = '', httpVersion = '', userAgent, , route] = texts
  const request: Mutable<RequestRecord> = { method, path, scheme, httpVersion, bytes }
  if (query !== undefined) request.query = query
  if (host !== undefined) request.host = host
  if (userAgent !== undefined) request.userAgent = userAgent
  if (route !== undefined) request.route = route
  return request
}
