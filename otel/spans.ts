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
import type { Exchange, Marks } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { traceStateOf } from './trace-state.ts'

export interface SpanOwner {
  readonly resource: Resource
  readonly scope: { readonly name: string; readonly version: string }
}

/** W3C Trace Context level 2; the SDK's own TraceFlags know only the first bit. */
const RANDOM_FLAG = 2
const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 }

export function toSpan(exchange: Exchange, { resource, scope }: SpanOwner): ReadableSpan {
  const { trace, startedAtMs, durationMs } = exchange
  const flags = (trace.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE) | (trace.random ? RANDOM_FLAG : 0)
  const state = trace.state === undefined ? {} : { traceState: traceStateOf(trace.state) }
  const context: SpanContext = { traceId: trace.traceId, spanId: trace.spanId, traceFlags: flags, ...state }
  const errorType = errorTypeOf(exchange)
  return {
    name: spanName(exchange),
    kind: exchange.kind === 'client' ? SpanKind.CLIENT : SpanKind.SERVER,
    spanContext: () => context,
    ...(trace.parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...context, spanId: trace.parentSpanId, isRemote: true } }),
    startTime: hrTime(startedAtMs),
    endTime: hrTime(startedAtMs + durationMs),
    duration: hrTime(durationMs),
    status: { code: errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: { ...httpAttributes(exchange), ...ownAttributes(exchange), ...optional(names.ERROR_TYPE, errorType) },
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

/** Semantic conventions: the method, `HTTP` where it is none that is known; never the path, which has no bound. */
function spanName({ request, upgrade }: Exchange): string {
  if (request === undefined && upgrade !== undefined) return upgrade.protocol
  const { method } = names.methodOf(request?.method)
  return method === names.OTHER ? 'HTTP' : method
}

function httpAttributes(exchange: Exchange): Attributes {
  const { request, response, peer, forwarded } = exchange
  const attributes: Attributes = {
    [names.CLIENT_ADDRESS]: forwarded?.for ?? peer.address,
    [names.NETWORK_PEER_ADDRESS]: peer.address,
    [names.NETWORK_PEER_PORT]: peer.port,
  }
  if (response !== undefined) {
    attributes[names.HTTP_RESPONSE_STATUS_CODE] = response.status
    attributes[names.HTTP_RESPONSE_BODY_SIZE] = response.bytes
  }
  if (request === undefined) return attributes
  const { method, original } = names.methodOf(request.method)
  return {
    ...attributes,
    [names.HTTP_REQUEST_METHOD]: method,
    ...optional(names.HTTP_REQUEST_METHOD_ORIGINAL, original),
    [names.URL_PATH]: request.path,
    ...optional(names.URL_QUERY, request.query),
    [names.URL_SCHEME]: forwarded?.proto ?? request.scheme,
    ...serverAttributes(forwarded?.host ?? request.host, forwarded?.proto ?? request.scheme),
    [names.NETWORK_PROTOCOL_VERSION]: request.httpVersion,
    ...optional(names.USER_AGENT_ORIGINAL, request.userAgent),
    [names.HTTP_REQUEST_BODY_SIZE]: request.bytes,
  }
}

/** From the Host the client asked for: `name`, `name:port` or `[v6]:port`. */
function serverAttributes(host: string | undefined, scheme: string): Attributes {
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
    ...optional(names.PODSPAN_PHASE_CLIENT_STALLED, clientStalled === undefined ? undefined : clientStalled / 1e3),
    ...optional(names.PODSPAN_PHASE_OWN, own === undefined ? undefined : own / 1e3),
  }
}

function stretch(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : Math.max(0, toMs - fromMs) / 1e3
}

function optional(name: string, value: Attributes[string]): Attributes {
  return value === undefined ? {} : { [name]: value }
}

/** Milliseconds → seconds and nanoseconds. A number would be rounded to whole milliseconds on the way. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1e3)
  const nanos = Math.round((ms - seconds * 1e3) * 1e6)
  return nanos === 1e9 ? [seconds + 1, 0] : [seconds, nanos]
}
