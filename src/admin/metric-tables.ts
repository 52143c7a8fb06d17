/** Requests and podspan's own books as tables of metrics, by the names that the OTLP metrics have in Prometheus. Pure. */
import type { DurationSeries } from '../observer/duration-series.ts'
import type { AdminParts } from './parts.ts'
import { versionOf } from './views.ts'

export interface MetricValue {
  /** Where it is not the table's. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string>>
    readonly value: number
    /** Seconds since the epoch. */
    readonly timestamp: number
  }
}

export interface MetricTable {
  /** A counter's ends in `_total`. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly values: readonly MetricValue[]
}

export function requestTables({ config, overview, inflightCount }: AdminParts): readonly MetricTable[] {
  const isEgress = config.target.kind === 'named'
  const side = isEgress ? 'http_client' : config.observation.appInstrumented ? 'podspan_server' : 'http_server'
  const name = `${side}_request_duration_seconds`
  const { boundaries } = overview.durations
  return [
    {
      name,
      help: 'Duration of HTTP requests.',
      type: 'histogram',
      values: overview.durations.series().flatMap((series) => histogramValues(name, boundaries, series)),
    },
    {
      name: isEgress ? 'http_client_active_requests' : 'http_server_active_requests',
      help: 'Requests that are under way.',
      type: 'gauge',
      values: [{ labels: {}, value: inflightCount() }],
    },
  ]
}

function histogramValues(name: string, boundaries: readonly number[], series: DurationSeries): MetricValue[] {
  const labels = labelsOf(series)
  let count = 0
  const buckets = [...series.counts].map((counted, at): MetricValue => {
    count += counted
    const exemplar = exemplarOf(series, at)
    const value = { metricName: `${name}_bucket`, labels: { ...labels, le: boundaries[at] ?? '+Inf' }, value: count }
    return exemplar === undefined ? value : { ...value, exemplar }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

function labelsOf({ isOverflow, method, status, route }: DurationSeries): Record<string, string> {
  if (isOverflow) return { otel_metric_overflow: 'true' }
  return {
    http_request_method: method,
    ...(status !== undefined && { http_response_status_code: String(status) }),
    ...(route !== undefined && { http_route: route }),
  }
}

function exemplarOf({ exemplars }: DurationSeries, at: number): MetricValue['exemplar'] {
  const exemplar = exemplars[at]
  if (exemplar === undefined) return undefined
  const { traceId, spanId, seconds, atMs } = exemplar
  return { labelSet: { trace_id: traceId, span_id: spanId }, value: seconds, timestamp: Math.round(atMs) / 1e3 }
}

export function ownTables({ config, ledger, clock }: AdminParts): readonly MetricTable[] {
  return [
    {
      name: 'podspan_telemetry_items_total',
      help: 'What was recorded, by signal and what became of it; what is not yet in an end is queued.',
      type: 'counter',
      values: Object.entries(ledger.snapshot()).flatMap(([signal, { dropped, queued: _queued, ...counts }]) => [
        ...Object.entries(counts).map(([state, value]) => item(signal, state, value)),
        ...Object.entries(dropped).map(([reason, value]) => item(signal, 'dropped', value, reason)),
      ]),
    },
    {
      name: 'podspan_build_info',
      help: 'What runs here.',
      type: 'gauge',
      values: [{ labels: { version: versionOf(config.telemetry) }, value: 1 }],
    },
    {
      name: 'podspan_start_time_seconds',
      help: 'When podspan started, since the epoch.',
      type: 'gauge',
      values: [{ labels: {}, value: Math.round(clock.anchor.wallMs) / 1e3 }],
    },
  ]
}

function item(signal: string, state: string, value: number, reason?: string): MetricValue {
  const labels = { podspan_signal: signal, podspan_item_state: state }
  return { labels: reason === undefined ? labels : { ...labels, podspan_drop_reason: reason }, value }
}
