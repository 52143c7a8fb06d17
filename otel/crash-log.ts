/** A crash of the app → one log record that lists the requests that went down with it. Pure. */
import { type HrTime, SeverityNumber } from '@opentelemetry/api'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { CrashReport } from '../src/resources/sample.ts'
import * as names from './attributes.ts'
import { hrTime, type SpanOwner } from './spans.ts'

const EVENT = 'podspan.crash'
const WHAT: Readonly<Record<CrashReport['crash']['cause'], string>> = {
  app_oom_killed: 'The app was killed for want of memory',
  app_exited: 'The app exited',
}

export function toCrashRecord(
  { crash, seenAtMs, requests, requestCount }: CrashReport,
  { resource, scope }: Pick<SpanOwner, 'resource' | 'scope'>,
): ReadableLogRecord {
  const seenAt: HrTime = hrTime(seenAtMs)
  return {
    hrTime: seenAt,
    hrTimeObserved: seenAt,
    severityNumber: SeverityNumber.ERROR,
    severityText: 'ERROR',
    body: `${WHAT[crash.cause]}; ${requestCount} requests were in flight`,
    eventName: EVENT,
    resource,
    instrumentationScope: scope,
    attributes: {
      [names.ERROR_TYPE]: `podspan.${crash.cause}`,
      [names.PODSPAN_CRASH_EXCHANGES]: requests.map(({ traceId, method, path }) => `${traceId} ${method} ${path}`),
      [names.PODSPAN_CRASH_EXCHANGE_COUNT]: requestCount,
    },
    droppedAttributesCount: 0,
  }
}
