/**
 * The one door from here to otel/: sends a canary by the way that telemetry takes, and tells what came of it in words of our
 * own. Without otel/ it says so.
 */
import type { SignalSettings } from '../config-otlp.ts'
import type { Asking } from './ask.ts'
import { NO_TIME, within } from './dial.ts'
import type { TimeTold } from './finding.ts'
import { saidBy } from './said.ts'

export type SignalName = 'traces' | 'metrics' | 'logs'

export interface Sent {
  readonly kind: 'accepted' | 'refused' | 'unsupported' | 'failed'
  /** Of a partial success. */
  readonly rejected: number
  /** The transport's own word for what went wrong: `ECONNREFUSED`, `16 UNAUTHENTICATED: ...`; and what a partial success says. */
  readonly reason: string
  /** Over HTTP, when there was an answer. */
  readonly http: HttpAnswer | undefined
  readonly tookMs: number
  /** Of the span. */
  readonly traceId: string
  readonly told: readonly TimeTold[]
}

export interface HttpAnswer {
  readonly status: number
  /** Of the answer, and what an OTLP backend's would be. */
  readonly contentType: string
  readonly otlpContentType: string
  readonly isEmpty: boolean
  readonly location: string | undefined
  readonly retryAfter: string | undefined
  /** What it says for people, printable. */
  readonly text: string
}

export async function send(
  signal: SignalName,
  settings: SignalSettings,
  resource: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<Sent | undefined> {
  const { clock, limits, version, stopped } = asking
  const otel = await import('../../otel/canary.ts').catch(() => undefined)
  if (otel === undefined) return undefined
  const digits = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')
  const ids = { traceId: digits.slice(0, 32), spanId: digits.slice(32) }
  const over = within(clock, Math.min(limits.checkMs, settings.timeoutMs ?? limits.checkMs), stopped)
  const askedAtMs = clock.wallMs()
  const { reply, heard, contentType } = await otel.sendCanary(signal, {
    ...{ settings, resource, version, clock, limits, over },
    ...ids,
  })
  const heardAtMs = clock.wallMs()
  const date = heard?.headers.date
  return {
    kind: reply.kind,
    rejected: reply.kind === 'accepted' ? reply.rejected : 0,
    reason: over.aborted ? NO_TIME : reasonOf(reply),
    http: heard && {
      status: heard.status,
      contentType: heard.headers['content-type'] ?? '',
      otlpContentType: contentType,
      isEmpty: heard.body.length === 0,
      location: heard.headers.location,
      retryAfter: heard.headers['retry-after'],
      text: saidBy(heard.body, heard.headers['content-type'] ?? ''),
    },
    tookMs: heardAtMs - askedAtMs,
    traceId: ids.traceId,
    told: date === undefined ? [] : [{ by: 'the collector', date, askedAtMs, heardAtMs }],
  }
}

function reasonOf(reply: object): string {
  if ('reason' in reply) return String(reply.reason)
  return 'message' in reply ? String(reply.message) : ''
}
