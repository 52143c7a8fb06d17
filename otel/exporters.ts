/** The OTLP exporters by protocol; only the one that is used is loaded. Headers, TLS and compression they read themselves. */
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { TelemetrySettings } from '../src/config.ts'

type SignalSettings = TelemetrySettings['traces']

export async function spanExporter({ protocol, endpoint }: SignalSettings): Promise<SpanExporter> {
  const options = endpoint === undefined ? {} : { url: endpoint }
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc')
    return new OTLPTraceExporter(options)
  }
  if (protocol === 'http/json') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
    return new OTLPTraceExporter(options)
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter(options)
}

export async function metricExporter({ protocol, endpoint }: SignalSettings): Promise<PushMetricExporter> {
  const options = endpoint === undefined ? {} : { url: endpoint }
  if (protocol === 'grpc') {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-grpc')
    return new OTLPMetricExporter(options)
  }
  if (protocol === 'http/json') {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http')
    return new OTLPMetricExporter(options)
  }
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto')
  return new OTLPMetricExporter(options)
}
