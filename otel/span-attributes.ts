/**
 * Exchange → the attributes of its span and of its log record, one after the other, whatever takes them: an object for the
 * SDK's serialisers, or bytes. Pure.
 */
import type { CapturedHeaders, Exchange, Marks, RequestRecord, ResourceWindow } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'

export interface AttributeSink {
  text(name: string, value: string | undefined): void
  int(name: string, value: number | undefined): void
  double(name: string, value: number | undefined): void
  flag(name: string, value: boolean): void
  texts(name: string, values: readonly string[] | undefined): void
}

const DEFAULT_PORT: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
])

export function spanAttributes(exchange: Exchange, methods: ReadonlySet<string>, sink: AttributeSink): void {
  httpAttributes(exchange, methods, sink)
  ownAttributes(exchange, sink)
  sink.text(names.ERROR_TYPE, errorTypeOf(exchange))
}

/** What the conventions say of a request, on spans and on log records alike. */
export function httpAttributes(exchange: Exchange, methods: ReadonlySet<string>, sink: AttributeSink): void {
  const { request, response, kind } = exchange
  peerAttributes(exchange, sink)
  if (response !== undefined) {
    sink.int(names.HTTP_RESPONSE_STATUS_CODE, response.status)
    sink.int(names.HTTP_RESPONSE_BODY_SIZE, response.bytes)
    headerAttributes(names.HTTP_RESPONSE_HEADER, response.headers, sink)
  }
  if (request === undefined) return
  headerAttributes(names.HTTP_REQUEST_HEADER, request.headers, sink)
  const isKnown = methods.has(request.method)
  sink.text(names.HTTP_REQUEST_METHOD, isKnown ? request.method : names.OTHER)
  if (!isKnown) sink.text(names.HTTP_REQUEST_METHOD_ORIGINAL, request.method)
  urlAttributes(exchange, request, sink)
  sink.text(kind === 'server' ? names.HTTP_ROUTE : names.URL_TEMPLATE, request.route)
  sink.text(names.NETWORK_PROTOCOL_VERSION, request.httpVersion)
  sink.text(names.USER_AGENT_ORIGINAL, request.userAgent)
  sink.int(names.HTTP_REQUEST_BODY_SIZE, request.bytes)
}

function headerAttributes(prefix: string, headers: CapturedHeaders | undefined, sink: AttributeSink): void {
  if (headers === undefined) return
  for (const [name, values] of Object.entries(headers)) sink.texts(prefix + name, values)
}

/** A server is told who asked, a client where its connection went. */
function peerAttributes({ kind, peer, origin, forwarded }: Exchange, sink: AttributeSink): void {
  if (kind === 'server') {
    sink.text(names.CLIENT_ADDRESS, forwarded?.for ?? peer.address)
    sink.text(names.NETWORK_PEER_ADDRESS, peer.address)
    sink.int(names.NETWORK_PEER_PORT, peer.port)
    return
  }
  sink.text(names.NETWORK_PEER_ADDRESS, origin?.address)
  sink.int(names.NETWORK_PEER_PORT, origin?.port)
  if (origin !== undefined && origin.attempt > 1) sink.int(names.HTTP_REQUEST_RESEND_COUNT, origin.attempt - 1)
}

function urlAttributes({ kind, forwarded }: Exchange, request: RequestRecord, sink: AttributeSink): void {
  const scheme = forwarded?.proto ?? request.scheme
  const host = forwarded?.host ?? request.host
  if (kind === 'client') {
    const query = request.query === undefined ? '' : `?${request.query}`
    sink.text(names.URL_FULL, `${scheme}://${host ?? ''}${request.path}${query}`)
  } else {
    sink.text(names.URL_PATH, request.path)
    sink.text(names.URL_QUERY, request.query)
  }
  sink.text(names.URL_SCHEME, scheme)
  const server = serverOf(host, scheme)
  sink.text(names.SERVER_ADDRESS, server?.address)
  sink.int(names.SERVER_PORT, server?.port)
}

export interface Server {
  readonly address: string
  readonly port: number | undefined
}

/** From the Host the client asked for: `name`, `name:port` or `[v6]:port`. */
export function serverOf(host: string | undefined, scheme: string): Server | undefined {
  if (host === undefined) return undefined
  if (host === latest.host && scheme === latest.scheme) return latest.server
  const match = /^(\[[^\]]*\]|[^:]+)(?::([0-9]{1,5}))?$/.exec(host)
  const port = match?.[2] === undefined ? DEFAULT_PORT.get(scheme) : Number(match[2])
  const server = match === null ? undefined : { address: (match[1] ?? '').replace(/^\[|\]$/g, ''), port }
  latest = { host, scheme, server }
  return server
}

