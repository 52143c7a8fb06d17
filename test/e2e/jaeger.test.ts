/** The whole way: curl → podspan → an app, and the trace read back from a real Jaeger. */
import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Jaeger, type JaegerTrace, missing, startJaeger, waitFor } from '../support/backends.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const curl = promisify(execFile)
const why = missing('jaeger')
if (why !== undefined) console.warn(why)

const tags = (trace: JaegerTrace | undefined): Record<string, unknown> =>
  Object.fromEntries(trace?.spans[0]?.tags.map(({ key, value }) => [key, value]) ?? [])

describe.skipIf(why !== undefined)('Jaeger', () => {
  let jaeger: Jaeger
  let app: Server
  let sidecar: RunningSidecar
  let url = ''
  /** traceparent fields the app received, in order. */
  const received: string[] = []

  beforeAll(async () => {
    jaeger = await startJaeger()
    app = createServer((request, response) => {
      received.push(String(request.headers.traceparent))
      response.statusCode = request.url?.startsWith('/broken') ? 503 : 200
      response.end('hello')
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    sidecar = await startSidecar({
      args: ['--port', '0', '--target', String((app.address() as AddressInfo).port), '--host', '127.0.0.1'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpHttp,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,bad,team=a%20b',
        PODSPAN_POD_NAME: 'shop-5d4f8c7b9d-x2x4z',
        PODSPAN_POD_NAMESPACE: 'market',
        PODSPAN_NODE_NAME: 'node-1',
      },
    })
    url = `http://127.0.0.1:${sidecar.port}`
  })
  afterAll(async () => {
    expect(await sidecar?.stop()).toBe(0)
    app?.close()
    await jaeger?.stop()
  })

  test('the caller’s trace goes on: method, path, status, file flag, parent, pod', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const traceparent = `traceparent: 00-${traceId}-b7ad6b7169203331-01`
    await curl('curl', ['-s', '-X', 'PUT', '-d', 'body!', '-H', traceparent, `${url}/files/logo.png?token=s3cret&x=1`])
    const trace = await jaeger.trace(traceId)
    expect(trace?.spans).toHaveLength(1)
    expect(trace?.spans[0]).toMatchObject({
      operationName: 'PUT',
      references: [{ refType: 'CHILD_OF', spanID: 'b7ad6b7169203331' }],
    })
    expect(tags(trace)).toMatchObject({
      'span.kind': 'server',
      'http.request.method': 'PUT',
      'url.path': '/files/logo.png',
      'url.query': 'token=REDACTED&x=1',
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': sidecar.port,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'http.request.body.size': 5,
      'http.response.body.size': 5,
      'podspan.request.file': true,
      'podspan.outcome': 'complete',
    })
    expect(tags(trace)['user_agent.original']).toMatch(/^curl\//)
    expect(tags(trace)['error.type']).toBeUndefined()
    expect(trace?.processes.p1?.serviceName).toBe('shop')
    expect(Object.fromEntries(trace?.processes.p1?.tags.map(({ key, value }) => [key, value]) ?? [])).toMatchObject({
      'k8s.pod.name': 'shop-5d4f8c7b9d-x2x4z',
      'k8s.namespace.name': 'market',
      'k8s.node.name': 'node-1',
      'deployment.environment.name': 'test',
      team: 'a b',
      'service.instance.id': 'market.shop-5d4f8c7b9d-x2x4z.podspan',
      'telemetry.distro.name': 'podspan',
    })
    // The app was handed this very span as its parent.
    expect(received.at(-1)).toBe(`00-${traceId}-${trace?.spans[0]?.spanID}-01`)
  })

  test('without a caller a trace begins; a 5xx is an error', async () => {
    await curl('curl', ['-s', `${url}/broken/a`])
    const traceId = received.at(-1)?.split('-')[1] ?? ''
    const trace = await jaeger.trace(traceId)
    expect(trace?.spans[0]).toMatchObject({ operationName: 'GET', references: [] })
    expect(tags(trace)).toMatchObject({
      'http.response.status_code': 503,
      'error.type': '503',
      'podspan.request.file': false,
      error: true,
    })
  })

  test('the backend takes no metrics: said once, not shown as loss', async () => {
    const said = (): number => sidecar.stderr().split('takes no metrics').length - 1
    expect(await waitFor(() => (said() > 0 ? true : undefined))).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(said()).toBe(1)
    expect(sidecar.stderr()).toContain('left out "bad"')
  })

  test('an app that is not there: 502 and a span that says so', async () => {
    const port = (app.address() as AddressInfo).port
    app.closeAllConnections()
    await new Promise((resolve) => app.close(resolve))
    const traceId = 'c'.repeat(32)
    const { stdout } = await curl('curl', [
      '-s',
      '-w',
      '%{http_code}',
      '-H',
      `traceparent: 00-${traceId}-${'d'.repeat(16)}-01`,
      `${url}/gone`,
    ])
    expect(stdout).toMatch(/^podspan: .*ECONNREFUSED[\s\S]*502$/)
    expect(tags(await jaeger.trace(traceId))).toMatchObject({
      'http.response.status_code': 502,
      'error.type': 'ECONNREFUSED',
      'podspan.outcome': 'origin-unreachable',
    })
    await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', resolve))
  })
})
