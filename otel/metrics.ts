/**
 * Exchanges and resource samples → instruments. Every label value comes from a fixed set: method, scheme, status, error
 * type, protocol version. No path and no Host, which are the client's to choose and would be series without end.
 */
import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api'
import type { Exchange } from '../src/exchange.ts'
import type { Ledger } from '../src/ledger.ts'
import type { ResourceSample } from '../src/resources/sample.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'

/** Seconds; the boundaries the semantic conventions advise. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Bytes: the SDK's defaults end at 10,000, where bodies begin. */
const SIZE_BUCKETS = [0, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

export interface RequestMetrics {
  record(exchange: Exchange): void
}

export function requestMetrics(meter: Meter, inflightCount: () => number): RequestMetrics {
  const duration = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  })
  const size = { unit: 'By', advice: { explicitBucketBoundaries: SIZE_BUCKETS } }
  const requestSize = meter.createHistogram('http.server.request.body.size', size)
  const responseSize = meter.createHistogram('http.server.response.body.size', size)
  meter
    .createObservableUpDownCounter('http.server.active_requests', { unit: '{request}' })
    .addCallback((result) => result.observe(inflightCount(), { [names.URL_SCHEME]: 'http' }))
  return {
    record(exchange) {
      // An upgraded connection lives as long as people look at a page: its lifetime is not a request duration.
      if (exchange.upgrade !== undefined) return
      const attributes = labels(exchange)
      duration.record(exchange.durationMs / 1e3, attributes)
      requestSize.record(exchange.request?.bytes ?? 0, attributes)
      responseSize.record(exchange.response?.bytes ?? 0, attributes)
    },
  }
}

function labels(exchange: Exchange): Attributes {
  const { request, response } = exchange
  const errorType = errorTypeOf(exchange)
  return {
    [names.HTTP_REQUEST_METHOD]: names.methodOf(request?.method).method,
    [names.URL_SCHEME]: request?.scheme ?? 'http',
    ...(response === undefined ? {} : { [names.HTTP_RESPONSE_STATUS_CODE]: response.status }),
    ...(errorType === undefined ? {} : { [names.ERROR_TYPE]: errorType }),
    ...(request === undefined ? {} : { [names.NETWORK_PROTOCOL_VERSION]: request.httpVersion }),
  }
}

/** What the container and its node look like now; a figure that can't be read makes no point. */
export function resourceMetrics(meter: Meter, latest: () => ResourceSample | undefined): void {
  const container = (read: (sample: NonNullable<ResourceSample['container']>) => number | undefined) =>
    observe(() => {
      const sample = latest()?.container
      return sample && read(sample)
    })
  const node = (read: (sample: ResourceSample['node']) => number | undefined, attributes?: Attributes) =>
    observe(() => {
      const sample = latest()?.node
      return sample && read(sample)
    }, attributes)
  const bytes = (name: string): ReturnType<Meter['createObservableUpDownCounter']> =>
    meter.createObservableUpDownCounter(name, { unit: 'By' })
  bytes('container.memory.usage').addCallback(container(({ memory }) => memory.usageBytes))
  bytes('container.memory.working_set').addCallback(container(({ memory }) => memory.workingSetBytes))
  bytes('container.memory.rss').addCallback(container(({ memory }) => memory.rssBytes))
  bytes('container.memory.available').addCallback(
    container(({ memory }) => difference(memory.limitBytes, memory.workingSetBytes)),
  )
  bytes('podspan.container.memory.limit').addCallback(container(({ memory }) => memory.limitBytes))
  meter
    .createObservableCounter('container.cpu.time', { unit: 's' })
    .addCallback(container(({ cpu }) => cpu.timeSeconds))
  meter
    .createObservableGauge('container.cpu.usage', { unit: '{cpu}' })
    .addCallback(container(({ cpu }) => cpu.usageCores))
  meter
    .createObservableUpDownCounter('podspan.container.cpu.limit', { unit: '{cpu}' })
    .addCallback(container(({ cpu }) => cpu.limitCores))
  bytes('system.memory.limit').addCallback(node(({ totalMemoryBytes }) => totalMemoryBytes))
  const used = node(({ totalMemoryBytes, availableMemoryBytes }) => totalMemoryBytes - availableMemoryBytes, {
    'system.memory.state': 'used',
  })
  bytes('system.memory.usage').addCallback(used)
}

/** The books themselves, so that a dashboard can ask whether anything is lost. */
export function ledgerMetrics(meter: Meter, ledger: Ledger): void {
  meter.createObservableCounter('podspan.telemetry.items', { unit: '{item}' }).addCallback((result) => {
    for (const [signal, { dropped, queued: _queued, ...counts }] of Object.entries(ledger.snapshot())) {
      for (const [state, count] of Object.entries(counts)) {
        result.observe(count, { 'podspan.signal': signal, 'podspan.item.state': state })
      }
      for (const [reason, count] of Object.entries(dropped)) {
        result.observe(count, {
          'podspan.signal': signal,
          'podspan.item.state': 'dropped',
          'podspan.drop.reason': reason,
        })
      }
    }
  })
}

function observe(read: () => number | undefined, attributes: Attributes = {}): (result: ObservableResult) => void {
  return (result) => {
    const value = read()
    if (value !== undefined) result.observe(value, attributes)
  }
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : Math.max(0, whole - part)
}
