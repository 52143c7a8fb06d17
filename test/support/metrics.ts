/** What instruments tell a reader: name → points, with the values and attributes as the SDK has them. */
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { activeRequests, RequestMetrics, type RequestMetricsOptions } from '../../otel/request-metrics.ts'
import { streamMetrics } from '../../otel/stream-metrics.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'

export async function collect(
  use: (provider: MeterProvider) => void,
  metricProducers: MetricProducer[] = [],
): Promise<Map<string, { value: unknown; attributes: object }[]>> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000, metricProducers })
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

/** What requests and streams tell a reader, wired as they are when podspan runs. */
export function collectRequests(
  use: (record: (exchange: Exchange) => void) => void,
  changes: Partial<RequestMetricsOptions> = {},
): ReturnType<typeof collect> {
  const requests = new RequestMetrics({ ...REQUESTS, ...changes })
  return collect((provider) => {
    const meter = provider.getMeter('t')
    activeRequests(meter, () => 3)
    const streams = streamMetrics(meter)
    use((exchange) => {
      requests.record(exchange)
      streams(exchange)
    })
  }, requests.producers)
}

const REQUESTS: RequestMetricsOptions = {
  methods: new Set(KNOWN_METHODS),
  appInstrumented: false,
  hostsMax: 100,
  seriesMax: 2_000,
  form: { temporality: 'cumulative', histograms: 'explicit_bucket_histogram' },
  resource: emptyResource(),
  scope: { name: 't', version: '0' },
  now: () => [1, 0],
}
