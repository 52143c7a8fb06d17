/**
 * Series of histograms that share their labels, given to the SDK's reader as a MetricProducer. Their number is bounded: past
 * it all that is new is one series more, which says so (`otel.metric.overflow`), and nothing is lost but its labels.
 */
import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type ExponentialHistogramMetricData,
  type HistogramMetricData,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { MetricForm } from '../src/config-otel.ts'
import { type Buckets, ExplicitBuckets, ExponentialBuckets } from './buckets.ts'

export interface HistogramForm {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly boundaries: readonly number[]
}

export interface SeriesOptions {
  /** One for each value that is recorded together. */
  readonly histograms: readonly HistogramForm[]
  readonly form: MetricForm
  readonly seriesMax: number
  readonly resource: Resource
  readonly scope: { readonly name: string; readonly version: string }
  readonly now: () => HrTime
}

interface OneSeries {
  readonly attributes: Attributes
  readonly buckets: Buckets[]
}

const OVERFLOW = { 'otel.metric.overflow': true }

export class SeriesTable implements MetricProducer {
  readonly #options: SeriesOptions
  readonly #series = new Map<string, OneSeries>()
  #startTime: HrTime

  constructor(options: SeriesOptions) {
    this.#options = options
    this.#startTime = options.now()
  }

  /** The buckets of this series, one for each histogram; `attributes` is asked only for a key that is new. */
  bucketsOf(key: string, attributes: () => Attributes): readonly Buckets[] {
    const known = this.#series.get(key)
    if (known !== undefined) return known.buckets
    // One place is kept for the overflow itself.
    if (key !== '' && this.#series.size >= this.#options.seriesMax - 1) return this.bucketsOf('', () => OVERFLOW)
    const { histograms, form } = this.#options
    const isExponential = form.histograms === 'base2_exponential_bucket_histogram'
    const buckets = histograms.map(({ boundaries }) =>
      isExponential ? new ExponentialBuckets() : new ExplicitBuckets(boundaries),
    )
    this.#series.set(key, { attributes: attributes(), buckets })
    return buckets
  }

  /** With delta temporality each collection begins anew. */
  async collect(): Promise<CollectionResult> {
    const { histograms, form, resource, scope, now } = this.#options
    const endTime = now()
    const isDelta = form.temporality !== 'cumulative'
    const metrics = histograms.map((histogram, at) => this.#metric(histogram, at, endTime, isDelta))
    if (isDelta) {
      this.#series.clear()
      this.#startTime = endTime
    }
    const present = metrics.filter(({ dataPoints }) => dataPoints.length > 0)
    const scopeMetrics = present.length === 0 ? [] : [{ scope, metrics: present }]
    return { resourceMetrics: { resource, scopeMetrics }, errors: [] }
  }

  #metric({ name, unit, description }: HistogramForm, at: number, endTime: HrTime, isDelta: boolean): MetricData {
    const isExponential = this.#options.form.histograms === 'base2_exponential_bucket_histogram'
    const startTime = this.#startTime
    const dataPoints = [...this.#series.values()].flatMap(({ attributes, buckets }) => {
      const one = buckets[at]
      return one === undefined || one.count === 0 ? [] : [{ startTime, endTime, attributes, value: one.value() }]
    })
    return {
      descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      dataPointType: isExponential ? DataPointType.EXPONENTIAL_HISTOGRAM : DataPointType.HISTOGRAM,
      dataPoints,
    } as HistogramMetricData | ExponentialHistogramMetricData
  }
}
