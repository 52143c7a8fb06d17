/** The traceparent field (W3C Trace Context level 2, §3.2): read strictly, because joining the wrong trace is worse than none. */
import { isZero } from './ids.ts'

export interface TraceParent {
  readonly traceId: string
  readonly parentSpanId: string
  readonly sampled: boolean
  readonly random: boolean
}

/** Each field has a place of its own: 2, 32, 16 and 2 digits. */
const FIELDS = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/
const LENGTH = 55
const SAMPLED = 1
const RANDOM = 2

/** `values`: one per field line. More than one, or one that breaks a rule, is none. */
export function parseTraceparent(values: readonly string[]): TraceParent | undefined {
  const value = values.length === 1 ? values[0] : undefined
  if (value === undefined || !FIELDS.test(value)) return undefined
  // §3.2.2.5: a later version may have more fields, this one may not; ff is no version.
  if (value.startsWith('ff') || (value.startsWith('00') && value.length > LENGTH)) return undefined
  const traceId = value.slice(3, 35)
  const parentSpanId = value.slice(36, 52)
  if (isZero(traceId) || isZero(parentSpanId)) return undefined
  const bits = Number.parseInt(value.slice(53, LENGTH), 16)
  return { traceId, parentSpanId, sampled: (bits & SAMPLED) !== 0, random: (bits & RANDOM) !== 0 }
}

/** Bits that have no meaning yet are sent as zero (§3.2.2.3.3). */
const ENDS = ['-00\r\n', '-01\r\n', '-02\r\n', '-03\r\n'] as const

/** The field line with its CRLF, of few parts: each that is joined makes another string. */
export function traceparentLine(trace: {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly random: boolean
}): string {
  const flags = (trace.sampled ? SAMPLED : 0) | (trace.random ? RANDOM : 0)
  return `traceparent: 00-${trace.traceId}-${trace.spanId}${ENDS[flags] ?? ENDS[0]}`
}
