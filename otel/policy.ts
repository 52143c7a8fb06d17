/** What a backend's answer means for a batch. Pure: it sends nothing and knows no clock. */
import { parseRetryAfter } from '../src/retry.ts'

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
  readonly contentType?: string | undefined
}

const WEB_PAGE = 'a web page answered: this is no OTLP port'

/** OTLP: these, and no answer at all, are to be tried again; everything else MUST NOT be. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])
const UNSUPPORTED: ReadonlySet<number> = new Set([404, 405, 501])

/** A redirect is a refusal: following one would take the data to a host that nobody configured. */
export function httpReply({ status, retryAfter, contentType = '' }: HttpHead, wallMs: number): Reply {
  // Jaeger's pages, a login, a captive portal: they answer 200 to whatever comes, and keep nothing of it.
  if (status === 200 && /^text\/html\b/i.test(contentType)) return { kind: 'refused', reason: WEB_PAGE }
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

/** RESOURCE_EXHAUSTED is worth another try only when the server says so, by a RetryInfo; its pause is kept whatever it is for. */
export function grpcReply(code: number | undefined, retryAfterMs: number | undefined, reason: string): Reply {
  if (code === GRPC_UNIMPLEMENTED) return { kind: 'unsupported' }
  const isThrottled = code === GRPC_RESOURCE_EXHAUSTED && retryAfterMs !== undefined
  if (code !== undefined && !isThrottled && !GRPC_RETRYABLE.has(code)) return { kind: 'refused', reason }
  return { kind: 'failed', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
