import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExplicitBuckets, ExponentialBuckets } from '../../otel/buckets.ts'

const BOUNDARIES = [0, 1, 2.5, 10, 1_000]
const values = fc.array(
  fc.oneof(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), fc.constantFrom(0, 1, 2.5, 10, 1_000, 1e-9, 1e12)),
  { minLength: 1, maxLength: 200 },
)

/** What the SDK makes of the same values. */
async function bySdk(recorded: readonly number[], type: 'explicit' | 'exponential'): Promise<unknown> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
  const aggregation =
    type === 'explicit'
      ? { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM as const, options: { boundaries: BOUNDARIES } }
      : { type: AggregationType.EXPONENTIAL_HISTOGRAM as const }
  const provider = new MeterProvider({ readers: [reader], views: [{ instrumentName: 'h', aggregation }] })
  const histogram = provider.getMeter('t').createHistogram('h')
  for (const value of recorded) histogram.record(value)
  await provider.forceFlush()
  const [metrics] = exporter.getMetrics()
  await provider.shutdown()
  return metrics?.scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.value
}

test("explicit buckets are the same as the SDK's", async () => {
  await fc.assert(
    fc.asyncProperty(values, async (recorded) => {
      const buckets = new ExplicitBuckets(BOUNDARIES)
      for (const value of recorded) buckets.record(value)
      expect(buckets.value()).toEqual(await bySdk(recorded, 'explicit'))
      expect(buckets.count).toBe(recorded.length)
    }),
  )
})

test("exponential buckets have the scale and the counts of the SDK's, but for values on the very edge", async () => {
  await fc.assert(
    fc.asyncProperty(values, async (recorded) => {
      const buckets = new ExponentialBuckets()
      for (const value of recorded) buckets.record(value)
      const ours = buckets.value()
      const theirs = (await bySdk(recorded, 'exponential')) as typeof ours
      expect(ours).toMatchObject({ count: theirs.count, sum: theirs.sum, min: theirs.min, max: theirs.max })
      expect(ours.zeroCount).toBe(theirs.zeroCount)
      expect(ours.positive.bucketCounts.length).toBeLessThanOrEqual(160)
      expect(ours.positive.bucketCounts.reduce((sum, count) => sum + count, 0)).toBe(ours.count - ours.zeroCount)
      // Each value lies within the bucket that counts it: the lowest and the highest show the ends.
      const base = 2 ** (2 ** -ours.scale)
      const positive = recorded.filter((value) => value > 0)
      if (positive.length === 0) return
      expect(Math.abs(ours.scale - theirs.scale)).toBeLessThanOrEqual(1)
      const { offset, bucketCounts } = ours.positive
      expect(Math.min(...positive)).toBeGreaterThanOrEqual(base ** offset * (1 - 1e-9))
      expect(Math.max(...positive)).toBeLessThanOrEqual(base ** (offset + bucketCounts.length) * (1 + 1e-9))
    }),
  )
})
