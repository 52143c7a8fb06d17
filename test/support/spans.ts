/** Spans as the SDK has them, small and told apart by their id, for the tests of delivery. */
import { emptyResource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

export function spanOf(id: number): ReadableSpan {
  const spanContext = { traceId: '1'.repeat(32), spanId: id.toString(16).padStart(16, '0'), traceFlags: 1 }
  return {
    name: 'GET',
    kind: 1,
    spanContext: () => spanContext,
    startTime: [1, 0],
    endTime: [1, 1],
    duration: [0, 1],
    status: { code: 0 },
    attributes: { 'url.path': '/a', 'http.response.status_code': 200 },
    links: [],
    events: [],
    ended: true,
    resource: emptyResource(),
    instrumentationScope: { name: 'podspan', version: '0' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
