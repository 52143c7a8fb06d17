/**
 * The one door out of the tunnel: exactly one Exchange per request, whatever became of it.
 * It is plain data that crosses a thread by structured clone. No OpenTelemetry word belongs here.
 */

export interface TraceLink {
  readonly traceId: string
  readonly spanId: string
}

export interface ExchangeTrace {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly sampled: boolean
  /** The W3C level 2 random flag: the right-most 7 bytes of the trace id are random. */
  readonly random: boolean
  readonly state?: string
  readonly link?: TraceLink
}

/** Milliseconds from the start of the exchange; a mark that was never reached is absent. Durations are derived. */
export interface Marks {
  /** The connection to the origin stood (absent when it was reused). */
  readonly originConnected?: number
  readonly requestHeadSent?: number
  readonly requestEnd?: number
  readonly responseHead?: number
  readonly firstByte?: number
  readonly responseEnd?: number
  /** Sum of the times the client did not take what was ready for it. */
  readonly clientStalled?: number
  /** Sum of the time podspan itself spent deciding (decorators). */
  readonly own?: number
}

/** Lower-case name to every value, in order. Only names on the allow list. */
export type CapturedHeaders = Readonly<Record<string, readonly string[]>>

export interface RequestRecord {
  readonly method: string
  /** The path as sent, never normalised, without the query. */
  readonly path: string
  readonly query?: string
  readonly host?: string
  readonly scheme: string
  readonly httpVersion: string
  readonly userAgent?: string
  /** The template that the path belongs to, where one was configured. */
  readonly route?: string
  /** Body bytes, without framing. */
  readonly bytes: number
  readonly headers?: CapturedHeaders
}

export interface ResponseRecord {
  readonly status: number
  readonly reason: string
  readonly bytes: number
  readonly headers?: CapturedHeaders
}

export interface UpgradeRecord {
  /** The Upgrade token, or `opaque` for a connection that was spliced unread. */
  readonly protocol: string
  readonly bytesIn: number
  readonly bytesOut: number
  /** Of a WebSocket: whole text and binary messages; absent when its bytes were no frames. */
  readonly messagesIn?: number
  readonly messagesOut?: number
  /** Of the first Close frame that passed, and who sent it. */
  readonly closeCode?: number
  readonly closedBy?: 'client' | 'origin'
}

/** Of an answer that was a stream of server-sent events. */
export interface EventStreamRecord {
  /** Events that were dispatched; absent when the stream was compressed. */
  readonly events?: number
  /** Milliseconds from the start of the exchange. */
  readonly firstEventMs?: number
  /** Absent when podspan had to end it. */
  readonly endedBy?: 'client' | 'origin'
}

export interface DecoratorNote {
  readonly name: string
  /** What it did: changed the request, answered in the origin's place, changed the answer, or failed and was bypassed. */
  readonly did: 'changed-request' | 'answered' | 'changed-response' | 'failed'
  readonly message?: string
}

/** How it ended. An upgraded connection's exchange is emitted when the tunnel ends, and says how that was. */
export const OUTCOMES = [
  'complete',
  'client-aborted',
  'origin-aborted',
  'origin-unreachable',
  'timed-out',
  'refused-request',
  'refused-response',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface ExchangeError {
  /** Low cardinality: a code of ours (`bad_chunk_size`) or the system's (`ECONNREFUSED`). */
  readonly type: string
  readonly at: 'client' | 'origin' | 'sidecar'
  /** For people: what was wrong and what to do. Never on a metric. */
  readonly message?: string
}

/**
 * What the app's container did while a slow or failed request was under way: the difference of two looks, of which one was
 * before it and one after, where such looks were kept. Absent is what could not be seen.
 */
export interface ResourceWindow {
  /** Whose figures: the app's container's, those of one that it shares with podspan, the whole pod's, or nobody's. */
  readonly scope: 'app' | 'shared' | 'pod' | 'none'
  /** Between the two looks. The figures are of all that time, however short the request was. */
  readonly windowMs: number
  readonly cpuUsedMs?: number
  /** Tasks stood still for a used-up CPU quota. */
  readonly cpuThrottledMs?: number
  /** At least one task waited for a CPU, for memory, for a disk. */
  readonly cpuStalledMs?: number
  readonly memoryStalledMs?: number
  readonly ioStalledMs?: number
  /** From the working set to the limit, at the end of the window. */
  readonly memoryHeadroomBytes?: number
  /** Open descriptors of the app's process at the end of the window, and how many it may have. */
  readonly openFds?: number
  readonly openFdsMax?: number
}

export interface Exchange {
  readonly id: number
  readonly connectionId: number
  /** `server`: before the app; `client`: before what the app calls (egress). */
  readonly kind: 'server' | 'client'
  readonly trace: ExchangeTrace
  /** Wall clock, fractional, from one anchor for the process: only to place it. */
  readonly startedAtMs: number
  /** One clock for all threads: joins exchanges with resource samples. */
  readonly startedMonotonicMs: number
  readonly marks: Marks
  readonly durationMs: number
  readonly peer: { readonly address: string; readonly port: number }
  readonly forwarded?: { readonly for?: string; readonly proto?: string; readonly host?: string }
  readonly origin?: { readonly address: string; readonly port?: number; readonly attempt: number }
  /** Undefined when no request head was understood, and for an opaque connection. */
  readonly request: RequestRecord | undefined
  /** What the client got; undefined when it got nothing. */
  readonly response: ResponseRecord | undefined
  /** What the app said, where a decorator changed it. */
  readonly originResponse?: { readonly status: number; readonly bytes: number }
  /** The app's answer named a span of its own in this trace: it has an SDK. */
  readonly appSpan?: true
  /** The path's last segment ends in an extension. */
  readonly isFile: boolean
  readonly upgrade?: UpgradeRecord
  readonly eventStream?: EventStreamRecord
  readonly outcome: Outcome
  readonly error?: ExchangeError
  readonly decorators?: readonly DecoratorNote[]
  /** Added by the observer to what was slow or failed. */
  readonly resources?: ResourceWindow
}

/** Must not throw and must not block. */
export type ExchangeSink = (exchange: Exchange) => void

/**
 * The body of a request, kept by opt-in so that the request can be sent again. It goes beside its exchange and is no part of it: who
 * shows exchanges has no body to show.
 */
export interface KeptBody {
  readonly exchangeId: number
  /** Whole, without the framing of its transfer; a content coding is left as it was. */
  readonly bytes: Uint8Array
  readonly contentType?: string
  readonly contentEncoding?: string
}

/** Where the tunnel leaves what it recorded. */
export type RecordSink = (exchange: Exchange, body?: KeptBody) => void

const EXTENSION = /\.[0-9a-z]+$/i

/** Whether a path (without its query) names a file: its last segment ends in an extension. */
export function isFilePath(path: string): boolean {
  return EXTENSION.test(path)
}
