/**
 * Exchanges → durations and sizes of requests. Every label comes from a fixed set or is folded to `_OTHER` here: the SDK's
 * own limit lets memory grow all the same, and labels that clients choose are series without end.
 */
import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import type { Exchange } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { serverAttributes } from './spans.ts'
import { streamMetrics } from './stream-metrics.ts'

/** Seconds; the boundaries the semantic conventions advise. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Bytes: the SDK's defaults end at 10,000, where bodies begin. */
const SIZE_BUCKETS = [0, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

export interface RequestMetricsOptions {
  readonly meter: Meter
  readonly inflightCount: () => number
  readonly methods: ReadonlySet<string>
  /** The app measures its requests itself: ours go by a name of their own. */
  readonly appInstrumented: boolean
  /** Hosts that the app calls and that are labels; more are one. */
  readonly hostsMax: number
}

export interface RequestMetrics {
  record(exchange: Exchange): void
}

interface Instruments {
  readonly duration: Histogram
  readonly requestSize: Histogram
  readonly responseSize: Histogram
}

export function requestMetrics(options: RequestMetricsOptions): RequestMetrics {
  const { meter, inflightCount, methods, appInstrumented, hostsMax } = options
  const server = instruments(meter, appInstrumented ? 'podspan.server' : 'http.server')
  const client = instruments(meter, 'http.client')
  const recordStream = streamMetrics(meter)
  const hosts = new KnownHosts(hostsMax)
  meter
    .createObservableUpDownCounter('http.server.active_requests', { unit: '{request}' })
    .addCallback((result) => result.observe(inflightCount(), { [names.URL_SCHEME]: 'http' }))
  return {
    record(exchange) {
      recordStream(exchange)
      if (exchange.upgrade !== undefined) return
      const isClient = exchange.kind === 'client'
      const { duration, requestSize, responseSize } = isClient ? client : server
      const attributes = { ...labels(exchange, methods), ...(isClient ? hosts.labels(exchange) : {}) }
      // The lifetime of a stream is not a request duration; the bytes of its answer are bytes all the same.
      if (exchange.eventStream === undefined) duration.record(exchange.durationMs / 1e3, attributes)
      requestSize.record(exchange.request?.bytes ?? 0, attributes)
      responseSize.record(exchange.response?.bytes ?? 0, attributes)
    },
  }
}

function instruments(meter: Meter, prefix: string): Instruments {
  const size = { unit: 'By', advice: { explicitBucketBoundaries: SIZE_BUCKETS } }
  return {
    duration: meter.createHistogram(`${prefix}.request.duration`, {
      unit: 's',
      description: 'Duration of HTTP requests.',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS },
    }),
    requestSize: meter.createHistogram(`${prefix}.request.body.size`, size),
    responseSize: meter.createHistogram(`${prefix}.response.body.size`, size),
  }
}

function labels(exchange: Exchange, methods: ReadonlySet<string>): Attributes {
  const { request, response, forwarded, kind } = exchange
  const errorType = errorTypeOf(exchange)
  const route = kind === 'client' ? names.URL_TEMPLATE : names.HTTP_ROUTE
  return {
    [names.HTTP_REQUEST_METHOD]: names.methodOf(request?.method, methods).method,
    [names.URL_SCHEME]: forwarded?.proto ?? request?.scheme ?? 'http',
    ...(request?.route === undefined ? {} : { [route]: request.route }),
    ...(response === undefined ? {} : { [names.HTTP_RESPONSE_STATUS_CODE]: response.status }),
    ...(errorType === undefined ? {} : { [names.ERROR_TYPE]: errorType }),
    ...(request === undefined ? {} : { [names.NETWORK_PROTOCOL_VERSION]: request.httpVersion }),
  }
}

/** The first hosts that the app calls, by name and port; whatever comes after them is `_OTHER`. */
class KnownHosts {
  readonly #max: number
  readonly #known = new Map<string, Attributes>()

  constructor(max: number) {
    this.#max = max
  }

  labels({ request }: Exchange): Attributes {
    const host = request?.host ?? ''
    const known = this.#known.get(host)
    if (known !== undefined) return known
    if (this.#known.size >= this.#max) return { [names.SERVER_ADDRESS]: names.OTHER }
    const attributes = serverAttributes(host, request?.scheme ?? 'http')
    this.#known.set(host, attributes)
    return attributes
  }
}
