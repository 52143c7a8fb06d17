import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendCanary } from '../../otel/canary.ts'
import { createClock } from '../../src/clock.ts'
import type { OtlpProtocol } from '../../src/config-otlp.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

let server: Server
const bodies: { url: string; headers: object; text: string }[] = []
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    bodies.push({ url: request.url ?? '', headers: request.headers, text })
    response
      .writeHead(200, { 'content-type': 'application/json', date: 'yesterday' })
      .end('{"partialSuccess":{"rejectedSpans":"1"}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const IDS = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) }
function send(
  signal: 'traces' | 'metrics' | 'logs',
  protocol: OtlpProtocol = 'http/json',
  port = (server.address() as AddressInfo).port,
) {
  return sendCanary(signal, {
    settings: {
      enabled: true,
      protocol,
      endpoint: `http://127.0.0.1:${port}/v1/${signal}`,
      headers: { 'x-key': 'k' },
    },
    resource: { 'service.name': 'shop' },
    version: '1.2.3',
    ...IDS,
    clock: createClock(),
    limits: DEFAULT_LIMITS,
    over: AbortSignal.timeout(20_000),
  })
}

test('a span of no length that says what it is, of the app’s resource, sent as telemetry is', async () => {
  const { reply, heard, contentType } = await send('traces')
  const { url, headers, text } = bodies.at(-1) ?? expect.fail()
  expect(url).toBe('/v1/traces')
  expect(headers).toMatchObject({
    'user-agent': 'podspan-check/1.2.3',
    'x-key': 'k',
    'content-type': 'application/json',
  })
  const [{ resource, scopeSpans }] = JSON.parse(text).resourceSpans
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } })
  const [span, ...more] = scopeSpans[0].spans
  expect(more).toEqual([])
  expect(span).toMatchObject({
    ...IDS,
    name: 'podspan check',
    kind: 1,
    attributes: [{ key: 'podspan.check', value: { boolValue: true } }],
  })
  expect(span.endTimeUnixNano).toBe(span.startTimeUnixNano)
  expect(reply).toMatchObject({ kind: 'accepted', rejected: 1 })
  expect(heard).toMatchObject({ status: 200, headers: { date: 'yesterday' } })
  expect(heard?.body.toString()).toContain('rejectedSpans')
  expect(contentType).toBe('application/json')
})

test('of metrics and log records there is none in it', async () => {
  await send('metrics')
  expect(JSON.parse(bodies.at(-1)?.text ?? '').resourceMetrics).toMatchObject([{ scopeMetrics: [] }])
  await send('logs')
  expect(JSON.parse(bodies.at(-1)?.text ?? '')).toEqual({ resourceLogs: [] })
})

test.each(['http/protobuf', 'grpc'] as const)(
  'nobody there, by %s: the transport says why, and nothing was heard',
  async (protocol) => {
    const { reply, heard } = await send('traces', protocol, 1)
    expect(reply).toMatchObject({ kind: 'failed', reason: expect.stringContaining('ECONNREFUSED') })
    expect(heard).toBeUndefined()
  },
)
