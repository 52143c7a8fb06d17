import { afterAll, expect, test } from 'vitest'
import { ask, askHttp2, connectSecurely, speechAt } from '../../src/check/ask.ts'
import { connectTo, isFailure, within } from '../../src/check/dial.ts'
import { makeCertificates } from '../support/certificates.ts'
import {
  askingFor,
  closing,
  desertedPort,
  http,
  http2,
  https,
  raw,
  resetting,
  silent,
  ssh,
} from '../support/strangers.ts'

const certificates = makeCertificates()
afterAll(() => certificates.remove())
const signed = certificates.sign('DNS:localhost')

const HEAD = { method: 'HEAD', path: '/', authority: 'app:8087' } as const
const at = (port: number) => ({ host: '127.0.0.1', port })
async function speech(port: number, checkMs?: number): Promise<string> {
  const asked = await speechAt(at(port), HEAD, askingFor(checkMs))
  return isFailure(asked) ? asked.code : `${asked.speech.kind} ${asked.code ?? ''}`.trim()
}

test('HTTP/1.1 is asked in one request that says who asks', async () => {
  const seen: unknown[] = []
  const port = await http(({ method, url, headers }, response) => {
    seen.push([method, url, headers])
    response.writeHead(404).end('nothing here')
  })
  const asked = await speechAt(at(port), HEAD, askingFor())
  expect(asked).toMatchObject({ speech: { kind: 'http1', status: 404 } })
  expect(seen).toEqual([
    ['HEAD', '/', { host: 'app:8087', 'user-agent': 'podspan-check/1.2.3', accept: '*/*', connection: 'close' }],
  ])
})

test('the body of a GET is read to its end, or to a bound', async () => {
  const port = await http((_, response) => void response.end('x'.repeat(200_000)))
  const asked = await speechAt(at(port), { ...HEAD, method: 'GET' }, askingFor())
  if (isFailure(asked) || asked.speech.kind !== 'http1') throw new Error('no answer')
  expect(asked.speech.body.length).toBeGreaterThan(50_000)
  expect(asked.speech.body.length).toBeLessThan(200_000)
})

test.each([
  ['TLS', () => https(signed, (_, response) => void response.end()), 'tls'],
  [
    'TLS, as Go says it',
    () =>
      raw(
        (socket) =>
          void socket.once('data', () => {
            socket.write('HTTP/1.0 400 Bad Request\r\n\r\n')
            setTimeout(() => socket.end('Client sent an HTTP request to an HTTPS server.\n'), 20)
          }),
      ),
    'tls',
  ],
  ['HTTP/2 in the clear', http2, 'http2'],
  ['SSH', ssh, 'other'],
  ['nobody', desertedPort, 'ECONNREFUSED'],
])('%s', async (_, open, expected) => {
  expect((await speech(await open())).split(' ')[0]).toBe(expected)
})

test('one that says nothing, closes, or resets', async () => {
  expect(await speech(await silent(), 300)).toBe('nothing no time')
  expect(await speech(await closing(), 300)).toBe('nothing')
  expect(await speech(await resetting(), 300)).toBe('nothing ECONNRESET')
})

test('on a connection that is there: HTTP/1.1, HTTP/2, and TLS around it', async () => {
  const asking = askingFor()
  const over = within(asking.clock, 20_000, asking.stopped)
  const port = await https(signed, (_, response) => void response.end('hello'))
  const socket = await connectSecurely(at(port), { ca: certificates.ca, servername: 'localhost' }, over)
  if (isFailure(socket)) throw new Error(socket.code)
  expect(await ask(socket, { ...HEAD, method: 'GET' }, asking, over)).toMatchObject({ speech: { status: 200 } })
  expect(await connectSecurely(at(port), {}, over)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  const plain = await connectTo(at(await http2()), over)
  if (isFailure(plain)) throw new Error(plain.code)
  expect(await askHttp2(plain, asking, over)).toMatchObject({ speech: { kind: 'http2' } })
  const late = within(asking.clock, 100, asking.stopped)
  expect(await connectSecurely(at(await silent()), {}, late)).toMatchObject({ code: 'no time' })
})
