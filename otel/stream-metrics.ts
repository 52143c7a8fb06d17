/** Exchanges that stay open → their lifetime and their messages. A stream has no request duration. */
import type { Meter } from '@opentelemetry/api'
import type { Exchange } from '../src/exchange.ts'
import * as names from './attributes.ts'

/** Seconds, up to a day: a stream lives as long as people look at a page. */
const STREAM_BUCKETS = [0.1, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400]

/** Connections and answers that stay open: how long, and how many messages they carried where that is known. */
export function streamMetrics(meter: Meter): (exchange: Exchange) => void {
  const duration = meter.createHistogram('podspan.stream.duration', {
    unit: 's',
    description: 'Lifetime of WebSockets, event streams and other connections that stay open.',
    advice: { explicitBucketBoundaries: STREAM_BUCKETS },
  })
  const messages = meter.createCounter('podspan.stream.messages', {
    unit: '{message}',
    description: 'WebSocket messages and server-sent events, added when their stream has ended.',
  })
  return (exchange) => {
    const kind = streamKind(exchange)
    if (kind === undefined) return
    const attributes = { [names.PODSPAN_STREAM_KIND]: kind }
    const count = (direction: 'in' | 'out', counted: number | undefined): void => {
      if (counted !== undefined) messages.add(counted, { ...attributes, [names.PODSPAN_STREAM_DIRECTION]: direction })
    }
    duration.record(exchange.durationMs / 1e3, attributes)
    count('in', exchange.upgrade?.messagesIn)
    count('out', exchange.upgrade?.messagesOut ?? exchange.eventStream?.events)
  }
}

/** The protocol is the client's to choose, so all but the known one are one kind. */
function streamKind({
  request,
  upgrade,
  eventStream,
}: Exchange): 'websocket' | 'sse' | 'opaque' | 'other-upgrade' | undefined {
  if (upgrade === undefined) return eventStream === undefined ? undefined : 'sse'
  if (request === undefined) return 'opaque'
  return upgrade.protocol.trim().toLowerCase() === 'websocket' ? 'websocket' : 'other-upgrade'
}
