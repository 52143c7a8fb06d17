/** Starts OpenTelemetry in the observer thread: the NodeSDK for providers, our own delivery behind them. */
import { type Meter, metrics as metricsApi } from '@opentelemetry/api'
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Clock } from '../src/clock.ts'
import type { ObservationSettings, TelemetrySettings } from '../src/config.ts'
import type { Exchange, ExchangeSink } from '../src/exchange.ts'
import type { Ledger } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import type { ResourceSample } from '../src/resources/sample.ts'
import { KNOWN_METHODS } from './attributes.ts'
import { toLogRecord } from './logs.ts'
import { type OwnHealth, ownHealthMetrics, ownResource } from './own-health.ts'
import { type RequestMetrics, requestMetrics } from './request-metrics.ts'
import { resourceMetrics } from './resource-metrics.ts'
import { createSender } from './sender.ts'
import { LogDelivery, MetricDelivery, SpanDelivery } from './signals.ts'
import { type SpanOwner, toSpan } from './spans.ts'
import { Spool } from './spool.ts'

export interface TelemetryOptions extends Pick<OwnHealth, 'usage' | 'pulse'> {
  readonly settings: TelemetrySettings
  readonly observation: Pick<ObservationSettings, 'knownMethods' | 'appInstrumented'>
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

/** One for each signal that goes anywhere. */
interface Deliveries {
  readonly spans: SpanDelivery | undefined
  readonly points: MetricDelivery | undefined
  readonly records: LogDelivery | undefined
}

const SCOPE_NAME = 'podspan'
/** The rest of the time is for the spool: what was not delivered is written down before the thread is ended. */
const FLUSHING_SHARE = 0.9

export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { settings, observation, limits, clock } = options
  const version = settings.resource['telemetry.distro.version'] ?? ''
  const deliveries = await startDeliveries(options, version)
  const { spans, points, records } = deliveries
  const resource = resourceOf(settings)
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource,
    spanProcessors: spans === undefined ? [] : [spans],
    metricReaders: readersOf(points, limits),
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  })
  sdk.start()
  const health = startOwnHealth(options, points, version)
  let latest: ResourceSample | undefined
  const meter = metricsApi.getMeter(SCOPE_NAME, version)
  const methods = observation.knownMethods === undefined ? KNOWN_METHODS : new Set(observation.knownMethods)
  const requests = startRequestMetrics(options, meter, methods)
  resourceMetrics(meter, () => latest)
  const scope = { name: SCOPE_NAME, version }
  const owner: SpanOwner = { methods, appInstrumented: observation.appInstrumented, resource, scope }
  return {
    exchange: (exchange) => takeExchange(exchange, options.ledger, owner, requests, deliveries),
    sample(sample) {
      latest = sample
    },
    async shutdown(withinMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs * FLUSHING_SHARE, resolve)
      points?.hurry()
      // The SDK's shutdown closes the delivery that both share.
      const flushed = Promise.all([health.shutdown().then(() => sdk.shutdown()), records?.close()])
      await Promise.race([flushed.catch(() => {}), late])
      cancel()
      await Promise.all([spans?.abandon(), points?.abandon(), records?.abandon()])
    },
  }
}

function takeExchange(
  exchange: Exchange,
  ledger: Ledger,
  owner: SpanOwner,
  requests: RequestMetrics,
  { spans, records }: Deliveries,
): void {
  requests.record(exchange)
  records?.add(toLogRecord(exchange, owner))
  if (!exchange.trace.sampled) ledger.ended('span', 'sampled_out')
  else if (spans === undefined) ledger.ended('span', 'not_configured')
  else spans.onEnd(toSpan(exchange, owner))
}

function startRequestMetrics(
  { observation, inflightCount, limits }: TelemetryOptions,
  meter: Meter,
  methods: ReadonlySet<string>,
): RequestMetrics {
  const { appInstrumented } = observation
  return requestMetrics({ meter, inflightCount, methods, appInstrumented, hostsMax: limits.metricHostsMax })
}

/** Under a resource of its own, with a reader of its own, over the same delivery. */
function startOwnHealth(
  { settings, limits, ledger, usage, pulse }: TelemetryOptions,
  points: MetricDelivery | undefined,
  version: string,
): MeterProvider {
  const resource = defaultResource().merge(ownResource(settings.resource, version))
  const provider = new MeterProvider({ resource, readers: readersOf(points?.shared(), limits) })
  ownHealthMetrics(provider.getMeter(SCOPE_NAME, version), { ledger, usage, pulse })
  return provider
}

function readersOf(
  exporter: ConstructorParameters<typeof PeriodicExportingMetricReader>[0]['exporter'] | undefined,
  limits: Limits,
): MetricReader[] {
  const exportIntervalMillis = limits.metricEveryMs
  return exporter === undefined ? [] : [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis })]
}

/** They share the spool. */
async function startDeliveries(options: TelemetryOptions, version: string): Promise<Deliveries> {
  const { traces, metrics, logs, metricForm, spool: directory } = options.settings
  const spool = directory === undefined ? undefined : Spool.open({ ...options, directory })
  const sending = { ...options, spool, userAgent: `${SCOPE_NAME}/${version}` }
  return {
    spans: traces.enabled ? new SpanDelivery(await createSender('traces', traces, sending)) : undefined,
    points: metrics.enabled
      ? new MetricDelivery(await createSender('metrics', metrics, sending), metricForm)
      : undefined,
    records: logs.enabled ? new LogDelivery(await createSender('logs', logs, sending)) : undefined,
  }
}

/** telemetry.sdk.* from the SDK, all else from the settings: the app's pod, never this process. */
function resourceOf({ resource }: TelemetrySettings): Resource {
  return defaultResource().merge(resourceFromAttributes(resource))
}
