/**
 * One small request to a backend, by the very way that telemetry takes: a span that says what it is, or of metrics and log
 * records a request with none in it, which OTLP allows and nobody stores. It tells what came of it and judges nothing.
 */
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Clock } from '../src/clock.ts'
import type { SignalSettings } from '../src/config-otlp.ts'
import type { Limits } from '../src/limits.ts'
import type { Requests } from './otlp.ts'
import { PODSPAN_CHECK } from './podspan-names.ts'
import type { Reply } from './policy.ts'
import { type Carrier, createCarrier } from './sender.ts'
import { hrTime } from './spans.ts'
import type { HeardAnswer } from './transport.ts'

export interface CanaryOptions {
  readonly settings: SignalSettings
  /** The app's. */
  readonly resource: Readonly<Record<string, string>>
  readonly version: string
  /** Of the span. */
  readonly traceId: string
  readonly spanId: string
  readonly clock: Clock
  readonly limits: Limits
  readonly over: AbortSignal
}

export interface Canary {
  readonly reply: Reply
  /** Over HTTP, when there was an answer. */
  readonly heard: HeardAnswer | undefined
  /** What an OTLP backend's answer is of. */
  readonly contentType: string
}

const NAME = 'podspan check'
const SCOPE_NAME = 'podspan'

export async function sendCanary(signal: keyof Requests, options: CanaryOptions): Promise<Canary> {
  const { settings, version, clock, limits, over } = options
  let heard: HeardAnswer | undefined
  const carrying = {
    clock,
    limits,
    userAgent: `${SCOPE_NAME}-check/${version}`,
    // Files that cannot be read are looked for by whoever asks.
    say: () => {},
    heard: (answer: HeardAnswer) => {
      heard = answer
    },
  }
  const { body, carrier } = await SONGS[signal](carrying, settings, options)
  const reply = await carrier.transport.send(body, over)
  carrier.transport.close()
  return { reply, heard, contentType: carrier.codec.contentType }
}

type Song = (
  carrying: Parameters<typeof createCarrier>[2],
  settings: SignalSettings,
  options: CanaryOptions,
) => Promise<{ readonly body: Uint8Array; readonly carrier: Carrier<never> }>

const SONGS: Readonly<Record<keyof Requests, Song>> = {
  async traces(carrying, settings, options) {
    const carrier = await createCarrier('traces', settings, carrying)
    return { carrier, body: carrier.codec.encode([spanOf(options)]) }
  },
  async metrics(carrying, settings, options) {
    const carrier = await createCarrier('metrics', settings, carrying)
    return { carrier, body: carrier.codec.encode({ resource: resourceOf(options), scopeMetrics: [] }) }
  },
  async logs(carrying, settings) {
    const carrier = await createCarrier('logs', settings, carrying)
    return { carrier, body: carrier.codec.encode([]) }
  },
}

function resourceOf({ resource }: CanaryOptions): Resource {
  return defaultResource().merge(resourceFromAttributes(resource))
}

/** Of no length, and of no request: nobody counts it among them. */
function spanOf(options: CanaryOptions): ReadableSpan {
  const { traceId, spanId, clock, version } = options
  const at = hrTime(clock.wallMs())
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
  return {
    name: NAME,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    startTime: at,
    endTime: at,
    duration: [0, 0],
    status: { code: SpanStatusCode.UNSET },
    attributes: { [PODSPAN_CHECK]: true },
    links: [],
    events: [],
    ended: true,
    resource: resourceOf(options),
    instrumentationScope: { name: SCOPE_NAME, version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}
