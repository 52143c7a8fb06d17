/** Spans, small and told apart by their id, for the tests of delivery: as the SDK has them, and as exchanges. */
import { emptyResource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { SpanOwner } from '../../otel/spans.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'
import { exchangeOf } from './observed.ts'

export const OWNER: SpanOwner = {
  methods: new Set(KNOWN_METHODS),
  appInstrumented: false,
  resource: emptyResource(),
  scope: { name: 'podspan', version: '0' },
}

const spanIdOf = (id: number): string => id.toString(16).padStart(16, '0')

/** Whose span has this id. */
export function tracedOf(id: number): Exchange {
  return exchangeOf(id, { trace: { traceId: '1'.repeat(32), spanId: spanIdOf(id), sampled: true, random: false } })
}

export function spanOf(id: number): ReadableSpan {
  const spanContext = { traceId: '1'.repeat(32), spanId: spanIdOf(id), traceFlags: 1 }
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
