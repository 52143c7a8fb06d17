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
import { Delivery } from './delivery.ts'
import type { Sender } from './sender.ts'
import { SpanBytes } from './span-bytes.ts'
import { type SpanOwner, toSpan } from './spans.ts'

const TEMPORALITIES = {
  cumulative: CumulativeTemporalitySelector,
  delta: DeltaTemporalitySelector,
  lowmemory: LowMemoryTemporalitySelector,
} as const
const EXPONENTIAL: AggregationOption = { type: AggregationType.EXPONENTIAL_HISTOGRAM }

/** How spans wait and leave: as bytes, or as the SDK's spans where its serialiser writes them (JSON). */
interface SpanForm<Item> {
  readonly itemOf: (exchange: Exchange) => Item
  readonly bytesOf: (item: Item) => number
  readonly encode: (items: Item[]) => Uint8Array
}

export class SpanDelivery {
  readonly #delivery: Delivery<unknown>
  readonly #form: SpanForm<unknown>

  constructor(sender: Sender<ReadableSpan[]>, owner: SpanOwner) {
    this.#form = (sender.codec.encoding === 'protobuf' ? binary(owner) : objects(owner, sender)) as SpanForm<unknown>
    const { encode } = this.#form
    this.#delivery = new Delivery({ ...sender, signal: 'span', batchMax: sender.limits.spanBatchMax, encode })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  /** Takes an exchange whose span was counted as created. */
  add(exchange: Exchange): void {
    const item = this.#form.itemOf(exchange)
    this.#delivery.add({ item, count: 1, bytes: this.#form.bytesOf(item) })
  }

  close(): Promise<void> {
    return this.#delivery.close()
  }

  abandon(): Promise<void> {
    return this.#delivery.abandon()
  }
}

function binary(owner: SpanOwner): SpanForm<Uint8Array> {
  const bytes = new SpanBytes(owner)
  return {
    itemOf: (exchange) => bytes.spanOf(exchange),
    bytesOf: ({ length }) => length + BUFFER_BYTES,
    encode: (spans) => bytes.requestOf(spans),
  }
}

function objects(owner: SpanOwner, { codec }: Sender<ReadableSpan[]>): SpanForm<ReadableSpan> {
  return { itemOf: (exchange) => toSpan(exchange, owner), bytesOf: recordBytes, encode: codec.encode }
}

/** The same for log records, which no SDK hands over: they are made of exchanges at once. */
export class LogDelivery {
  readonly #delivery: Delivery<ReadableLogRecord>

  constructor({ codec, ...options }: Sender<ReadableLogRecord[]>) {
    this.#delivery = new Delivery({
      ...options,
      signal: 'log',
      batchMax: options.limits.spanBatchMax,
      encode: codec.encode,
    })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  /** Takes a record that was counted as created. */
  add(record: ReadableLogRecord): void {
    this.#delivery.add({ item: record, count: 1, bytes: recordBytes(record) })
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
    this.#delivery = new Delivery({
      ...options,
      signal: 'metric',
      batchMax: 1,
      encode: ([body = new Uint8Array()]) => body,
    })
  }

  get state(): BackendState {
    return this.#delivery.state
  }

  export(metrics: ResourceMetrics, done: (outcome: { readonly code: number }) => void): void {
    const points = metrics.scopeMetrics.flatMap((scope) => scope.metrics.map((metric) => metric.dataPoints.length))
    const count = points.reduce((sum, length) => sum + length, 0)
    const body = this.#encode(metrics)
    this.#ledger.created('metric', count)
    this.#delivery.add({ item: body, count, bytes: body.length })
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

/** What a Buffer costs beside its bytes. */
const BUFFER_BYTES = 100
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
