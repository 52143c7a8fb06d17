import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import { describe, expect, test } from 'vitest'
import { toSpan } from '../../otel/spans.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'

const OWNER = {
  methods: new Set(KNOWN_METHODS),
  appInstrumented: false,
  resource: emptyResource(),
  scope: { name: 'podspan', version: '1' },
}
const exchangeOf = (change: Partial<Exchange> = {}): Exchange => ({ ...EXCHANGE, ...change })
const EXCHANGE: Exchange = {
  id: 1,
  connectionId: 1,
  kind: 'server',
  trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true },
  startedAtMs: 1_700_000_000_123.456,
  startedMonotonicMs: 5,
  marks: { originConnected: 1, requestHeadSent: 0.5, responseHead: 9, responseEnd: 12 },
  durationMs: 12.25,
  peer: { address: '10.0.0.9', port: 4321 },
  request: {
    method: 'GET',
    path: '/a.png',
    query: 'x=1',
    host: 'shop:8080',
    scheme: 'http',
    httpVersion: '1.1',
    userAgent: 'ua',
    bytes: 3,
  },
  response: { status: 200, reason: 'OK', bytes: 7 },
  isFile: true,
  outcome: 'complete',
}
const span = (change: Partial<Exchange>): ReturnType<typeof toSpan> => toSpan({ ...EXCHANGE, ...change }, OWNER)
const request = (change: Partial<NonNullable<Exchange['request']>>): Partial<Exchange> =>
  EXCHANGE.request === undefined ? {} : { request: { ...EXCHANGE.request, ...change } }

