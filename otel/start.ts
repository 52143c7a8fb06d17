/** Starts OpenTelemetry in the observer thread: the NodeSDK for providers, our own delivery around its exporters. */
import { type Meter, metrics as metricsApi } from '@opentelemetry/api'
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Clock } from '../src/clock.ts'
import type { TelemetrySettings } from '../src/config.ts'
import type { ExchangeSink } from '../src/exchange.ts'
import type { Ledger } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import type { ResourceSample } from '../src/resources/sample.ts'
import { MetricDelivery, SpanDelivery } from './delivery.ts'
import { metricExporter, spanExporter } from './exporters.ts'
import { ledgerMetrics, requestMetrics, resourceMetrics } from './metrics.ts'
import { toSpan } from './spans.ts'

export interface TelemetryOptions {
  readonly settings: TelemetrySettings
  readonly limits: Limits
  readonly clock: Clock
  readonly ledger: Ledger
  readonly inflightCount: () => number
  readonly say: (text: string) => void
}

export interface Telemetry {
  readonly exchange: ExchangeSink
  readonly sample: (sample: ResourceSample) => void
  /** Sends what is queued, at most this long; what is left is dropped and counted. */
  readonly shutdown: (withinMs: number) => Promise<void>
}

const SCOPE_NAME = 'podspan'

export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { settings, limits, clock, ledger, inflightCount } = options
  const { traces, metrics } = settings
  const resource = resourceOf(settings)
  const spans = traces.enabled ? new SpanDelivery(await spanExporter(traces), options) : undefined
  const points = metrics.enabled ? new MetricDelivery(await metricExporter(metrics), options) : undefined
  const reader =
    points && new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: limits.metricEveryMs })
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource,
    spanProcessors: spans === undefined ? [] : [spans],
    metricReaders: reader === undefined ? [] : [reader],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
  sdk.start()
  const version = settings.resource['telemetry.distro.version'] ?? ''
  let latest: ResourceSample | undefined
  const meter: Meter = metricsApi.getMeter(SCOPE_NAME, version)
  const requests = requestMetrics(meter, inflightCount)
  resourceMetrics(meter, () => latest)
  ledgerMetrics(meter, ledger)
  const owner = { resource, scope: { name: SCOPE_NAME, version } }
  return {
    exchange(exchange) {
      requests.record(exchange)
      if (!exchange.trace.sampled) ledger.ended('span', 'sampled_out')
      else if (spans === undefined) ledger.ended('span', 'not_configured')
      else spans.onEnd(toSpan(exchange, owner))
    },
    sample(sample) {
      latest = sample
    },
    async shutdown(withinMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs, resolve)
      await Promise.race([sdk.shutdown().catch(() => {}), late])
      cancel()
      spans?.abandon()
      points?.abandon()
    },
  }
}

/** telemetry.sdk.* from the SDK, all else from the settings: the app's pod, never this process. */
function resourceOf({ resource }: TelemetrySettings): Resource {
  return defaultResource().merge(resourceFromAttributes(resource))
}
