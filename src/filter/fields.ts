/**
 * What a filter can ask about: the one table of fields, of which the parser, its messages and the documentation are made.
 * Each looks at an Exchange and answers a value, or undefined where the exchange has none.
 */
import { type Exchange, OUTCOMES } from '../exchange.ts'
import { type PhaseName, phasesOf } from '../phases.ts'

/** `word`: a text that is compared without regard to case. Durations are in ms, sizes in bytes. */
export type Kind = 'status' | 'count' | 'duration' | 'size' | 'text' | 'word' | 'flag'
export type FieldValue = string | number | boolean | undefined

export interface Field {
  readonly name: string
  readonly kind: Kind
  /** All that it can be, where that is a short list. */
  readonly values?: readonly string[]
  readonly help: string
  readonly of: (exchange: Exchange) => FieldValue
}

const SIDES: readonly NonNullable<Exchange['error']>['at'][] = ['client', 'origin', 'sidecar']

function field(name: string, kind: Kind, help: string, of: Field['of'], values?: readonly string[]): Field {
  return { name, kind, help, of, ...(values && { values }) }
}

export const FIELDS: readonly Field[] = [
  field('status', 'status', 'what the client got', ({ response }) => response?.status),
  field('method', 'word', 'of the request', ({ request }) => request?.method),
  field('path', 'text', 'as sent, without the query', ({ request }) => request?.path),
  field('query', 'text', 'without its secrets', ({ request }) => request?.query),
  field('route', 'text', 'the template of the path where there is one, else the path', routeOf),
  field('host', 'word', 'the host asked for', ({ request, forwarded }) => forwarded?.host ?? request?.host),
  field('duration', 'duration', 'from the first byte of the request to the end', ({ durationMs }) => durationMs),
  field('connect', 'duration', 'until the connection to the app stood', phase('connect')),
  field('upload', 'duration', 'while the request came', phase('upload')),
  field('app', 'duration', 'until the app answered', phase('app')),
  field('download', 'duration', 'from the head of the answer to its end', phase('download')),
  field('stalled', 'duration', 'that the client did not take what was ready', ({ marks }) => marks.clientStalled ?? 0),
  field('us', 'duration', 'that decorators took', ({ marks }) => marks.own ?? 0),
  field(
    'throttled',
    'duration',
    "that the app's container stood still meanwhile, its CPU quota used up (slow and failed requests)",
    ({ resources }) => resources?.cpuThrottledMs,
  ),
  field('bytesIn', 'size', "the request's body, and what an upgrade brought", ({ request, upgrade }) =>
    together(request?.bytes, upgrade?.bytesIn),
  ),
  field('bytesOut', 'size', "the answer's body, and what an upgrade sent", ({ response, upgrade }) =>
    together(response?.bytes, upgrade?.bytesOut),
  ),
  field('outcome', 'word', 'how it ended', ({ outcome }) => outcome, OUTCOMES),
  field('error', 'word', 'its type, such as `ECONNREFUSED`', ({ error }) => error?.type),
  field('blame', 'word', 'whose error it was', ({ error }) => error?.at, SIDES),
  field('trace', 'word', 'the id of the trace', ({ trace }) => trace.traceId),
  field('sampled', 'flag', 'its span is sent', ({ trace }) => trace.sampled),
  field('client', 'word', "the client's address", ({ peer, forwarded }) => forwarded?.for ?? peer.address),
  field('agent', 'word', 'the `User-Agent`', ({ request }) => request?.userAgent),
  field('upgrade', 'word', 'the protocol switched to, such as `websocket`', ({ upgrade }) => upgrade?.protocol),
  field('events', 'flag', 'the answer was a stream of server-sent events', ({ eventStream }) => !!eventStream),
  field('file', 'flag', 'the path names a file', ({ isFile }) => isFile),
  field('id', 'count', 'the number of the exchange', ({ id }) => id),
]

function routeOf({ request }: Exchange): FieldValue {
  return request?.route ?? request?.path
}

function phase(name: PhaseName): Field['of'] {
  return (exchange) => phasesOf(exchange).phases.find((each) => each.name === name)?.durationMs
}

function together(body: number | undefined, upgraded: number | undefined): FieldValue {
  return body === undefined && upgraded === undefined ? undefined : (body ?? 0) + (upgraded ?? 0)
}
