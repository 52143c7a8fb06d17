/** What a backend's answer means for a batch, and how long to wait before the next try. Pure: it sends nothing and knows no clock. */
import type { Limits } from '../src/limits.ts'

export type Reply =
  /** `rejected` of its items were not taken (partial success): they MUST NOT be sent again. */
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message: string }
  /** It will never take this batch. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It does not know this signal. */
  | { readonly kind: 'unsupported' }
  /** It may take it later. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }

export interface HttpHead {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** OTLP: these, and no answer at all, are to be tried again; everything else MUST NOT be. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const UNSUPPORTED: ReadonlySet<number> = new Set([404, 405, 501])

/** A redirect is a refusal: following one would take the data to a host that nobody configured. */
export function httpReply({ status, retryAfter }: HttpHead, wallMs: number): Reply {
  if (status >= 200 && status <= 299) return { kind: 'accepted', rejected: 0, message: '' }
  if (UNSUPPORTED.has(status)) return { kind: 'unsupported' }
  const reason = `HTTP ${status}`
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason }
  const retryAfterMs = parseRetryAfter(retryAfter, wallMs)
  return { kind: 'failed', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const GRPC_RETRYABLE: ReadonlySet<number> = new Set([1, 4, 10, 11, 14, 15])
const GRPC_UNIMPLEMENTED = 12
const GRPC_RESOURCE_EXHAUSTED = 8

/** RESOURCE_EXHAUSTED is worth another try only when the server says so (RetryInfo). */
export function grpcReply(code: number | undefined, hasRetryInfo: boolean, reason: string): Reply {
  if (code === GRPC_UNIMPLEMENTED) return { kind: 'unsupported' }
  const isThrottled = code === GRPC_RESOURCE_EXHAUSTED && hasRetryInfo
  return code === undefined || isThrottled || GRPC_RETRYABLE.has(code)
    ? { kind: 'failed', reason }
    : { kind: 'refused', reason }
}

/** RFC 9110 §10.2.3: seconds or a date. Anything else is as if it were not there. */
function parseRetryAfter(text: string | undefined, wallMs: number): number | undefined {
  const value = text?.trim() ?? ''
  if (/^[0-9]{1,10}$/.test(value)) return Number(value) * 1e3
  // Date.parse takes nearly anything; all three forms of an HTTP date begin with the day's name.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallMs)
}

const GROWTH = 1.5
/** Of the pause, either way: senders that failed together do not come back together. */
const JITTER = 0.2

/** `attempt` counts from 0; `random` is from 0 to 1. */
export function pauseMs(attempt: number, retryAfterMs: number | undefined, limits: Limits, random: number): number {
  const grown = (fromMs: number): number => Math.min(fromMs * GROWTH ** attempt, limits.exportPauseMsMax)
  const jitter = 1 + JITTER * (2 * random - 1)
  if (retryAfterMs === undefined) return Math.max(limits.exportPauseMsMin, grown(limits.exportPauseMs) * jitter)
  // Never before the time it named; and one that says 0 for ever is asked less and less often.
  const floor = grown(limits.exportPauseMsMin)
  return Math.max(Math.min(retryAfterMs, limits.retryAfterMsMax), floor) * (1 + JITTER * random)
}