/** Nearly every request names the same host as the one before. */
let latest: { readonly host: string; readonly scheme: string; readonly server: Server | undefined } = {
  host: '',
  scheme: '',
  server: undefined,
}

function ownAttributes(exchange: Exchange, sink: AttributeSink): void {
  const { isFile, outcome, error, originResponse, origin, decorators, marks } = exchange
  sink.flag(names.PODSPAN_REQUEST_FILE, isFile)
  sink.text(names.PODSPAN_OUTCOME, outcome)
  sink.text(names.PODSPAN_ERROR_AT, error?.at)
  if (outcome === 'refused-request') sink.text(names.PODSPAN_REFUSAL, error?.type)
  sink.int(names.PODSPAN_ORIGIN_STATUS_CODE, originResponse?.status)
  if (origin !== undefined && origin.attempt > 1) sink.int(names.PODSPAN_ORIGIN_ATTEMPT, origin.attempt)
  if (decorators !== undefined) {
    sink.texts(
      names.PODSPAN_DECORATORS,
      decorators.map(({ name, did }) => `${name}: ${did}`),
    )
  }
  if (exchange.upgrade !== undefined || exchange.eventStream !== undefined) streamAttributes(exchange, sink)
  if (exchange.resources !== undefined) resourceAttributes(exchange.resources, sink)
  phases(marks, sink)
}

/** What the container did meanwhile, in seconds; the window says how long a meanwhile. */
function resourceAttributes(window: ResourceWindow, sink: AttributeSink): void {
  sink.text(names.PODSPAN_RESOURCE_SCOPE, window.scope)
  sink.double(names.PODSPAN_RESOURCE_WINDOW_DURATION, seconds(window.windowMs))
  sink.double(names.PODSPAN_RESOURCE_CPU_USED, seconds(window.cpuUsedMs))
  sink.double(names.PODSPAN_RESOURCE_CPU_THROTTLED, seconds(window.cpuThrottledMs))
  sink.double(names.PODSPAN_RESOURCE_CPU_STALLED, seconds(window.cpuStalledMs))
  sink.double(names.PODSPAN_RESOURCE_MEMORY_STALLED, seconds(window.memoryStalledMs))
  sink.double(names.PODSPAN_RESOURCE_IO_STALLED, seconds(window.ioStalledMs))
  sink.int(names.PODSPAN_RESOURCE_MEMORY_HEADROOM, window.memoryHeadroomBytes)
  sink.int(names.PODSPAN_RESOURCE_FD_COUNT, window.openFds)
  sink.int(names.PODSPAN_RESOURCE_FD_LIMIT, window.openFdsMax)
}

function streamAttributes({ upgrade, eventStream }: Exchange, sink: AttributeSink): void {
  sink.text(names.PODSPAN_UPGRADE_PROTOCOL, upgrade?.protocol)
  sink.int(names.PODSPAN_UPGRADE_BYTES_IN, upgrade?.bytesIn)
  sink.int(names.PODSPAN_UPGRADE_BYTES_OUT, upgrade?.bytesOut)
  sink.int(names.PODSPAN_WEBSOCKET_MESSAGES_IN, upgrade?.messagesIn)
  sink.int(names.PODSPAN_WEBSOCKET_MESSAGES_OUT, upgrade?.messagesOut)
  sink.int(names.PODSPAN_WEBSOCKET_CLOSE_CODE, upgrade?.closeCode)
  sink.text(names.PODSPAN_WEBSOCKET_CLOSED_BY, upgrade?.closedBy)
  sink.int(names.PODSPAN_SSE_EVENTS, eventStream?.events)
  sink.double(names.PODSPAN_SSE_FIRST_EVENT, seconds(eventStream?.firstEventMs))
  sink.text(names.PODSPAN_SSE_ENDED_BY, eventStream?.endedBy)
}

/** Where the time went, in seconds: the marks are points, people ask for stretches. */
function phases(marks: Marks, sink: AttributeSink): void {
  const { originConnected, requestHeadSent, responseHead, responseEnd, clientStalled, own } = marks
  sink.double(names.PODSPAN_PHASE_CONNECT, stretch(requestHeadSent, originConnected))
  // A new connection takes the head along as soon as it stands: the app has it from then on.
  sink.double(names.PODSPAN_PHASE_APP, stretch(originConnected ?? requestHeadSent, responseHead))
  sink.double(names.PODSPAN_PHASE_DOWNLOAD, stretch(responseHead, responseEnd))
  sink.double(names.PODSPAN_PHASE_CLIENT_STALLED, seconds(clientStalled))
  sink.double(names.PODSPAN_PHASE_OWN, seconds(own))
}

function stretch(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : Math.max(0, toMs - fromMs) / 1e3
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1e3
}
