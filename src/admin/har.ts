/** An exchange as an HTTP Archive (HAR 1.2), which browsers and their kin open. What was not recorded is `-1` or empty, as the format has it. Pure. */
import type { CapturedHeaders, Exchange, RequestRecord } from '../exchange.ts'
import { phasesOf } from '../phases.ts'

const UNKNOWN = -1
/** Not a path of a Unix socket, nor a name. */
const IP_ADDRESS = /^(?:[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*)$/i

/** Undefined: there was no request, and so nothing to archive. */
export function harOf(exchange: Exchange, version: string): Readonly<Record<string, unknown>> | undefined {
  const { request, startedAtMs, durationMs, origin, connectionId, trace, outcome } = exchange
  if (request === undefined) return undefined
  return {
    log: {
      version: '1.2',
      creator: { name: 'podspan', version },
      entries: [
        {
          startedDateTime: new Date(startedAtMs).toISOString(),
          time: durationMs,
          request: requestOf(request),
          response: responseOf(exchange),
          cache: {},
          timings: timingsOf(exchange),
          ...(origin && IP_ADDRESS.test(origin.address) && { serverIPAddress: origin.address }),
          connection: String(connectionId),
          comment: `trace ${trace.traceId}, span ${trace.spanId}; ${outcome}`,
        },
      ],
    },
  }
}

/** What the client asked for, whole; a Host that is not known is nobody's. */
export function urlOf(request: RequestRecord): string {
  const { scheme, host, path, query } = request
  const target = query === undefined ? path : `${path}?${query}`
  // In absolute-form it says all of it itself.
  return path.startsWith('/') ? `${scheme}://${host ?? 'unknown'}${target}` : target
}

/** What no URI may hold, as `%XX`: a path is kept as it was sent, and was not all of one. */
function uriOf(text: string): string {
  return text.toWellFormed().replace(/%(?![0-9a-f]{2})|[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]/giu, encodeURIComponent)
}

function requestOf(request: RequestRecord): Readonly<Record<string, unknown>> {
  const { method, httpVersion, query, host, userAgent, bytes, headers } = request
  const known = { ...(host && { host: [host] }), ...(userAgent && { 'user-agent': [userAgent] }), ...headers }
  return {
    method,
    url: uriOf(urlOf(request)),
    httpVersion: `HTTP/${httpVersion}`,
    cookies: [],
    headers: pairsOf(known),
    queryString: [...new URLSearchParams(query ?? '')].map(([name, value]) => ({ name, value })),
    headersSize: UNKNOWN,
    bodySize: bytes,
  }
}

function responseOf({ request, response, outcome }: Exchange): Readonly<Record<string, unknown>> {
  const { status = 0, reason = '', bytes = 0, headers = {} } = response ?? {}
  return {
    status,
    statusText: response === undefined ? outcome : reason,
    httpVersion: `HTTP/${request?.httpVersion ?? ''}`,
    cookies: [],
    headers: pairsOf(headers),
    content: { size: bytes, mimeType: headers['content-type']?.[0] ?? '' },
    redirectURL: headers.location?.[0] ?? '',
    headersSize: UNKNOWN,
    bodySize: bytes,
  }
}

function timingsOf(exchange: Exchange): Readonly<Record<string, number>> {
  const { phases } = phasesOf(exchange)
  const took = (...names: readonly string[]): number =>
    phases.filter(({ name }) => names.includes(name)).reduce((sum, { durationMs }) => sum + durationMs, 0)
  return {
    blocked: UNKNOWN,
    dns: UNKNOWN,
    ssl: UNKNOWN,
    connect: phases.some(({ name }) => name === 'connect') ? took('connect') : UNKNOWN,
    send: took('upload'),
    wait: took('app'),
    receive: took('download', 'tunnel'),
  }
}

function pairsOf(headers: CapturedHeaders): { readonly name: string; readonly value: string }[] {
  return Object.entries(headers).flatMap(([name, values]) => values.map((value) => ({ name, value })))
}
