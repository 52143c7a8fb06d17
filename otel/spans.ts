/** Exchange → span. Pure. A literal costs a tenth of a span that is started and ended through a tracer. */
import {
  type Attributes,
  type HrTime,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Exchange, Marks, RequestRecord } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { traceStateOf } from './trace-state.ts'

export interface SpanOwner {
  /** Methods that are names and labels. */
  readonly methods: ReadonlySet<string>
  /** The app makes SERVER spans of its own: ours stands beside them and must not be counted as another request. */
  readonly appInstrumented: boolean
  readonly resource: Resource
  readonly scope: { readonly name: string; readonly version: string }
}

/** W3C Trace Context level 2; the SDK's own TraceFlags know only the first bit. */
const RANDOM_FLAG = 2
const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 }

export function toSpan(exchange: Exchange, owner: SpanOwner): ReadableSpan {
  const { resource, scope } = owner
  const { trace, startedAtMs, durationMs } = exchange
  const flags = (trace.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE) | (trace.random ? RANDOM_FLAG : 0)
  const state = trace.state === undefined ? {} : { traceState: traceStateOf(trace.state) }
  const context: SpanContext = { traceId: trace.traceId, spanId: trace.spanId, traceFlags: flags, ...state }
  const errorType = errorTypeOf(exchange)
  return {
    name: spanName(exchange, owner),
    kind: kindOf(exchange, owner),
    spanContext: () => context,
    ...(trace.parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...context, spanId: trace.parentSpanId, isRemote: true } }),
    startTime: hrTime(startedAtMs),
    endTime: hrTime(startedAtMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: {
      ...httpAttributes(exchange, owner.methods),
      ...ownAttributes(exchange),
      ...optional(names.ERROR_TYPE, errorType),
    },
    links:
      trace.link === undefined ? [] : [{ context: { ...trace.link, traceFlags: TraceFlags.NONE, isRemote: true } }],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function kindOf({ kind }: Exchange, { appInstrumented }: SpanOwner): SpanKind {
  if (kind === 'client') return SpanKind.CLIENT
  return appInstrumented ? SpanKind.INTERNAL : SpanKind.SERVER
}

/** Semantic conventions: the method, `HTTP` where it is none that is known, and the route; never the path, which has no bound. */
function spanName({ request, upgrade, kind }: Exchange, { methods, appInstrumented }: SpanOwner): string {
  if (request === undefined && upgrade !== undefined) return upgrade.protocol
  const { method } = names.methodOf(request?.method, methods)
  const verb = method === names.OTHER ? 'HTTP' : method
  const name = request?.route === undefined ? verb : `${verb} ${request.route}`
  return appInstrumented && kind === 'server' ? `podspan ${name}` : name
}

/** What the conventions say of a request, on spans and on log records alike. */
export function httpAttributes(exchange: Exchange, methods: ReadonlySet<string>): Attributes {
  const { request, response } = exchange
  const attributes: Attributes = { ...peerAttributes(exchange) }
  if (response !== undefined) {
    attributes[names.HTTP_RESPONSE_STATUS_CODE] = response.status
    attributes[names.HTTP_RESPONSE_BODY_SIZE] = response.bytes
    for (const [name, values] of Object.entries(response.headers ?? {})) {
      attributes[names.HTTP_RESPONSE_HEADER + name] = [...values]
    }
  }
  if (request === undefined) return attributes
  const { method, original } = names.methodOf(request.method, methods)
  for (const [name, values] of Object.entries(request.headers ?? {})) {
    attributes[names.HTTP_REQUEST_HEADER + name] = [...values]
  }
  return {
    ...attributes,
    [names.HTTP_REQUEST_METHOD]: method,
    ...optional(names.HTTP_REQUEST_METHOD_ORIGINAL, original),
    ...urlAttributes(exchange, request),
    ...optional(names.HTTP_ROUTE, exchange.kind === 'server' ? request.route : undefined),
    ...optional(names.URL_TEMPLATE, exchange.kind === 'client' ? request.route : undefined),
    [names.NETWORK_PROTOCOL_VERSION]: request.httpVersion,
    ...optional(names.USER_AGENT_ORIGINAL, request.userAgent),
    [names.HTTP_REQUEST_BODY_SIZE]: request.bytes,
  }
}

/** A server is told who asked, a client where its connection went. */
function peerAttributes({ kind, peer, origin, forwarded }: Exchange): Attributes {
  if (kind === 'server') {
    return {
      [names.CLIENT_ADDRESS]: forwarded?.for ?? peer.address,
      [names.NETWORK_PEER_ADDRESS]: peer.address,
      [names.NETWORK_PEER_PORT]: peer.port,
    }
  }
  return {
    ...optional(names.NETWORK_PEER_ADDRESS, origin?.address),
    ...optional(names.NETWORK_PEER_PORT, origin?.port),
    ...optional(
      names.HTTP_REQUEST_RESEND_COUNT,
      origin !== undefined && origin.attempt > 1 ? origin.attempt - 1 : undefined,
    ),
  }
}

function urlAttributes({ kind, forwarded }: Exchange, request: RequestRecord): Attributes {
  const scheme = forwarded?.proto ?? request.scheme
  const host = forwarded?.host ?? request.host
  const query = request.query === undefined ? '' : `?${request.query}`
  if (kind === 'client') {
    const full = `${scheme}://${host ?? ''}${request.path}${query}`
    return { [names.URL_FULL]: full, [names.URL_SCHEME]: scheme, ...serverAttributes(host, scheme) }
  }
  return {
    [names.URL_PATH]: request.path,
    ...optional(names.URL_QUERY, request.query),
    [names.URL_SCHEME]: scheme,
    ...serverAttributes(host, scheme),
  }
}

/** From the Host the client asked for: `name`, `name:port` or `[v6]:port`. */
export function serverAttributes(host: string | undefined, scheme: string): Attributes {
  const match = /^(\[[^\]]*\]|[^:]+)(?::([0-9]{1,5}))?$/.exec(host ?? '')
  if (match === null) return {}
  const port = match[2] === undefined ? DEFAULT_PORT[scheme] : Number(match[2])
  return { [names.SERVER_ADDRESS]: (match[1] ?? '').replace(/^\[|\]$/g, ''), ...optional(names.SERVER_PORT, port) }
}

