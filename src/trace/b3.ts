/** B3, Zipkin's context: one field or several, read and written where OTEL_PROPAGATORS names it. */
import { type Field, field, firstValue } from '../http1/message.ts'
import type { TraceParent } from './traceparent.ts'

export const B3_FIELDS: readonly string[] = [
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
]

const SINGLE = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/
const TRACE_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/
const SPAN_ID = /^[0-9a-f]{16}$/

/** The single field first, then the several; undefined when neither names a trace. */
export function parseB3(fields: readonly Field[]): TraceParent | undefined {
  const single = SINGLE.exec(firstValue(fields, 'b3')?.toLowerCase() ?? '')
  if (single !== null) return parentOf(single[1] ?? '', single[2] ?? '', single[3])
  const traceId = firstValue(fields, 'x-b3-traceid')?.toLowerCase() ?? ''
  const spanId = firstValue(fields, 'x-b3-spanid')?.toLowerCase() ?? ''
  if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) return undefined
  const isDebug = firstValue(fields, 'x-b3-flags') === '1'
  const sampled = firstValue(fields, 'x-b3-sampled')?.toLowerCase()
  return parentOf(traceId, spanId, isDebug ? 'd' : sampled === 'true' ? '1' : sampled === 'false' ? '0' : sampled)
}

/** No decision of the caller's (a deferred one) counts as sampled, as OpenTelemetry's propagators take it. */
function parentOf(traceId: string, parentSpanId: string, sampled: string | undefined): TraceParent | undefined {
  const wide = traceId.padStart(32, '0')
  if (/^0+$/.test(wide) || /^0+$/.test(parentSpanId)) return undefined
  return { traceId: wide, parentSpanId, sampled: sampled !== '0', random: false }
}

interface Context {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

export function b3Single({ traceId, spanId, sampled }: Context): Field[] {
  return [field('b3', `${traceId}-${spanId}-${sampled ? '1' : '0'}`)]
}

export function b3Multi({ traceId, spanId, sampled }: Context): Field[] {
  return [field('X-B3-TraceId', traceId), field('X-B3-SpanId', spanId), field('X-B3-Sampled', sampled ? '1' : '0')]
}
