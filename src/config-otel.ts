/** The standard OTEL_* variables → TelemetrySettings. Pure. */

import { readSignal, readSpool, type SignalSettings } from './config-otlp.ts'
import { type Environment, type Problem, Reader } from './config-reader.ts'
import { type PodReadings, readResource } from './config-resource.ts'
import type { Limits } from './limits.ts'

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

/** How numbers are put together before they are sent. */
export interface MetricForm {
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory'
  readonly histograms: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram'
}

export interface TelemetrySettings {
  /** False when OTEL_SDK_DISABLED is true or no OTLP endpoint is set: then nothing of OpenTelemetry is loaded. */
  readonly enabled: boolean
  readonly traces: SignalSettings
  readonly metrics: SignalSettings
  readonly metricForm: MetricForm
  /** The access log: off unless OTEL_LOGS_EXPORTER asks for it, since every request is a span already. */
  readonly logs: SignalSettings
  readonly sampler: { readonly name: SamplerName; readonly ratio: number }
  /** The app's resource: OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME, the pod's attributes. */
  readonly resource: Readonly<Record<string, string>>
  /** A folder that keeps what could not be delivered. */
  readonly spool?: string
}

const SAMPLERS: readonly SamplerName[] = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]

export interface OtelReading {
  readonly telemetry: TelemetrySettings
  readonly limits: Partial<Limits>
  /** What was left out, for people: a bad pair never costs the whole variable. */
  readonly notes: readonly string[]
}

export function readOtel(env: Environment, readings: PodReadings, problems: Problem[]): OtelReading {
  const reader = new Reader(env, problems)
  const notes: string[] = []
  const disabled = env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true'
  const traces = enabledSignal(reader, 'TRACES', '/v1/traces', disabled, notes)
  const metrics = enabledSignal(reader, 'METRICS', '/v1/metrics', disabled, notes)
  const logs = enabledSignal(reader, 'LOGS', '/v1/logs', disabled, notes)
  const name = reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS) ?? 'parentbased_always_on'
  const ratio = reader.number('OTEL_TRACES_SAMPLER_ARG', 0, 1) ?? 1
  return {
    telemetry: {
      enabled: traces.enabled || metrics.enabled || logs.enabled,
      traces,
      metrics,
      metricForm: readMetricForm(reader),
      logs,
      sampler: { name, ratio },
      resource: readResource(env, readings, notes),
      ...readSpool(env),
    },
    limits: readLimits(reader),
    notes,
  }
}

function enabledSignal(
  reader: Reader,
  signal: 'TRACES' | 'METRICS' | 'LOGS',
  path: string,
  disabled: boolean,
  notes: string[],
): SignalSettings {
  const exporter = reader.oneOf(`OTEL_${signal}_EXPORTER`, ['otlp', 'none'])
  const settings = readSignal(reader, signal, path, notes)
  const wanted = signal === 'LOGS' ? exporter === 'otlp' : exporter !== 'none'
  return { enabled: settings.endpoint !== undefined && wanted && !disabled, ...settings }
}

function readMetricForm(reader: Reader): MetricForm {
  const prefix = 'OTEL_EXPORTER_OTLP_METRICS_'
  const histograms = ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const
  return {
    temporality: reader.oneOf(`${prefix}TEMPORALITY_PREFERENCE`, ['cumulative', 'delta', 'lowmemory']) ?? 'cumulative',
    histograms: reader.oneOf(`${prefix}DEFAULT_HISTOGRAM_AGGREGATION`, histograms) ?? 'explicit_bucket_histogram',
  }
}

function readLimits(reader: Reader): Partial<Limits> {
  const metricEveryMs = reader.integer('OTEL_METRIC_EXPORT_INTERVAL', 100, 86_400_000)
  const spanBatchMs = reader.integer('OTEL_BSP_SCHEDULE_DELAY', 1, 600_000)
  const spanQueueMax = reader.integer('OTEL_BSP_MAX_QUEUE_SIZE', 1, 1_000_000)
  const spanBatchMax = reader.integer('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1, 100_000)
  return {
    ...(metricEveryMs === undefined ? {} : { metricEveryMs }),
    ...(spanBatchMs === undefined ? {} : { spanBatchMs }),
    ...(spanQueueMax === undefined ? {} : { spanQueueMax }),
    ...(spanBatchMax === undefined ? {} : { spanBatchMax }),
  }
}
