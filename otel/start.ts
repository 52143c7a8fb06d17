/**
 * Starts OpenTelemetry in the observer thread: the SDK's MeterProvider for what changes slowly, our own writing and delivery
 * for what comes with each request. NodeSDK would bring nothing that is used and 150 ms of loading.
 */
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  MeterProvider,
  type MetricProducer,
  type MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Clock } from '../src/clock.ts'
import type { ObservationSettings, TelemetrySettings } from '../src/config.ts'
import type { Exchange, ExchangeSink } from '../src/exchange.ts'
import type { BackendState, Ledger } from '../src/ledger.ts'
import type { Limits } from '../src/limits.ts'
import type { CrashReport, ResourceSample } from '../src/resources/sample.ts'
import { toCrashRecord } from './crash-log.ts'
import { toLogRecord } from './logs.ts'
import { type OwnHealth, ownHealthMetrics, ownResource } from './own-health.ts'
import { activeRequests, RequestMetrics } from './request-metrics.ts'
import { resourceMetrics } from './resource-metrics.ts'
import { createSender } from './sender.ts'
import { LogDelivery, MetricDelivery, SpanDelivery } from './signals.ts'
import { hrTime, type SpanOwner } from './spans.ts'
import { Spool } from './spool.ts'
import { streamMetrics } from './stream-metrics.ts'

export interface TelemetryOptions extends Pick<OwnHealth, 'usage' | 'uptimeSeconds' | 'pulse'> {
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
  readonly crash: (report: CrashReport) => void
  /** One for each signal that goes anywhere. */
  readonly backends: () => readonly BackendState[]
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
  const resource = resourceOf(settings)
  const methods = new Set(observation.knownMethods)
  const scope = { name: SCOPE_NAME, version }
  const owner: SpanOwner = { methods, appInstrumented: observation.appInstrumented, resource, scope }
  const deliveries = await startDeliveries(options, owner)
  const { spans, points, records } = deliveries
  const requests = new RequestMetrics({
    ...owner,
    form: settings.metricForm,
    seriesMax: limits.metricSeriesMax,
    hostsMax: limits.metricHostsMax,
    now: () => hrTime(clock.wallMs()),
  })
  const provider = new MeterProvider({ resource, readers: readersOf(points, limits, requests.producers) })
  const health = startOwnHealth(options, points, version)
  const meter = provider.getMeter(SCOPE_NAME, version)
  activeRequests(meter, options.inflightCount)
  const streams = streamMetrics(meter)
  const sample = resourceMetrics(meter, limits.metricSeriesMax)
  const take = (exchange: Exchange): void => {
    requests.record(exchange)
    streams(exchange)
    takeExchange(exchange, options.ledger, owner, deliveries)
  }
  return {
    exchange: take,
    sample,
    crash(report) {
      if (records === undefined) return
      options.ledger.created('log')
      records.add(toCrashRecord(report, owner))
    },
    backends: () => [spans, points, records].flatMap((delivery) => delivery?.state ?? []),
    async shutdown(withinMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs * FLUSHING_SHARE, resolve)
      points?.hurry()
      // The second shutdown closes the delivery that both share.
      const flushed = Promise.all([health.shutdown().then(() => provider.shutdown()), spans?.close(), records?.close()])
      await Promise.race([flushed.catch(() => {}), late])
      cancel()
      await Promise.all([spans?.abandon(), points?.abandon(), records?.abandon()])
    },
  }
}

function takeExchange(exchange: Exchange, ledger: Ledger, owner: SpanOwner, { spans, records }: Deliveries): void {
  records?.add(toLogRecord(exchange, owner))
  if (!exchange.trace.sampled) ledger.ended('span', 'sampled_out')
  else if (spans === undefined) ledger.ended('span', 'not_configured')
  else spans.add(exchange)
}

/** Under a resource of its own, with a reader of its own, over the same delivery. */
function startOwnHealth(
  { settings, limits, ledger, usage, uptimeSeconds, pulse }: TelemetryOptions,
  points: MetricDelivery | undefined,
  version: string,
): MeterProvider {
  const resource = defaultResource().merge(ownResource(settings.resource, version))
  const provider = new MeterProvider({ resource, readers: readersOf(points?.shared(), limits) })
  ownHealthMetrics(provider.getMeter(SCOPE_NAME, version), { ledger, usage, uptimeSeconds, pulse })
  return provider
}

function readersOf(
  exporter: ConstructorParameters<typeof PeriodicExportingMetricReader>[0]['exporter'] | undefined,
  limits: Limits,
  metricProducers: MetricProducer[] = [],
): MetricReader[] {
  const exportIntervalMillis = limits.metricEveryMs
  if (exporter === undefined) return []
  return [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, metricProducers })]
}

/** They share the spool. */
async function startDeliveries(options: TelemetryOptions, owner: SpanOwner): Promise<Deliveries> {
  const { traces, metrics, logs, metricForm, spool: directory } = options.settings
  const spool = directory === undefined ? undefined : Spool.open({ ...options, directory })
  const sending = { ...options, spool, userAgent: `${SCOPE_NAME}/${owner.scope.version}` }
  return {
    spans: traces.enabled ? new SpanDelivery(await createSender('traces', traces, sending), owner) : undefined,
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
