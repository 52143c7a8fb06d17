/** Exchange → log record: the access log, one record a request, joined to its span by the ids. Pure. */
import { type Attributes, type HrTime, SeverityNumber, type SpanContext, TraceFlags } from '@opentelemetry/api'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { Exchange } from '../src/exchange.ts'
import { AttributeObject } from './attribute-object.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { httpAttributes } from './span-attributes.ts'
import { hrTime, type SpanOwner } from './spans.ts'

const EVENT = 'podspan.access'

export function toLogRecord(exchange: Exchange, { resource, scope, methods }: SpanOwner): ReadableLogRecord {
  const { trace, startedAtMs, durationMs } = exchange
  const endedAt: HrTime = hrTime(startedAtMs + durationMs)
  const spanContext: SpanContext = {
    traceId: trace.traceId,
    spanId: trace.spanId,
    traceFlags: trace.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  }
  const errorType = errorTypeOf(exchange)
  return {
    hrTime: endedAt,
    hrTimeObserved: endedAt,
    spanContext,
    ...severityOf(exchange, errorType),
    body: lineOf(exchange),
    eventName: EVENT,
    resource,
    instrumentationScope: scope,
    attributes: attributesOf(exchange, methods, errorType),
    droppedAttributesCount: 0,
  }
}

function attributesOf(exchange: Exchange, methods: ReadonlySet<string>, errorType: string | undefined): Attributes {
  const sink = new AttributeObject()
  httpAttributes(exchange, methods, sink)
  sink.text(names.PODSPAN_OUTCOME, exchange.outcome)
  sink.text(names.ERROR_TYPE, errorType)
  return sink.attributes
}

/** What failed on the server's side is an error; what did not end as it should is worth a look; a 4xx is an answer. */
function severityOf(
  { outcome }: Exchange,
  errorType: string | undefined,
): { readonly severityNumber: SeverityNumber; readonly severityText: string } {
  if (errorType !== undefined) return { severityNumber: SeverityNumber.ERROR, severityText: 'ERROR' }
  if (outcome !== 'complete') return { severityNumber: SeverityNumber.WARN, severityText: 'WARN' }
  return { severityNumber: SeverityNumber.INFO, severityText: 'INFO' }
}

/** `GET /users 200 12ms`: the query stays out, the attributes have it. */
function lineOf({ request, response, outcome, durationMs }: Exchange): string {
  const what = request === undefined ? 'no request' : `${request.method} ${request.path}`
  return `${what} ${response?.status ?? outcome} ${Math.round(durationMs)}ms`
}
