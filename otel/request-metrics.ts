/** Exchanges → durations and sizes of requests, counted in the series of their labels. */
import type { Meter } from '@opentelemetry/api'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { Exchange } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { RequestLabels, type RequestLabelsOptions } from './request-labels.ts'
import { type HistogramForm, type SeriesOptions, SeriesTable } from './series.ts'

/** Seconds; the boundaries the semantic conventions advise. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Bytes: the SDK's defaults end at 10,000, where bodies begin. */
const SIZE_BUCKETS = [0, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

export interface RequestMetricsOptions extends Omit<SeriesOptions, 'histograms'>, RequestLabelsOptions {
  /** The app measures its requests itself: ours go by a name of their own. */
  readonly appInstrumented: boolean
}

export class RequestMetrics {
  readonly #labels: RequestLabels
  readonly #server: SeriesTable
  readonly #client: SeriesTable

  constructor(options: RequestMetricsOptions) {
    this.#labels = new RequestLabels(options)
    const prefix = options.appInstrumented ? 'podspan.server' : 'http.server'
    this.#server = new SeriesTable({ ...options, histograms: forms(prefix) })
    this.#client = new SeriesTable({ ...options, histograms: forms('http.client') })
  }

  /** What a reader asks besides its meters. */
  get producers(): MetricProducer[] {
    return [this.#server, this.#client]
  }

  record(exchange: Exchange): void {
    if (exchange.upgrade !== undefined) return
    const { kind, request, response, eventStream } = exchange
    const { key, attributes } = this.#labels.of(exchange)
    const buckets = (kind === 'client' ? this.#client : this.#server).bucketsOf(key, attributes)
    // The lifetime of a stream is not a request duration; the bytes of its answer are bytes all the same.
    if (eventStream === undefined) buckets[0]?.record(exchange.durationMs / 1e3)
    buckets[1]?.record(request?.bytes ?? 0)
    buckets[2]?.record(response?.bytes ?? 0)
  }
}

export function activeRequests(meter: Meter, inflightCount: () => number): void {
  meter
    .createObservableUpDownCounter('http.server.active_requests', { unit: '{request}' })
    .addCallback((result) => result.observe(inflightCount(), { [names.URL_SCHEME]: 'http' }))
}

function forms(prefix: string): HistogramForm[] {
  const size = { unit: 'By', boundaries: SIZE_BUCKETS }
  return [
    {
      name: `${prefix}.request.duration`,
      unit: 's',
      description: 'Duration of HTTP requests.',
      boundaries: DURATION_BUCKETS,
    },
    { name: `${prefix}.request.body.size`, description: 'Size of HTTP request bodies.', ...size },
    { name: `${prefix}.response.body.size`, description: 'Size of HTTP response bodies.', ...size },
  ]
}