function ownAttributes({
  isFile,
  outcome,
  error,
  originResponse,
  origin,
  decorators,
  upgrade,
  eventStream,
  marks,
}: Exchange): Attributes {
  const attempt = origin !== undefined && origin.attempt > 1 ? origin.attempt : undefined
  return {
    [names.PODSPAN_REQUEST_FILE]: isFile,
    [names.PODSPAN_OUTCOME]: outcome,
    ...optional(names.PODSPAN_ERROR_AT, error?.at),
    ...optional(names.PODSPAN_REFUSAL, outcome === 'refused-request' ? error?.type : undefined),
    ...optional(names.PODSPAN_ORIGIN_STATUS_CODE, originResponse?.status),
    ...optional(names.PODSPAN_ORIGIN_ATTEMPT, attempt),
    ...optional(
      names.PODSPAN_DECORATORS,
      decorators?.map(({ name, did }) => `${name}: ${did}`),
    ),
    ...optional(names.PODSPAN_UPGRADE_PROTOCOL, upgrade?.protocol),
    ...optional(names.PODSPAN_UPGRADE_BYTES_IN, upgrade?.bytesIn),
    ...optional(names.PODSPAN_UPGRADE_BYTES_OUT, upgrade?.bytesOut),
    ...optional(names.PODSPAN_WEBSOCKET_MESSAGES_IN, upgrade?.messagesIn),
    ...optional(names.PODSPAN_WEBSOCKET_MESSAGES_OUT, upgrade?.messagesOut),
    ...optional(names.PODSPAN_WEBSOCKET_CLOSE_CODE, upgrade?.closeCode),
    ...optional(names.PODSPAN_WEBSOCKET_CLOSED_BY, upgrade?.closedBy),
    ...optional(names.PODSPAN_SSE_EVENTS, eventStream?.events),
    ...optional(names.PODSPAN_SSE_FIRST_EVENT, seconds(eventStream?.firstEventMs)),
    ...optional(names.PODSPAN_SSE_ENDED_BY, eventStream?.endedBy),
    ...phases(marks),
  }
}

/** Where the time went, in seconds: the marks are points, people ask for stretches. */
function phases(marks: Marks): Attributes {
  const { originConnected, requestHeadSent, responseHead, responseEnd, clientStalled, own } = marks
  return {
    ...optional(names.PODSPAN_PHASE_CONNECT, stretch(requestHeadSent, originConnected)),
    // A new connection takes the head along as soon as it stands: the app has it from then on.
    ...optional(names.PODSPAN_PHASE_APP, stretch(originConnected ?? requestHeadSent, responseHead)),
    ...optional(names.PODSPAN_PHASE_DOWNLOAD, stretch(responseHead, responseEnd)),
    ...optional(names.PODSPAN_PHASE_CLIENT_STALLED, seconds(clientStalled)),
    ...optional(names.PODSPAN_PHASE_OWN, seconds(own)),
  }
}

function stretch(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : Math.max(0, toMs - fromMs) / 1e3
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1e3
}

function optional(name: string, value: Attributes[string]): Attributes {
  return value === undefined ? {} : { [name]: value }
}

/** Milliseconds → seconds and nanoseconds. A number would be rounded to whole milliseconds on the way. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1e3)
  const nanos = Math.round((ms - seconds * 1e3) * 1e6)
  return nanos === 1e9 ? [seconds + 1, 0] : [seconds, nanos]
}
