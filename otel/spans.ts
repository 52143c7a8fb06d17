/**
 * Exchange → the SDK's span, where its serialiser is to write it (JSON). Pure. A literal costs a tenth of a span that is
 * started and ended through a tracer; protocol buffers are written straight from the exchange (span-bytes.ts).
 */
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
import type { Exchange } from '../src/exchange.ts'
import { AttributeObject } from './attribute-object.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { spanAttributes } from './span-attributes.ts'
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
export const RANDOM_FLAG = 2

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
    attributes: attributesOf(exchange, owner.methods),
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

function attributesOf(exchange: Exchange, methods: ReadonlySet<string>): Attributes {
  const sink = new AttributeObject()
  spanAttributes(exchange, methods, sink)
  return sink.attributes
}

export function kindOf({ kind }: Exchange, { appInstrumented }: Pick<SpanOwner, 'appInstrumented'>): SpanKind {
  if (kind === 'client') return SpanKind.CLIENT
  return appInstrumented ? SpanKind.INTERNAL : SpanKind.SERVER
}

/** Semantic conventions: the method, `HTTP` where it is none that is known, and the route; never the path, which has no bound. */
export function spanName(
  { request, upgrade, kind }: Exchange,
  { methods, appInstrumented }: Pick<SpanOwner, 'methods' | 'appInstrumented'>,
): string {
  if (request === undefined && upgrade !== undefined) return upgrade.protocol
  const method = names.methodOf(request?.method, methods)
  const verb = method === names.OTHER ? 'HTTP' : method
  const name = request?.route === undefined ? verb : `${verb} ${request.route}`
  return appInstrumented && kind === 'server' ? `podspan ${name}` : name
}

/** Milliseconds → seconds and nanoseconds. A number would be rounded to whole milliseconds on the way. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1e3)
  const nanos = Math.round((ms - seconds * 1e3) * 1e6)
  return nanos === 1e9 ? [seconds + 1, 0] : [seconds, nanos]
}
