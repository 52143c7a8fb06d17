import { emptyResource } from '@opentelemetry/resources'
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { SeriesTable } from '../../otel/series.ts'
import type { MetricForm } from '../../src/config-otel.ts'

function table(form: Partial<MetricForm> = {}, seriesMax = 10) {
  let seconds = 100
  const it = new SeriesTable({
    histograms: [
      { name: 'a', unit: 's', description: '', boundaries: [1] },
      { name: 'b', unit: 'By', description: '', boundaries: [1] },
    ],
    form: { temporality: 'cumulative', histograms: 'explicit_bucket_histogram', ...form },
    seriesMax,
    resource: emptyResource(),
    scope: { name: 't', version: '0' },
    now: () => [seconds++, 0],
  })
  const record = (key: string, ...values: number[]) => {
    const buckets = it.bucketsOf(key, () => ({ key }))
    for (const [at, value] of values.entries()) buckets[at]?.record(value)
  }
  const metrics = async () => (await it.collect()).resourceMetrics.scopeMetrics[0]?.metrics ?? []
  return { record, metrics }
}

test('cumulative series go on from their start', async () => {
  const { record, metrics } = table()
  record('x', 0.5, 3)
  await metrics()
  record('x', 2, 4)
  const [a, b] = await metrics()
  expect(a).toMatchObject({
    descriptor: { name: 'a', unit: 's' },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: [{ startTime: [100, 0], attributes: { key: 'x' }, value: { count: 2, sum: 2.5 } }],
  })
  expect(b?.dataPoints[0]?.value).toMatchObject({ count: 2, sum: 7, min: 3, max: 4 })
})

test.each(['delta', 'lowmemory'] as const)(
  'with %s each collection begins where the last one ended',
  async (temporality) => {
    const { record, metrics } = table({ temporality })
    record('x', 1)
    const [first] = await metrics()
    record('x', 1)
    const [second] = await metrics()
    expect(second?.aggregationTemporality).toBe(AggregationTemporality.DELTA)
    expect(second?.dataPoints).toMatchObject([{ startTime: first?.dataPoints[0]?.endTime, value: { count: 1 } }])
    expect(await metrics()).toEqual([])
  },
)

test('exponential where it is asked for', async () => {
  const { record, metrics } = table({ histograms: 'base2_exponential_bucket_histogram' })
  record('x', 1)
  expect((await metrics())[0]?.dataPointType).toBe(DataPointType.EXPONENTIAL_HISTOGRAM)
})

test('past the bound what is new shares one series, and what was known goes on', async () => {
  const { record, metrics } = table({}, 3)
  for (const key of ['x', 'y', 'z', 'w', 'x']) record(key, 1)
  const [a] = await metrics()
  expect(a?.dataPoints.map(({ attributes, value }) => [attributes, (value as { count: number }).count])).toEqual([
    [{ key: 'x' }, 2],
    [{ key: 'y' }, 1],
    [{ 'otel.metric.overflow': true }, 2],
  ])
})
