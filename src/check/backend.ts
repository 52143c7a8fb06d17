/** All that is known of one signal's backend when its canary has come back; what the words are made of. Types, and its name for people. */
import type { SignalSettings } from '../config-otlp.ts'
import type { Way } from './approach.ts'
import type { Sent, SignalName } from './canaries.ts'
import type { Neighbour } from './neighbour.ts'

export interface Backend {
  readonly signal: SignalName
  readonly settings: SignalSettings
  readonly sent: Sent
  /** The way there, where the canary did not get an answer. */
  readonly way: Way | undefined
  /** Who is there, where it is no OTLP receiver. */
  readonly neighbour: Neighbour | undefined
  /** Another signal was taken at the same host and port. */
  readonly takesOthers: boolean
}

const VARIABLE: Readonly<Record<SignalName, string>> = { traces: 'TRACES', metrics: 'METRICS', logs: 'LOGS' }

/** `host:port`. */
export function hostOf({ settings }: Pick<Backend, 'settings'>): string {
  const { host, hostname, port, protocol } = new URL(settings.endpoint ?? 'http://localhost')
  return port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host
}

/** Without userinfo and query, which may be secrets. */
export function endpointOf({ settings }: Pick<Backend, 'settings'>): string {
  const { origin, pathname } = new URL(settings.endpoint ?? 'http://localhost')
  return settings.protocol === 'grpc' ? origin : origin + pathname
}

/** Of this signal alone: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
export function variable({ signal }: Pick<Backend, 'signal'>, name: string): string {
  return `OTEL_EXPORTER_OTLP_${VARIABLE[signal]}_${name}`
}
