/**
 * Every name, type, unit and value that a running sidecar really sends, as a real Collector decoded it, is one of the
 * semantic conventions 1.45 or of our own registry. Anything unknown fails.
 */

import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { readRegistry } from '../../otel/registry/generate.ts'
import { type Collector, missing, startCollector, waitFor } from '../support/backends.ts'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import * as semconv from '../support/semconv.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const why = missing('otelcol')
if (why !== undefined) console.warn(why)

type Value = Readonly<Record<string, unknown>>
interface Attribute {
  readonly key: string
  readonly value: Value
}
interface Point {
  readonly attributes?: readonly Attribute[]
}
interface Metric {
  readonly name: string
  readonly unit?: string
  readonly histogram?: { readonly dataPoints: readonly Point[] }
  readonly exponentialHistogram?: { readonly dataPoints: readonly Point[] }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic?: boolean }
}

const registry = readRegistry()
const OWN_ATTRIBUTES = new Map<string, semconv.AttributeType>(
  registry.attributes.map(({ key, type }) => [
    key,
    typeof type === 'string' ? (type as semconv.AttributeType) : type.members.map(({ value }) => value),
  ]),
)
const OWN_METRICS = new Map(registry.metrics.map((metric) => [metric.name, metric]))

/** What is wrong with it; undefined when nothing is. */
function attributeProblem({ key, value }: Attribute): string | undefined {
  const template = semconv.TEMPLATES.find(([prefix]) => key.startsWith(prefix))
  const type = OWN_ATTRIBUTES.get(key) ?? semconv.ATTRIBUTES[key] ?? template?.[1]
  if (type === undefined) return `${key} is not known`
  const [kind = '', plain] = Object.entries(value)[0] ?? []
  if (typeof type !== 'string')
    return type.includes(String(plain)) ? undefined : `${key}=${plain} is not among its values`
  // JavaScript has one kind of number: a double without a fraction goes out as an int.
  const kinds: Record<string, readonly string[]> = {
    string: ['stringValue'],
    int: ['intValue'],
    double: ['doubleValue', 'intValue'],
    boolean: ['boolValue'],
    'string[]': ['arrayValue'],
  }
  return kinds[type]?.includes(kind) ? undefined : `${key} is ${kind}, not ${type}`
}

function metricProblem(metric: Metric): string | undefined {
  const expected = OWN_METRICS.get(metric.name) ?? semconv.METRICS[metric.name]
  if (expected === undefined) return `${metric.name} is not known`
  const instrument = instrumentOf(metric)
  if (instrument !== expected.instrument) return `${metric.name} is a ${instrument}, not a ${expected.instrument}`
  return metric.unit === expected.unit ? undefined : `${metric.name} in ${metric.unit}, not ${expected.unit}`
}

function instrumentOf({ histogram, exponentialHistogram, gauge, sum }: Metric): string {
  if (histogram ?? exponentialHistogram) return 'histogram'
  if (gauge) return 'gauge'
  return sum?.isMonotonic === true ? 'counter' : 'updowncounter'
}

