/** argv and environment → a Config, or every problem found. Pure: it reads what it is given and nothing else. */
import type { Limits } from './limits.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where the app listens. */
export type Target = { readonly kind: 'tcp'; readonly host: string; readonly port: number }

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

export interface DumpSettings {
  readonly enabled: boolean
  readonly format: 'history' | 'ndjson'
  /** The whole history each time, with every core's times, as the first version did. */
  readonly full: boolean
}

export interface Config {
  readonly listen: Address
  readonly target: Target
  /** Undefined: no health port. */
  readonly health: Address | undefined
  /** Bytes spliced unread, one connection record. */
  readonly opaque: boolean
  /** Modules that export decorators, absolute paths or file URLs. */
  readonly decorators: readonly string[]
  readonly dump: DumpSettings
  readonly telemetry: TelemetrySettings
  readonly limits: Limits
  /** The observer obeys `drill` messages; only tests set it. */
  readonly drills: boolean
}
