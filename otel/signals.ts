/** Each signal joined to a Delivery: spans and log records one by one, metrics as whole collections. */

import {
  CumulativeTemporalitySelector,
  DeltaTemporalitySelector,
  LowMemoryTemporalitySelector,
} from '@opentelemetry/exporter-metrics-otlp-http'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import {
  type AggregationOption,
  type AggregationSelector,
  type AggregationTemporalitySelector,
  AggregationType,
  InstrumentType,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { MetricForm } from '../src/config-otel.ts'
import type { Exchange } from '../src/exchange.ts'
import type { BackendState, Ledger } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import { type Backlog, type BacklogBounds, ItemBacklog } from './backlog.ts'
import { Delivery } from './delivery.ts'
import type { Sender } from './sender.ts'
import { SpanBacklog } from './span-backlog.ts'
import { type SpanOwner, toSpan } from './spans.ts'

const TEMPORALITIES = {
  cumulative: CumulativeTemporalitySelector,
  delta: DeltaTemporalitySelector,
  lowmemory: LowMemoryTemporalitySelector,
} as const
const EXPONENTIAL: AggregationOption = { type: AggregationType.EXPONENTIAL_HISTOGRAM }

export class SpanDelivery {
  readonly #delivery: Delivery<unknown>
  /** What waits: spans as bytes are made of the exchange in the backlog itself. */
  readonly #itemOf: (exchange: Exchange) => unknown

  constructor(sender: Sender<ReadableSpan[]>, owner: SpanOwner) {
    const bounds = boundsOf(sender.limits)
    const isBinary = sender.codec.encoding === 'protobuf'
    const backlog = isBinary
      ? new SpanBacklog(bounds, owner)
      : new ItemBacklog(bounds, recordBytes, sender.codec.encode)
    this.#itemOf = isBinary ? (exchange) => exchange : (exchange) => toSpan(exchange, owner)
    this.#delivery = new Delivery({ ...sender, signal: 'span', backlog: backlog as Backlog<unknown> })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  /** Takes an exchange whose span was counted as created. */
  add(exchange: Exchange): void {
    this.#delivery.add(this.#itemOf(exchange))
  }

  close(): Promise<void> {
    return this.#delivery.close()
  }

  abandon(): Promise<void> {
    return this.#delivery.abandon()
  }
}

/** The same for log records, which no SDK hands over: they are made of exchanges at once. */
export class LogDelivery {
  readonly #delivery: Delivery<ReadableLogRecord>

  constructor({ codec, ...options }: Sender<ReadableLogRecord[]>) {
    const backlog = new ItemBacklog(boundsOf(options.limits), recordBytes, codec.encode)
    this.#delivery = new Delivery({ ...options, signal: 'log', backlog })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  /** Takes a record that was counted as created. */
  add(record: ReadableLogRecord): void {
    this.#delivery.add(record)
  }

  close(): Promise<void> {
    return this.#delivery.close()
  }

  abandon(): Promise<void> {
    return this.#delivery.abandon()
  }
}

/** The same around a metric reader. An item is a data point; a collection is written down at once, for its values live on. */
export class MetricDelivery implements PushMetricExporter {
  readonly #delivery: Delivery<Uint8Array>
  readonly #encode: (metrics: ResourceMetrics) => Uint8Array
  readonly #ledger: Ledger
  readonly selectAggregationTemporality: AggregationTemporalitySelector
  readonly selectAggregation: AggregationSelector

  constructor({ codec, ...options }: Sender<ResourceMetrics>, { temporality, histograms }: MetricForm) {
    this.#encode = codec.encode
    this.#ledger = options.ledger
    this.selectAggregationTemporality = TEMPORALITIES[temporality]
    const isExponential = histograms === 'base2_exponential_bucket_histogram'
    this.selectAggregation = (type) =>
      isExponential && type === InstrumentType.HISTOGRAM ? EXPONENTIAL : { type: AggregationType.DEFAULT }
    // Two collections are not one message: each goes alone.
    const bounds = { ...boundsOf(options.limits), batchMax: 1 }
    const backlog = new ItemBacklog<Uint8Array>(
      bounds,
      ({ length }) => length,
      ([body = new Uint8Array()]) => body,
    )
    this.#delivery = new Delivery({ ...options, signal: 'metric', backlog })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  export(metrics: ResourceMetrics, done: (outcome: { readonly code: number }) => void): void {
    const points = metrics.scopeMetrics.flatMap((scope) => scope.metrics.map((metric) => metric.dataPoints.length))
    const count = points.reduce((sum, length) => sum + length, 0)
    const body = this.#encode(metrics)
    this.#ledger.created('metric', count)
    this.#delivery.add(body, count)
    // What becomes of it will stand in the ledger; the reader would only say it again.
    done({ code: 0 })
  }

  /** The same for a second reader, whose end is not the end of the delivery. */
  shared(): PushMetricExporter {
    return {
      selectAggregationTemporality: this.selectAggregationTemporality,
      selectAggregation: this.selectAggregation,
      export: (metrics, done) => this.export(metrics, done),
      forceFlush: () => this.forceFlush(),
      shutdown: () => Promise.resolve(),
    }
  }

  forceFlush(): Promise<void> {
    return this.#delivery.flush()
  }

  /** Before the reader's own shutdown, which flushes first. */
  hurry(): void {
    this.#delivery.hurry()
  }

  shutdown(): Promise<void> {
    return this.#delivery.close()
  }

  abandon(): Promise<void> {
    return this.#delivery.abandon()
  }
}

function boundsOf({ spanQueueMax, spanQueueBytesMax, spanBatchMax }: Limits): BacklogBounds {
  return { countMax: spanQueueMax, bytesMax: spanQueueBytesMax, batchMax: spanBatchMax }
}

/** The objects of a span or a record; measured on Node 26 with 22 attributes, within a fifth. */
const SPAN_BYTES = 700
const ATTRIBUTE_BYTES = 40

/** Good enough for a bound: texts are what a client can make long. */
function recordBytes({ attributes }: Pick<ReadableSpan, 'attributes'>): number {
  let bytes = SPAN_BYTES
  for (const name in attributes) {
    const value = attributes[name]
    bytes += ATTRIBUTE_BYTES
    if (typeof value === 'string') bytes += value.length
    else if (Array.isArray(value)) for (const each of value) bytes += String(each).length
  }
  return bytes
}
