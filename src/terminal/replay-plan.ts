/** What of a recorded request can be sent again, or why it can't be. Pure: it sends nothing and asks nobody. */
import type { ExchangeAnswer, RequestBodyView } from '../admin/shapes.ts'
import type { Exchange, RequestRecord } from '../exchange.ts'
import { printable } from '../printable.ts'
import { EXIT_NO_INPUT, EXIT_USAGE } from './admin-client.ts'

/** On every request that is sent again, with the number of the first one: the app and its log can tell. */
export const MARK = 'podspan-replay'

export interface Asked {
  /** Also one that may change something. */
  readonly unsafe: boolean
  /** In place of the recorded one, whose secrets are gone. */
  readonly query: string | undefined
}

/** What the sidecar was told to keep. */
export interface Kept {
  /** Longer texts were cut. */
  readonly textBytesMax: number
  readonly requestFields: readonly string[]
}

export interface Plan {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly fields: Readonly<Record<string, string | string[]>>
  readonly body: Buffer | undefined
  /** For people: what it has and what it lacks. */
  readonly notes: readonly string[]
}

export interface Refusal {
  readonly kind: 'refused'
  readonly text: string
  readonly exitCode: number
}

/** RFC 9110 §9.2.1. Not TRACE, which servers refuse. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Of one connection, of the framing, or of one trace: the new request has its own. */
const NEVER_SENT =
  /^(?:host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|content-length|upgrade|expect|traceparent|tracestate|b3|x-b3-[a-z]+)$/
/** RFC 9110 §5.6.2 and §5.5, RFC 3986: no sidecar takes anything else, and the admin port may be somebody else's. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const TARGET = /^[\x21-\x7e]*$/
const REDACTED = 'REDACTED'
const CAPTURE = 'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS'

const NO_BODY: Readonly<Record<Extract<RequestBodyView, { kept: false }>['why'], string>> = {
  off: 'its body was not kept: a sidecar with --capture-bodies BYTES keeps those of the requests to come',
  'too-large': 'its body was larger than --capture-bodies lets the sidecar keep',
  incomplete: 'its body never came to its end',
  'no-room': 'its body was let go for want of room (--limit bodiesBytesMax)',
}

export function planOf({ exchange, requestBody }: ExchangeAnswer, asked: Asked, kept: Kept): Plan | Refusal {
  const { request } = exchange
  if (request === undefined || request.method === 'CONNECT' || exchange.upgrade !== undefined)
    return gone(exchange, notARequest(exchange))
  const { method, path } = request
  if (!SAFE.has(method) && !asked.unsafe)
    return refused(exchange, `${printable(method)} may change something; --unsafe sends it all the same`)
  if (requestBody?.kept === false) return gone(exchange, NO_BODY[requestBody.why])
  // A sidecar that does not speak of bodies: one of another version.
  if (requestBody === undefined && request.bytes > 0) return gone(exchange, NO_BODY.off)
  if (isCut(path, kept)) return gone(exchange, `its path is longer than the ${kept.textBytesMax} bytes that are kept`)
  const query = asked.query ?? request.query
  const lost = asked.query === undefined ? lostOf(query, kept) : undefined
  if (lost !== undefined) return refused(exchange, lost)
  if (!TARGET.test(query ?? ''))
    return refused(exchange, 'its query has what no URL can hold; write it as %XX, with --query')
  const { fields, notes } = fieldsOf(exchange.id, request, requestBody, kept)
  if (!TOKEN.test(method) || !TARGET.test(path) || !areSendable(fields))
    return gone(exchange, 'something in its head can stand in no request')
  const changes = [
    ...(asked.query === undefined ? [] : ['with the query that was given now']),
    ...(request.httpVersion === '1.1' ? [] : [`as HTTP/1.1 in place of ${printable(request.httpVersion)}`]),
  ]
  return {
    method,
    target: query === undefined ? path : `${path}?${query}`,
    fields,
    body: requestBody && Buffer.from(requestBody.base64, 'base64'),
    notes: [...changes, ...notes],
  }
}

function notARequest({ request, upgrade, outcome }: Exchange): string {
  if (upgrade !== undefined)
    return `it became a tunnel (${printable(upgrade.protocol)}), and what passed there is not kept`
  if (request !== undefined) return 'CONNECT opens a tunnel, and what passes there is not kept'
  return `there was no request that could be understood (${outcome})`
}

/** Undefined: the query is whole. */
function lostOf(query: string | undefined, kept: Kept): string | undefined {
  if (query === undefined) return undefined
  if (isCut(query, kept))
    return `its query is longer than the ${kept.textBytesMax} bytes that are kept; --query gives it anew`
  const secrets = query.split(/[&;]/).filter((pair) => pair.endsWith(`=${REDACTED}`))
  if (secrets.length === 0) return undefined
  const names = secrets.map((pair) => printable(pair.slice(0, -REDACTED.length - 1))).join(', ')
  return `secrets of its query are not kept (${names}); --query gives the whole of it anew, without the ?`
}

function areSendable(fields: Plan['fields']): boolean {
  return Object.entries(fields).every(
    ([name, value]) => TOKEN.test(name) && [value].flat().every((each) => VALUE.test(each)),
  )
}

interface Fields {
  readonly fields: Plan['fields']
  readonly notes: readonly string[]
}

function fieldsOf(id: number, request: RequestRecord, body: RequestBodyView | undefined, kept: Kept): Fields {
  const { host, userAgent, headers = {} } = request
  const names = Object.keys(headers).filter((name) => !NEVER_SENT.test(name))
  const secret = names.filter((name) => headers[name]?.some((value) => value.includes(REDACTED)))
  const cut = names.filter((name) => headers[name]?.some((value) => isCut(value, kept)))
  const sent = names.filter((name) => !secret.includes(name) && !cut.includes(name))
  const { contentType, contentEncoding } = body?.kept === true ? body : {}
  const fields: Record<string, string | string[]> = {
    ...(host !== undefined && { host }),
    ...(userAgent !== undefined && !isCut(userAgent, kept) && { 'user-agent': userAgent }),
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
    ...Object.fromEntries(sent.map((name) => [name, [...(headers[name] ?? [])]])),
  }
  const without = [...secret.map((name) => `${name} (a secret)`), ...cut.map((name) => `${name} (it was cut)`)]
  return {
    fields: { ...fields, [MARK]: String(id) },
    notes: [
      `sent with ${Object.keys(fields).join(', ')} and ${MARK}`,
      ...(without.length === 0 ? [] : [`without ${without.join(', ')}`]),
      kept.requestFields.length === 0
        ? `whatever other fields it had are not known (${CAPTURE} names those to keep)`
        : `other fields are known only if ${CAPTURE} names them`,
    ],
  }
}

/** Whether it may have been: a text is cut between two characters, of which one has four bytes at most. */
function isCut(text: string, { textBytesMax }: Kept): boolean {
  return Buffer.byteLength(text) > textBytesMax - 4
}

/** It can be asked for in another way. */
function refused({ id }: Exchange, why: string): Refusal {
  return { kind: 'refused', text: `#${id} is not sent: ${why}`, exitCode: EXIT_USAGE }
}

function gone({ id }: Exchange, why: string): Refusal {
  return { kind: 'refused', text: `#${id} cannot be sent again: ${why}`, exitCode: EXIT_NO_INPUT }
}
