import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCodec } from '../../otel/otlp.ts'
import { type HttpOptions, HttpTransport } from '../../otel/transport.ts'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { spanOf } from '../support/spans.ts'

interface Received {
  readonly request: IncomingMessage
  readonly body: Buffer
}

let server: Server
let received: Received[]
let connections: number
let respond: (response: ServerResponse) => void
beforeEach(async () => {
  received = []
  connections = 0
  respond = (response) => void response.end()
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ request, body: Buffer.concat(chunks) })
      respond(response)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`

function transport(changes: Partial<HttpOptions> = {}): HttpTransport {
  const { encoding, contentType, rejection } = createCodec('traces', 'http/json')
  return new HttpTransport({
    ...{ url: url(), encoding, contentType, rejection, headers: {}, gzip: false, tls: {} },
    ...{ userAgent: 'podspan/1', clock: createClock(), limits: DEFAULT_LIMITS },
    ...changes,
  })
}
const never = new AbortController().signal
const BODY = Buffer.from('{"resourceSpans":[]}')
const TAKEN = { kind: 'accepted', rejected: 0, message: '' }

test('a request says who sends what; given headers stand beside ours, never in their place', async () => {
  const headers = { authorization: 'Bearer x', 'user-agent': 'mine', 'content-type': 'text/plain' }
  expect(await transport({ headers }).send(BODY, never)).toEqual(TAKEN)
  expect(received[0]?.request).toMatchObject({ method: 'POST', url: '/v1/traces' })
  expect(received[0]?.request.headers).toMatchObject({
    authorization: 'Bearer x',
    'user-agent': 'podspan/1',
    'content-type': 'application/json',
    'content-length': String(BODY.length),
  })
  expect(received[0]?.body).toEqual(BODY)
})

test('gzip', async () => {
  expect(await transport({ gzip: true }).send(BODY, never)).toEqual(TAKEN)
  expect(received[0]?.request.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(received[0]?.body ?? '')).toEqual(BODY)
})

test('one connection is kept for all requests, and another is made when it was closed', async () => {
  const one = transport()
  for (let each = 0; each < 3; each++) await one.send(BODY, never)
  expect(connections).toBe(1)
  server.closeAllConnections()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await one.send(BODY, never)).toEqual(TAKEN)
  expect(connections).toBe(2)
})

test('what it sends is what the exporter of the SDK sends', async () => {
  await transport().send(createCodec('traces', 'http/json').encode([spanOf(1), spanOf(2)]), never)
  const exporter = new OTLPTraceExporter({ url: url() })
  await new Promise<void>((resolve) => exporter.export([spanOf(1), spanOf(2)], () => resolve()))
  const [ours, theirs] = received
  expect(ours?.body).toEqual(theirs?.body)
  expect(ours?.request.headers['content-type']).toBe(theirs?.request.headers['content-type'])
})

test('partial success is read from an OTLP answer only', async () => {
  const partial = '{"partialSuccess":{"rejectedSpans":2,"errorMessage":"old"}}'
  respond = (response) => void response.setHeader('content-type', 'application/json').end(partial)
  expect(await transport().send(BODY, never)).toEqual({ kind: 'accepted', rejected: 2, message: 'old' })
  respond = (response) => void response.setHeader('content-type', 'text/plain').end(partial)
  expect(await transport().send(BODY, never)).toEqual(TAKEN)
})

test('a web page takes nothing, whatever its status says', async () => {
  respond = (response) =>
    void response.setHeader('content-type', 'text/html; charset=utf-8').end('<title>Jaeger UI</title>')
  expect(await transport().send(BODY, never)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('web page'),
  })
})

test('a redirect is not followed', async () => {
  respond = (response) => void response.writeHead(307, { location: url() }).end()
  expect(await transport().send(BODY, never)).toEqual({ kind: 'refused', reason: 'HTTP 307' })
  expect(received).toHaveLength(1)
})

test('an answer without an end is read to the bound, and is an answer', async () => {
  let sent = 0
  respond = (response) => {
    const more = (): void => {
      if (response.destroyed) return
      sent += 65_536
      response.write(Buffer.alloc(65_536), () => setImmediate(more))
    }
    more()
  }
  const limits = { ...DEFAULT_LIMITS, exportAnswerBytesMax: 1_048_576 }
  expect(await transport({ limits }).send(BODY, never)).toEqual(TAKEN)
  expect(sent).toBeLessThan(10 * 1_048_576)
})

test('a 200 whose body breaks off has been said; a body that drips ends with the time', async () => {
  respond = (response) => {
    response.writeHead(200, { 'content-length': 10 }).write('12')
    setTimeout(() => response.destroy(), 20)
  }
  expect(await transport().send(BODY, never)).toEqual(TAKEN)
  respond = (response) => void response.writeHead(200, { 'content-length': 10 }).write('12')
  expect(await transport().send(BODY, AbortSignal.timeout(50))).toEqual(TAKEN)
  respond = () => {}
  expect(await transport().send(BODY, AbortSignal.timeout(50))).toMatchObject({ kind: 'failed' })
})

test.each([
  ['a port where nobody listens', { url: 'http://127.0.0.1:1/' }, 'ECONNREFUSED'],
  ['a name that does not exist', { url: 'http://nobody.invalid/' }, /ENOTFOUND|EAI_AGAIN/],
])('%s is worth another try', async (_, changes, reason) => {
  expect(await transport(changes).send(BODY, never)).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(reason),
  })
})

test('TLS to a port that speaks none fails, and may be mended; a header that cannot be sent may not', async () => {
  expect(await transport({ url: url().replace('http:', 'https:') }).send(BODY, never)).toMatchObject({ kind: 'failed' })
  expect(await transport({ headers: { 'x y': '1' } }).send(BODY, never)).toMatchObject({ kind: 'refused' })
})
