/**
 * Our own delivery around the exporters: a bounded queue of spans with one batch in flight, and the same books for metrics.
 * The SDK's batch processor drops in silence; here every item that is created ends in the ledger.
 */
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'
import { Courier, type CourierOptions } from './courier.ts'

type Options = Omit<CourierOptions, 'signal'>

export class SpanDelivery implements SpanProcessor {
  readonly #options: Options
  readonly #exporter: SpanExporter
  readonly #courier: Courier
  #queue: ReadableSpan[] = []
  #cancelTimer: (() => void) | undefined
  #sending: Promise<void> | undefined
  #isFlushing = false
  #isClosed = false

  constructor(exporter: SpanExporter, options: Options) {
    this.#options = options
    this.#exporter = exporter
    this.#courier = new Courier({ ...options, signal: 'span' })
  }

  onStart(): void {}

  /** Takes a span that was counted as created. */
  onEnd(span: ReadableSpan): void {
    const { limits, ledger, clock } = this.#options
    if (this.#isClosed) return ledger.dropped('span', 'shutdown')
    if (this.#queue.length >= limits.spanQueueMax) return ledger.dropped('span', 'queue_full')
    this.#queue.push(span)
    if (this.#queue.length >= limits.spanBatchMax) this.#send()
    else this.#cancelTimer ??= clock.after(limits.spanBatchMs, () => void this.forceFlush())
  }

  async forceFlush(): Promise<void> {
    this.#isFlushing = true
    await this.#send()
  }

  async shutdown(): Promise<void> {
    await this.forceFlush()
    this.#isClosed = true
    await this.#exporter.shutdown()
  }

  /** Gives up what has not left: the time is over. */
  abandon(): void {
    this.#isClosed = true
    this.#courier.close()
    this.#options.ledger.dropped('span', 'shutdown', this.#queue.length)
    this.#queue = []
  }

  #send(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#sending ??= this.#loop().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #loop(): Promise<void> {
    const { spanBatchMax } = this.#options.limits
    while (this.#queue.length >= spanBatchMax || (this.#isFlushing && this.#queue.length > 0)) {
      const batch = this.#queue.splice(0, spanBatchMax)
      await this.#courier.send(batch.length, (done) => this.#exporter.export(batch, done))
    }
    this.#isFlushing = false
    const { clock, limits } = this.#options
    if (this.#queue.length > 0) this.#cancelTimer ??= clock.after(limits.spanBatchMs, () => void this.forceFlush())
  }
}

/** The same books around a metric exporter; a metric is a data point. */
export class MetricDelivery implements PushMetricExporter {
  readonly #exporter: PushMetricExporter
  readonly #courier: Courier
  readonly #ledger: Options['ledger']
  readonly selectAggregationTemporality: NonNullable<PushMetricExporter['selectAggregationTemporality']>

  constructor(exporter: PushMetricExporter, options: Options) {
    this.#exporter = exporter
    this.#ledger = options.ledger
    this.#courier = new Courier({ ...options, signal: 'metric' })
    this.selectAggregationTemporality = (type) => exporter.selectAggregationTemporality?.(type) ?? CUMULATIVE
  }

  export(metrics: ResourceMetrics, done: (outcome: { readonly code: number }) => void): void {
    const points = metrics.scopeMetrics.flatMap((scope) => scope.metrics.map((metric) => metric.dataPoints.length))
    const count = points.reduce((sum, length) => sum + length, 0)
    this.#ledger.created('metric', count)
    this.#courier
      .send(count, (sent) => this.#exporter.export(metrics, sent))
      // What became of it stands in the ledger and was said there; the reader would only say it again.
      .then(() => done({ code: 0 }))
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush()
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown()
  }

  abandon(): void {
    this.#courier.close()
  }
}

/** AggregationTemporality.CUMULATIVE, the default of the specification. */
const CUMULATIVE = 1