describe.skipIf(why !== undefined)('what a sidecar sends', () => {
  let collector: Collector
  let lines: ReturnType<Collector['received']>
  const cleanups: (() => unknown)[] = []

  beforeAll(async () => {
    collector = await startCollector()
    cleanups.push(() => collector.stop())
    await produce(collector, cleanups)
    lines = collector.received()
  }, 60_000)
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  /** Everything of this name at any depth. */
  function all<Found>(name: string, within: unknown = lines): Found[] {
    if (Array.isArray(within)) return within.flatMap((each) => all<Found>(name, each))
    if (typeof within !== 'object' || within === null) return []
    return Object.entries(within).flatMap(([key, value]) => (key === name ? [value as Found] : all<Found>(name, value)))
  }

  const flat = <Item>(name: string): Item[] => all<Item[]>(name).flat()
  const distinct = (problems: readonly (string | undefined)[]): (string | undefined)[] =>
    [...new Set(problems)].filter((problem) => problem !== undefined)

  test('spans: attributes', () => {
    const spans = flat<{ name: string; attributes: Attribute[] }>('spans')
    expect(new Set(spans.map(({ name }) => name)).size).toBeGreaterThan(3)
    expect(distinct(spans.flatMap(({ attributes }) => attributes.map(attributeProblem)))).toEqual([])
    const seen = new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)))
    for (const key of ['http.route', 'error.type', 'podspan.refusal', 'podspan.sse.events', 'url.full', 'url.query']) {
      expect(seen, `traffic was to make ${key}`).toContain(key)
    }
  })

  test('metrics: names, instruments, units, attributes', () => {
    const metrics = flat<Metric>('metrics')
    const names = new Set(metrics.map(({ name }) => name))
    for (const name of ['http.server.request.duration', 'http.client.request.duration', 'podspan.stream.duration']) {
      expect(names).toContain(name)
    }
    expect(distinct(metrics.map(metricProblem))).toEqual([])
    const points = metrics.flatMap(({ histogram, exponentialHistogram, gauge, sum }) =>
      [histogram, exponentialHistogram, gauge, sum].flatMap((data) => data?.dataPoints ?? []),
    )
    expect(distinct(points.flatMap(({ attributes = [] }) => attributes.map(attributeProblem)))).toEqual([])
  })

  test('log records: attributes', () => {
    const records = flat<{ attributes: Attribute[] }>('logRecords')
    expect(records.length).toBeGreaterThan(5)
    expect(distinct(records.flatMap(({ attributes }) => attributes.map(attributeProblem)))).toEqual([])
  })

  test('resources: attributes, as strings', () => {
    const attributes = all<{ attributes: Attribute[] }>('resource').flatMap((resource) => resource.attributes)
    const unknown = attributes.filter(
      ({ key, value }) => !semconv.RESOURCE_ATTRIBUTES.has(key) || !('stringValue' in value),
    )
    expect(unknown).toEqual([])
  })
})

/** Traffic of every kind, through a sidecar before an app and one before what it calls. */
async function produce(collector: Collector, cleanups: (() => unknown)[]): Promise<void> {
  const app = createServer((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n')
    } else if (request.url === '/fails') response.writeHead(500).end()
    else response.writeHead(200, { 'x-cache': 'hit' }).end('ok')
  })
  const sockets = new WebSocketServer({ server: app })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  cleanups.push(() => app.close().closeAllConnections())
  const appPort = await listenOnFreePort(app)
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
    OTEL_METRIC_EXPORT_INTERVAL: '300',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_SERVICE_NAME: 'registry',
    OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'x-tenant',
    OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'x-cache',
  }
  const run = (...args: string[]): Promise<RunningSidecar> => startSidecar({ args: ['--port', '0', ...args], env })
  const ingress = await run('--target', `${appPort}`, '--routes', '/users/{id}')
  const beside = await run('--target', `${appPort}`, '--app-instrumented')
  const deserted = await run('--target', '1')
  const egress = await run('--egress', `127.0.0.1:${appPort}`)
  const url = `http://127.0.0.1:${ingress.port}`
  for (const path of ['/users/7?x=1', '/fails', '/events', '/logo.png']) await ask(`${url}${path}`)
  await ask(`${url}/`, 'PURGE')
  await ask(`http://127.0.0.1:${beside.port}/`)
  await ask(`http://127.0.0.1:${deserted.port}/`)
  await raw(
    egress.port,
    `GET http://127.0.0.1:${appPort}/fails HTTP/1.1\r\nHost: 127.0.0.1:${appPort}\r\nConnection: close\r\n\r\n`,
  )
  await raw(ingress.port, 'GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n')
  await talk(`ws://127.0.0.1:${ingress.port}/socket`)
  await waitFor(() =>
    JSON.stringify(collector.received()).includes('http.server.request.duration') ? true : undefined,
  )
  for (const sidecar of [ingress, beside, deserted, egress]) expect(await sidecar.stop()).toBe(0)
}

async function ask(url: string, method = 'GET'): Promise<void> {
  await (await fetch(url, { method, headers: { 'x-tenant': 'a' } })).arrayBuffer()
}

function raw(port: number, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.resume().on('end', resolve).on('error', reject)
  })
}

function talk(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.on('open', () => socket.send('hello')).on('message', () => socket.close(1000))
    socket.on('close', () => resolve()).on('error', reject)
  })
}