describe('a span', () => {
  test('has the attributes of the conventions, and ours', () => {
    const { name, kind, attributes, status, duration, startTime, endTime } = span({})
    expect({ name, kind, status }).toEqual({
      name: 'GET',
      kind: SpanKind.SERVER,
      status: { code: SpanStatusCode.UNSET },
    })
    expect(attributes).toEqual({
      'client.address': '10.0.0.9',
      'network.peer.address': '10.0.0.9',
      'network.peer.port': 4321,
      'http.request.method': 'GET',
      'url.path': '/a.png',
      'url.query': 'x=1',
      'url.scheme': 'http',
      'server.address': 'shop',
      'server.port': 8080,
      'network.protocol.version': '1.1',
      'user_agent.original': 'ua',
      'http.request.body.size': 3,
      'http.response.body.size': 7,
      'http.response.status_code': 200,
      'podspan.request.file': true,
      'podspan.outcome': 'complete',
      'podspan.phase.connect': 0.0005,
      'podspan.phase.app': 0.008,
      'podspan.phase.download': 0.003,
    })
    expect(startTime[0]).toBe(1_700_000_000)
    expect(Math.abs(startTime[1] - 123_456_000)).toBeLessThan(1_000)
    expect(duration).toEqual([0, 12_250_000])
    expect(endTime[1] - startTime[1]).toBeCloseTo(12_250_000, -3)
  })

  test('of a slow or failed request tells what the container did, in seconds', () => {
    const resources = {
      ...({ scope: 'app' } as const),
      ...{ windowMs: 350, cpuUsedMs: 120, cpuThrottledMs: 200, cpuStalledMs: 50, memoryStalledMs: 10 },
      ...{ ioStalledMs: 0, memoryHeadroomBytes: 1_024, openFds: 87, openFdsMax: 1_024 },
    }
    expect(span({ resources }).attributes).toMatchObject({
      'podspan.resource.scope': 'app',
      'podspan.resource.window.duration': 0.35,
      'podspan.resource.cpu.used': 0.12,
      'podspan.resource.cpu.throttled': 0.2,
      'podspan.resource.cpu.stalled': 0.05,
      'podspan.resource.memory.stalled': 0.01,
      'podspan.resource.io.stalled': 0,
      'podspan.resource.memory.headroom': 1_024,
      'podspan.resource.fd.count': 87,
      'podspan.resource.fd.limit': 1_024,
    })
  })

  test('carries the trace: both flags, remote parent, tracestate', () => {
    const trace = { ...EXCHANGE.trace, parentSpanId: 'c'.repeat(16), state: 'a=1,b=2' }
    const { parentSpanContext, spanContext } = span({ trace })
    expect(spanContext()).toMatchObject({ traceFlags: 3, spanId: 'b'.repeat(16) })
    expect(spanContext().traceState?.serialize()).toBe('a=1,b=2')
    expect(parentSpanContext).toMatchObject({ spanId: 'c'.repeat(16), isRemote: true })
  })

  test.each<[string, Partial<Exchange>, SpanStatusCode, string | undefined]>([
    ['404', { response: { status: 404, reason: '', bytes: 0 } }, SpanStatusCode.UNSET, undefined],
    ['503', { response: { status: 503, reason: '', bytes: 0 } }, SpanStatusCode.ERROR, '503'],
    [
      'no app',
      { outcome: 'origin-unreachable', error: { type: 'ECONNREFUSED', at: 'origin' } },
      SpanStatusCode.ERROR,
      'ECONNREFUSED',
    ],
    [
      'a code nobody knows',
      { outcome: 'origin-aborted', error: { type: 'EWEIRD', at: 'origin' } },
      SpanStatusCode.ERROR,
      '_OTHER',
    ],
    [
      'a client that left',
      { outcome: 'client-aborted', error: { type: 'ECONNRESET', at: 'client' } },
      SpanStatusCode.UNSET,
      undefined,
    ],
    [
      'a refusal',
      { outcome: 'refused-request', error: { type: 'bare_lf', at: 'client' } },
      SpanStatusCode.UNSET,
      undefined,
    ],
  ])('%s', (_name, change, code, errorType) => {
    const { status, attributes } = span(change)
    expect(status.code).toBe(code)
    expect(attributes['error.type']).toBe(errorType)
  })

  test('an unknown method is _OTHER on the label, HTTP in the name, and kept as it was', () => {
    const { name, attributes } = span(request({ method: 'BREW' }))
    expect(name).toBe('HTTP')
    expect(attributes).toMatchObject({ 'http.request.method': '_OTHER', 'http.request.method_original': 'BREW' })
  })

  test.each([
    ['shop', 'shop', 80],
    ['[::1]:8080', '::1', 8080],
    ['[::1]', '::1', 80],
    ['', undefined, undefined],
  ])('Host "%s"', (host, address, port) => {
    const { attributes } = span(request({ host }))
    expect([attributes['server.address'], attributes['server.port']]).toEqual([address, port])
  })

  test('an opaque connection has a name of its own and no HTTP', () => {
    const upgrade = { protocol: 'opaque', bytesIn: 1, bytesOut: 2 }
    const { name, attributes } = span({ request: undefined, response: undefined, upgrade })
    expect(name).toBe('opaque')
    expect(Object.keys(attributes).filter((key) => key.startsWith('http.') || key.startsWith('url.'))).toEqual([])
    expect(attributes).toMatchObject({ 'podspan.upgrade.bytes_in': 1, 'podspan.upgrade.bytes_out': 2 })
  })

  test('a WebSocket tells its messages and who hung up', () => {
    const upgrade = {
      protocol: 'websocket',
      bytesIn: 1,
      bytesOut: 2,
      messagesIn: 3,
      messagesOut: 0,
      closeCode: 1001,
      closedBy: 'client',
    } as const
    expect(span({ upgrade }).attributes).toMatchObject({
      'podspan.upgrade.protocol': 'websocket',
      'podspan.websocket.messages_in': 3,
      'podspan.websocket.messages_out': 0,
      'podspan.websocket.close_code': 1001,
      'podspan.websocket.closed_by': 'client',
    })
  })

  test('an event stream that its client left is no error', () => {
    const eventStream = { events: 2, firstEventMs: 1_500, endedBy: 'client' } as const
    const { attributes, status } = span({
      eventStream,
      outcome: 'client-aborted',
      error: { type: 'ECONNRESET', at: 'client' },
    })
    expect(status.code).toBe(SpanStatusCode.UNSET)
    expect(attributes).toMatchObject({
      'podspan.outcome': 'client-aborted',
      'podspan.sse.events': 2,
      'podspan.sse.first_event': 1.5,
      'podspan.sse.ended_by': 'client',
    })
    expect(attributes).not.toHaveProperty('error.type')
  })

  test('what is not known of a stream makes no attribute', () => {
    const { attributes } = span({ upgrade: { protocol: 'websocket', bytesIn: 0, bytesOut: 0 }, eventStream: {} })
    expect(Object.keys(attributes).filter((name) => /websocket|sse/.test(name))).toEqual([])
  })
})

