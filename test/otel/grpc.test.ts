/** A gRPC backend of our own, by hand on HTTP/2: real ones do not fail when they are told to. */
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGrpcTransport } from '../../otel/grpc.ts'
import { createCodec } from '../../otel/otlp.ts'
import type { Transport } from '../../otel/transport.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { statusOf, waiting } from '../support/rpc-status.ts'

interface Answer {
  readonly message?: Uint8Array
  readonly trailers?: Readonly<Record<string, string>>
}

let server: Http2Server
let transport: Transport
let seen: IncomingHttpHeaders[]
let answers: (Answer | 'silence')[]
beforeEach(async () => {
  seen = []
  answers = []
  server = createServer()
  server.on('stream', (stream, headers) => {
    seen.push(headers)
    const answer = answers.shift() ?? {}
    stream.on('error', () => {}).resume()
    if (answer !== 'silence') stream.on('end', () => reply(stream as ServerHttp2Stream, answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  transport = create(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(() => {
  transport.close()
  server.close()
})

function create(url: string): Transport {
  const { rejection } = createCodec('traces', 'grpc')
  const options = { url, timeoutMs: 1_000, userAgent: 'podspan/1', rejection, limits: DEFAULT_LIMITS }
  return createGrpcTransport({ signal: 'traces', ...options })
}

function reply(
  stream: ServerHttp2Stream,
  { message = new Uint8Array(), trailers = { 'grpc-status': '0' } }: Answer,
): void {
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.end(frame)
}

const BODY = createCodec('traces', 'grpc').encode([])
const never = new AbortController().signal
const status = (code: number, more: Record<string, string> = {}): Answer => ({
  trailers: { 'grpc-status': String(code), 'grpc-message': 'no', ...more },
})

test('a request goes to the service of its signal, and says who sends it', async () => {
  expect(await transport.send(BODY, never)).toEqual({ kind: 'accepted', rejected: 0, message: '' })
  expect(seen[0]?.[':path']).toBe('/opentelemetry.proto.collector.trace.v1.TraceService/Export')
  expect(seen[0]?.['user-agent']).toMatch(/^podspan\/1 /)
})

test('partial success, of the very request it answers', async () => {
  answers = [{ message: Uint8Array.of(10, 2, 8, 5) }, {}, { message: Uint8Array.of(10, 2, 8, 7) }]
  const replies = await Promise.all([1, 2, 3].map(() => transport.send(BODY, never)))
  expect(replies.map((each) => (each.kind === 'accepted' ? each.rejected : -1)).sort()).toEqual([0, 5, 7])
})

test.each([
  ['UNAVAILABLE', status(14), 'failed'],
  ['UNIMPLEMENTED', status(12), 'unsupported'],
  ['INVALID_ARGUMENT', status(3), 'refused'],
  ['RESOURCE_EXHAUSTED', status(8), 'refused'],
  [
    'RESOURCE_EXHAUSTED with RetryInfo',
    status(8, {
      'grpc-status-details-bin': statusOf(waiting(2, 0)).toString('base64'),
    }),
    'failed',
  ],
])('%s', async (_, answer, kind) => {
  answers = [answer]
  expect((await transport.send(BODY, never)).kind).toBe(kind)
})

test('the pause that a backend asks for is told', async () => {
  answers = [status(14, { 'grpc-status-details-bin': statusOf(waiting(2, 500_000_000)).toString('base64') })]
  expect(await transport.send(BODY, never)).toMatchObject({ kind: 'failed', retryAfterMs: 2_500 })
})

test('nobody there, and no answer in time', async () => {
  expect(await create('http://127.0.0.1:1').send(BODY, never)).toMatchObject({ kind: 'failed' })
  answers = ['silence']
  expect(await transport.send(BODY, AbortSignal.timeout(50))).toEqual({ kind: 'failed', reason: 'no answer in time' })
})
