/**
 * An app with an SDK of its own beside us, into one Jaeger and one Prometheus: one SERVER span a request, series apart, and
 * sums that are right. And without the flag a person is told that it is missing.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Jaeger, missing, type Prometheus, startJaeger, startPrometheus, waitFor } from '../support/backends.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const why = missing('jaeger') ?? missing('prometheus')
if (why !== undefined) console.warn(why)
const APP = fileURLToPath(new URL('../support/instrumented-app.ts', import.meta.url))
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const REQUESTS = 7

describe.skipIf(why !== undefined)('an app with spans of its own', () => {
  let jaeger: Jaeger
  let prometheus: Prometheus
  let app: ChildProcess
  let appPort: string
  const cleanups: (() => unknown)[] = []

  beforeAll(async () => {
    jaeger = await startJaeger()
    cleanups.push(() => jaeger.stop())
    prometheus = await startPrometheus()
    cleanups.push(() => prometheus.stop())
    app = spawn(process.execPath, [APP], {
      env: { PATH: process.env.PATH, ...environment(), OTEL_LOGS_EXPORTER: 'none' },
    })
    cleanups.push(() => app.kill('SIGKILL'))
    const [line] = await once(app.stdout ?? app, 'data')
    appPort = String(line).trim()
  }, 60_000)
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  const environment = (): Record<string, string> => ({
    OTEL_SERVICE_NAME: 'shop',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '400',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${jaeger.otlpHttp}/v1/traces`,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.otlpMetrics,
  })

  async function beside(...args: string[]): Promise<RunningSidecar> {
    const sidecar = await startSidecar({
      args: ['--port', '0', '--target', appPort, '--no-dump', ...args],
      env: environment(),
    })
    cleanups.push(() => sidecar.stop('SIGKILL'))
    return sidecar
  }

  test('one SERVER span a request under the caller, ours beside it; the app’s series stay alone', async () => {
    const { port } = await beside('--app-instrumented')
    const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`
    for (let request = 0; request < REQUESTS; request++) {
      await (await fetch(`http://127.0.0.1:${port}/`, { headers: { traceparent } })).text()
    }
    const found = await jaeger.trace(CALLER.traceId, 2 * REQUESTS)
    const spans = found?.spans ?? []
    const kinds = spans.map(({ tags }) => tags.find(({ key }) => key === 'span.kind')?.value)
    expect(kinds.filter((kind) => kind === 'server')).toHaveLength(REQUESTS)
    expect(spans.filter(({ operationName }) => operationName === 'podspan GET')).toHaveLength(REQUESTS)
    expect(new Set(spans.map(({ references }) => references[0]?.spanID))).toEqual(new Set([CALLER.spanId]))

    const count = (metric: string): Promise<number | undefined> =>
      waitFor(async () => {
        const value = await prometheus.query(`sum(${metric}{job="shop"})`)
        return value === REQUESTS ? value : undefined
      })
    expect(await count('http_server_request_duration_seconds_count')).toBe(REQUESTS)
    expect(await count('podspan_server_request_duration_seconds_count')).toBe(REQUESTS)
  })

  test('without the flag it is said once', async () => {
    const { port, stderr } = await beside()
    for (let request = 0; request < 3; request++) await (await fetch(`http://127.0.0.1:${port}/`)).text()
    await waitFor(() => (stderr().includes('--app-instrumented') ? true : undefined))
    expect(stderr().match(/--app-instrumented/g)).toHaveLength(1)
  })
})
