import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { ledgerMetrics, requestMetrics, resourceMetrics } from '../../otel/metrics.ts'
import { Ledger } from '../../src/ledger.ts'
import { exchangeOf } from '../support/observed.ts'

async function collect(
  use: (provider: MeterProvider) => void,
): Promise<Map<string, { value: unknown; attributes: object }[]>> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
  const provider = new MeterProvider({ readers: [reader] })
  use(provider)
  await provider.forceFlush()
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  await provider.shutdown()
  return new Map(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value, attributes }) => ({ value, attributes })),
    ]),
  )
}

test('ten thousand paths, methods and hosts make one series', async () => {
  const found = await collect((provider) => {
    const requests = requestMetrics(provider.getMeter('t'), () => 3)
    for (let each = 0; each < 10_000; each++) {
      const request = {
        method: `M${each}`,
        path: `/${each}`,
        host: `h${each}`,
        scheme: 'http',
        httpVersion: '1.1',
        bytes: 1,
      }
      requests.record(exchangeOf(1, { request, response: { status: 200, reason: 'OK', bytes: 2 } }))
    }
  })
  const series = found.get('http.server.request.duration')
  expect(series).toHaveLength(1)
  expect(series?.[0]).toMatchObject({
    value: { count: 10_000 },
    attributes: { 'http.request.method': '_OTHER', 'http.response.status_code': 200, 'url.scheme': 'http' },
  })
  expect(found.get('http.server.active_requests')?.[0]?.value).toBe(3)
})

test('an upgraded connection is no request duration', async () => {
  const found = await collect((provider) => {
    const upgrade = { protocol: 'websocket', bytesIn: 1, bytesOut: 1 }
    requestMetrics(provider.getMeter('t'), () => 0).record(exchangeOf(1, { upgrade }))
  })
  expect(found.get('http.server.request.duration') ?? []).toEqual([])
})

test('a figure that could not be read makes no point', async () => {
  const node = { totalMemoryBytes: 10, freeMemoryBytes: 1, availableMemoryBytes: 4, cpus: [] }
  const container = {
    cgroup: 'v2',
    scope: 'self',
    memory: { usageBytes: 5, limitBytes: 9, workingSetBytes: 4 },
    cpu: {},
  } as const
  const found = await collect((provider) =>
    resourceMetrics(provider.getMeter('t'), () => ({ atMonotonicMs: 0, container, node })),
  )
  const values = Object.fromEntries(
    [...found].map(([name, points]) => [name, points.map(({ value }) => value)]).filter(([, points]) => points?.length),
  )
  expect(values).toEqual({
    'container.memory.usage': [5],
    'container.memory.working_set': [4],
    'container.memory.available': [5],
    'podspan.container.memory.limit': [9],
    'system.memory.limit': [10],
    'system.memory.usage': [6],
  })
})

test('the books are metrics too', async () => {
  const ledger = new Ledger()
  ledger.ended('exchange', 'exported', 3)
  ledger.dropped('span', 'queue_full', 2)
  const found = await collect((provider) => ledgerMetrics(provider.getMeter('t'), ledger))
  const points = found.get('podspan.telemetry.items') ?? []
  const spans = points.filter(
    ({ attributes }) => 'podspan.signal' in attributes && attributes['podspan.signal'] === 'span',
  )
  expect(spans).toContainEqual({ value: 3, attributes: { 'podspan.signal': 'span', 'podspan.item.state': 'created' } })
  expect(spans).toContainEqual({
    value: 2,
    attributes: { 'podspan.signal': 'span', 'podspan.item.state': 'dropped', 'podspan.drop.reason': 'queue_full' },
  })
})