describe('before what the app calls', () => {
  const outgoing = (changes: Partial<Exchange>): ReturnType<typeof toSpan> =>
    toSpan(
      exchangeOf({
        kind: 'client',
        origin: { address: '10.0.0.9', port: 8443, attempt: 2 },
        request: {
          method: 'GET',
          path: '/items/7',
          query: 'x=1',
          host: 'api:8443',
          scheme: 'http',
          httpVersion: '1.1',
          bytes: 0,
          route: '/items/{id}',
        },
        response: { status: 404, reason: 'Not Found', bytes: 0 },
        ...changes,
      }),
      OWNER,
    )

  test('a CLIENT span, with the whole URL, where it went, and how often', () => {
    const span = outgoing({})
    expect(span.name).toBe('GET /items/{id}')
    expect(span.kind).toBe(SpanKind.CLIENT)
    expect(span.attributes).toMatchObject({
      'url.full': 'http://api:8443/items/7?x=1',
      'url.template': '/items/{id}',
      'server.address': 'api',
      'server.port': 8443,
      'network.peer.address': '10.0.0.9',
      'network.peer.port': 8443,
      'http.request.resend_count': 1,
    })
    for (const name of ['url.path', 'http.route', 'client.address']) expect(span.attributes).not.toHaveProperty(name)
  })

  test('a 4xx is an error of the one who asked', () => {
    expect(outgoing({}).status.code).toBe(SpanStatusCode.ERROR)
    expect(outgoing({}).attributes['error.type']).toBe('404')
    expect(outgoing({ kind: 'server' }).status.code).toBe(SpanStatusCode.UNSET)
  })
})

test('the route is in the name and beside it; headers that were kept are lists by lower-case name', () => {
  const request = {
    ...exchangeOf().request,
    method: 'GET',
    path: '/users/7',
    scheme: 'http',
    httpVersion: '1.1',
    bytes: 0,
  }
  const span = toSpan(
    exchangeOf({
      request: { ...request, route: '/users/{id}', headers: { 'x-tenant': ['a', 'b'] } },
      response: { status: 200, reason: 'OK', bytes: 0, headers: { 'x-cache': ['hit'] } },
    }),
    OWNER,
  )
  expect(span.name).toBe('GET /users/{id}')
  expect(span.attributes).toMatchObject({
    'http.route': '/users/{id}',
    'http.request.header.x-tenant': ['a', 'b'],
    'http.response.header.x-cache': ['hit'],
  })
})

test('beside an app with spans of its own ours is no second SERVER', () => {
  const span = toSpan(exchangeOf(), { ...OWNER, appInstrumented: true })
  expect(span.kind).toBe(SpanKind.INTERNAL)
  expect(span.name).toMatch(/^podspan /)
})

test('the known methods may be others', () => {
  const request = { method: 'PURGE', path: '/', scheme: 'http', httpVersion: '1.1', bytes: 0 }
  expect(toSpan(exchangeOf({ request }), OWNER).name).toBe('HTTP')
  expect(toSpan(exchangeOf({ request }), { ...OWNER, methods: new Set(['PURGE']) }).name).toBe('PURGE')
})
