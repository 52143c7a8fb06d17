/** What a real OpenTelemetry Collector received, by every protocol, as its own file exporter wrote it down. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Collector, missing, startCollector, waitFor } from '../support/backends.ts'
import { type Figures, figures } from '../support/cgroups.ts'
import { startSidecar } from '../support/sidecar.ts'

const why = missing('otelcol')
if (why !== undefined) console.warn(why)

interface Metric {
  readonly name: string
  readonly unit: string
  readonly histogram?: { readonly dataPoints: readonly Point[] }
  readonly exponentialHistogram?: { readonly aggregationTemporality: number; readonly dataPoints: readonly Point[] }
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic?: boolean }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
}
interface Point {
  readonly attributes?: readonly { readonly key: string; readonly value: Record<string, unknown> }[]
  readonly count?: string
  readonly explicitBounds?: readonly number[]
  readonly asInt?: string
  readonly asDouble?: number
}

const numberOf = (point: Point | undefined): number => point?.asDouble ?? Number(point?.asInt)

describe.skipIf(why !== undefined)('Collector', () => {
  let collector: Collector
  let app: Server
  let container: Figures

  beforeAll(async () => {
    container = figures('collector')
    collector = await startCollector()
    app = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    app?.close()
    await collector?.stop()
    container?.remove()
  })

  async function send(requests: number, env: Record<string, string>): Promise<string> {
    const target = String((app.address() as AddressInfo).port)
    const sidecar = await startSidecar({
      by: container.by,
      args: ['--port', '0', '--target', target],
      env: { OTEL_METRIC_EXPORT_INTERVAL: '500', ...container.env, ...env },
    })
    for (let each = 0; each < requests; each++) await fetch(`http://127.0.0.1:${sidecar.port}/item/${each}`)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await sidecar.stop()).toBe(0)
    return sidecar.stderr()
  }

  function metricsOf(service: string): Map<string, Metric> {
    const found = new Map<string, Metric>()
    for (const line of collector.received()) {
      for (const { resource, scopeMetrics } of (line.resourceMetrics ?? []) as {
        resource: unknown
        scopeMetrics: { metrics: Metric[] }[]
      }[]) {
        if (!JSON.stringify(resource).includes(`"service.name","value":{"stringValue":"${service}"}`)) continue
        for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) found.set(metric.name, metric)
      }
    }
    return found
  }

  function spanCount(service: string): number {
    const groups = collector
      .received()
      .flatMap((line) => (line.resourceSpans ?? []) as { resource: unknown; scopeSpans: { spans: unknown[] }[] }[])
    const own = groups.filter(({ resource }) => JSON.stringify(resource).includes(`"${service}"`))
    return own.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length
  }

  test.each(['http/protobuf', 'http/json', 'grpc'])(
    '%s: every span arrives, once, and the books say so',
    async (protocol) => {
      const service = `by-${protocol.replace('/', '-')}`
      const endpoint = protocol === 'grpc' ? collector.otlpGrpc : collector.otlpHttp
      const stderr = await send(30, {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_SERVICE_NAME: service,
      })
      expect(await waitFor(() => (spanCount(service) >= 30 ? true : undefined))).toBe(true)
      expect(spanCount(service)).toBe(30)
      expect(stderr).toContain('span 30 created, 30 exported')
    },
  )

  test('histograms, active requests and container gauges, with bounded labels', async () => {
    await send(25, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp, OTEL_SERVICE_NAME: 'metered' })
    const metrics = metricsOf('metered')
    const duration = metrics.get('http.server.request.duration')
    expect(duration?.unit).toBe('s')
    expect(duration?.histogram?.dataPoints).toHaveLength(1)
    const [point] = duration?.histogram?.dataPoints ?? []
    expect(point?.count).toBe('25')
    expect(point?.explicitBounds).toEqual([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10])
    expect(point?.attributes?.map(({ key }) => key).sort()).toEqual([
      'http.request.method',
      'http.response.status_code',
      'network.protocol.version',
      'url.scheme',
    ])
    expect(metrics.get('http.server.response.body.size')?.histogram?.dataPoints[0]?.count).toBe('25')
    expect(metrics.get('http.server.active_requests')?.sum?.dataPoints).toHaveLength(1)
    expect(numberOf(metrics.get('system.memory.limit')?.sum?.dataPoints[0])).toBeGreaterThan(1e8)
    expect(numberOf(metrics.get('container.memory.usage')?.sum?.dataPoints[0])).toBeGreaterThan(1e6)
    const cpu = metrics.get('container.cpu.time')?.sum
    expect(cpu?.isMonotonic).toBe(true)
    expect(numberOf(cpu?.dataPoints[0])).toBeGreaterThan(0)
    expect(JSON.stringify([...metrics.values()])).not.toContain('/item/')
  })

  test('exponential histograms and delta, by the standard variables', async () => {
    await send(5, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
      OTEL_SERVICE_NAME: 'shaped',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    })
    const duration = metricsOf('shaped').get('http.server.request.duration')
    expect(duration?.histogram).toBeUndefined()
    expect(duration?.exponentialHistogram).toMatchObject({ aggregationTemporality: 1, dataPoints: [{ count: '5' }] })
  })

  test('our own health goes out under a resource of its own', async () => {
    await send(3, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp, OTEL_SERVICE_NAME: 'healthy' })
    const own = metricsOf('podspan')
    const app = metricsOf('healthy')
    for (const name of ['nodejs.eventloop.utilization', 'podspan.telemetry.items']) {
      expect([own.has(name), app.has(name)], name).toEqual([true, false])
    }
    expect(own.has('http.server.request.duration')).toBe(false)
    expect(numberOf(own.get('process.memory.usage')?.sum?.dataPoints[0])).toBeGreaterThan(1e7)
  })

  test('log records carry the ids of their span; without spans they and the metrics still come', async () => {
    await send(4, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
      OTEL_SERVICE_NAME: 'logged',
      OTEL_LOGS_EXPORTER: 'otlp',
    })
    const ids = (name: string, service: string): string[] =>
      itemsOf(name, service)
        .map(({ traceId, spanId }) => `${traceId} ${spanId}`)
        .sort()
    expect(ids('logRecords', 'logged')).toHaveLength(4)
    expect(ids('logRecords', 'logged')).toEqual(ids('spans', 'logged'))

    const off = { OTEL_SERVICE_NAME: 'unsampled', OTEL_TRACES_SAMPLER: 'always_off', OTEL_LOGS_EXPORTER: 'otlp' }
    const stderr = await send(4, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp, ...off })
    expect(stderr).toContain('span 4 created, 4 sampled_out')
    expect(ids('spans', 'unsampled')).toEqual([])
    expect(ids('logRecords', 'unsampled')).toHaveLength(4)
    expect(metricsOf('unsampled').get('http.server.request.duration')?.histogram?.dataPoints[0]?.count).toBe('4')
  })

  interface Item {
    readonly traceId: string
    readonly spanId: string
  }

  function itemsOf(name: string, service: string): Item[] {
    const within = (value: unknown): Item[] => {
      if (Array.isArray(value)) return value.flatMap(within)
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([key, each]) => (key === name ? (each as Item[]) : within(each)))
    }
    return collector
      .received()
      .flatMap((line) => [line.resourceSpans ?? [], line.resourceLogs ?? []].flat() as object[])
      .filter((group) => JSON.stringify(group).includes(`"${service}"`))
      .flatMap(within)
  }
})
