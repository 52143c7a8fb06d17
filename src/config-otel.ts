/** The standard OTEL_* variables → TelemetrySettings. Pure. What only the exporters need (headers, TLS) they read themselves. */

import { type Environment, type Problem, Reader } from './config-reader.ts'
import { type PodReadings, readResource } from './config-resource.ts'
import type { Limits } from './limits.ts'

export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc'
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

export interface TelemetrySettings {
  /** False when OTEL_SDK_DISABLED is true or no OTLP endpoint is set: then nothing of OpenTelemetry is loaded. */
  readonly enabled: boolean
  readonly traces: { readonly enabled: boolean; readonly protocol: OtlpProtocol; readonly endpoint?: string }
  readonly metrics: { readonly enabled: boolean; readonly protocol: OtlpProtocol; readonly endpoint?: string }
  readonly sampler: { readonly name: SamplerName; readonly ratio: number }
  /** The app's resource: OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME, the pod's attributes. */
  readonly resource: Readonly<Record<string, string>>
}

const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc']
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
  const traces = readSignal(reader, 'TRACES', '/v1/traces', disabled)
  const metrics = readSignal(reader, 'METRICS', '/v1/metrics', disabled)
  const name = reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS) ?? 'parentbased_always_on'
  const ratio = reader.number('OTEL_TRACES_SAMPLER_ARG', 0, 1) ?? 1
  return {
    telemetry: {
      enabled: traces.enabled || metrics.enabled,
      traces,
      metrics,
      sampler: { name, ratio },
      resource: readResource(env, readings, notes),
    },
    limits: readLimits(reader),
    notes,
  }
}

function readSignal(
  reader: Reader,
  signal: 'TRACES' | 'METRICS',
  path: string,
  disabled: boolean,
): TelemetrySettings['traces'] {
  const exporter = reader.oneOf(`OTEL_${signal}_EXPORTER`, ['otlp', 'none'])
  const protocol =
    reader.oneOf(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, PROTOCOLS) ??
    reader.oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', PROTOCOLS) ??
    'http/protobuf'
  const own = reader.url(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)
  const base = reader.url('OTEL_EXPORTER_OTLP_ENDPOINT')
  // The specification: a signal's own endpoint is used as it is, the general one gets the signal's path.
  const general = base !== undefined && protocol !== 'grpc' ? base.replace(/\/$/, '') + path : base
  const endpoint = own ?? general
  const enabled = endpoint !== undefined && exporter !== 'none' && !disabled
  return { enabled, protocol, ...(endpoint === undefined ? {} : { endpoint }) }
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
