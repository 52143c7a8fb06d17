/** The port itself, with real sockets: who is let in, what anybody may hold, and what becomes of what is no request. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { json } from '../../src/admin/answer.ts'
import type { Endpoint } from '../../src/admin/endpoints.ts'
import { createAdminServer, listen } from '../../src/admin/server.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { ask, askRaw } from '../support/admin.ts'

const WAIT = { timeout: 20_000, interval: 10 }
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

function endpoint(path: string, answer: Endpoint['answer'], more: Partial<Endpoint> = {}): Endpoint {
  return { path, summary: '', parameters: [], answer, ...more }
}

async function serve(endpoints: readonly Endpoint[], changes: Partial<Limits> = {}) {
  const said: string[] = []
  const server = createAdminServer({
    limits: { ...DEFAULT_LIMITS, ...changes },
    endpoints,
    pageOf: async (path) => (path === '/app.js' ? { body: Buffer.from('1'), type: 'text/javascript' } : undefined),
    say: (text) => said.push(text),
  })
  servers.push(server)
  const { port } = (await listen(server, { host: '127.0.0.1', port: 0 })) as AddressInfo
  return { port, said }
}

const HELLO = endpoint('/hello', () => json({ hello: true }))
const GET = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

/** Each with its head in lower case, and its body. */
function answersOf(raw: string): { readonly status: number; readonly head: string; readonly body: string }[] {
  return raw.split(/(?=HTTP\/1\.1 \d{3} )/).map((one) => ({
    status: Number(one.slice(9, 12)),
    head: one.split('\r\n\r\n')[0]?.toLowerCase() ?? '',
    body: one.split('\r\n\r\n')[1] ?? '',
  }))
}

describe('every answer', () => {
  test.each([
    ['an endpoint', GET('/hello', 'Connection: close\r\n'), 200],
    ['a file of the page', GET('/app.js', 'Connection: close\r\n'), 200],
    ['nothing', GET('/nothing', 'Connection: close\r\n'), 404],
    ['a question that is not understood', GET('/hello?x=1', 'Connection: close\r\n'), 400],
    ['a strange Host', 'GET /hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 403],
    ['two Hosts', 'GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 400],
    ['a foreign page', GET('/hello', 'Origin: http://evil.example\r\nConnection: close\r\n'), 403],
    [
      'a method that would change something',
      'POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab',
      405,
    ],
    ['a preflight', 'OPTIONS /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 405],
    ['a failing handler', GET('/bug', 'Connection: close\r\n'), 500],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00', 400],
    ['a head that is too long', GET('/hello', `X: ${'x'.repeat(20_000)}\r\n`), 431],
    ['a path that is too long', GET(`/${'x'.repeat(65_536)}`), 431],
    ['an expectation', GET('/hello', 'Expect: the impossible\r\nConnection: close\r\n'), 200],
    ['a wish for another protocol', GET('/hello', 'Upgrade: websocket\r\nConnection: Upgrade, close\r\n'), 200],
    ['an old client', 'GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n', 200],
  ])('to %s is of its type alone, kept by nobody, framed by nobody', async (_, bytes, status) => {
    const bug = endpoint('/bug', () => {
      throw new Error('no')
    })
    const { port } = await serve([HELLO, bug])
    const raw = (await askRaw(port, bytes)).replace(/^HTTP\/1\.[01]/, 'HTTP/1.1')
    const [answer] = answersOf(raw)
    expect(answer?.status).toBe(status)
    for (const field of [
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      'x-frame-options: deny',
      'referrer-policy: no-referrer',
      "content-security-policy: default-src 'none'",
      "frame-ancestors 'none'",
    ])
      expect(answer?.head).toContain(field)
    expect(answer?.head).not.toContain('access-control')
    if (status >= 400) expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: { type: expect.any(String) } })
    if (status === 405) expect(answer?.head).toContain('allow: get, head')
  })
})

test('what is not there names what is', async () => {
  const { port } = await serve([HELLO])
  const { status, headers, body } = await ask(port, '/<script>alert(1)</script>')
  expect([status, headers['content-type']]).toEqual([404, 'application/json'])
  expect(JSON.parse(body).error.message).toContain('/hello')
})

test('an id is what follows, and only that', async () => {
  const { port } = await serve([endpoint('/things/{id}', ({ id }) => json({ id }))])
  expect((await ask(port, '/things/7%2f..')).body).toBe('{"id":"7%2f.."}')
  expect((await ask(port, '/things/')).status).toBe(404)
})

test('HEAD is GET without the body', async () => {
  const { port } = await serve([HELLO])
  const { status, headers, body } = await ask(port, '/hello', { method: 'HEAD' })
  expect([status, headers['content-length'], body]).toEqual([200, '14', ''])
})

test('a bug costs one answer, and is said once', async () => {
  const { port, said } = await serve([
    HELLO,
    endpoint('/bug', async () => {
      throw new Error('what happened')
    }),
  ])
  for (let each = 0; each < 3; each++) expect((await ask(port, '/bug')).status).toBe(500)
  expect((await ask(port, '/bug')).body).not.toContain('what happened')
  expect((await ask(port, '/hello')).status).toBe(200)
  expect(said).toEqual([expect.stringContaining('what happened')])
})

test('an answer that fails on its way is broken off, so that nobody takes it for whole', async () => {
  function* pieces(times: number): Generator<string> {
    for (let each = 0; each < times; each++) yield 'x'.repeat(50_000)
    throw new Error('no')
  }
  const half = (path: string, times: number): Endpoint =>
    endpoint(path, () => ({ kind: 'pieces', type: 'text/plain', pieces: pieces(times) }))
  // At once, and when a reader has taken a part of it.
  const { port, said } = await serve([half('/soon', 1), half('/late', 100)])
  await expect(ask(port, '/soon')).rejects.toThrow()
  await expect(ask(port, '/late')).rejects.toThrow()
  expect(said).toHaveLength(2)
})

test('who sends many requests without waiting gets their answers in order; who sends very many is let go', async () => {
  let answered = 0
  const counted = endpoint('/counted', async () => {
    await sleep(1)
    return json(++answered)
  })
  const { port } = await serve([counted])
  const last = GET('/counted', 'Connection: close\r\n')
  const raw = await askRaw(port, GET('/counted').repeat(5) + last)
  expect(answersOf(raw).map(({ body }) => body.trim())).toEqual(['1', '2', '3', '4', '5', '6'])
  await expect(askRaw(port, GET('/counted').repeat(10_000))).rejects.toThrow()
  await sleep(50)
  expect(answered).toBeLessThan(20)
})

test('what nobody takes is held to a bound; beyond it who asks is told, and answered again when there is room', async () => {
  const body = 'x'.repeat(8_000_000)
  const long = endpoint('/long', () => ({ kind: 'whole', status: 200, type: 'text/plain', body }))
  const { port } = await serve([HELLO, long], { adminPendingBytesMax: 10_000_000 })
  const readers: Socket[] = []
  for (let each = 0; each < 6; each++) {
    const { socket } = await dialled(port, GET('/long'))
    readers.push(socket.pause())
    await sleep(50)
  }
  const { status, body: said } = await ask(port, '/hello')
  expect([status, JSON.parse(said).error.type]).toEqual([503, 'busy'])
  for (const reader of readers) reader.destroy()
  await vi.waitFor(async () => expect((await ask(port, '/hello')).status).toBe(200), WAIT)
})

test('after a request there may be another, and garbage is answered after the answers', async () => {
  const { port } = await serve([HELLO])
  const raw = await askRaw(port, `${GET('/hello')}${GET('/nothing')}gar bage\r\n\r\n${GET('/hello')}`)
  expect(answersOf(raw).map(({ status }) => status)).toEqual([200, 404, 400])
  expect(raw).toContain('Connection: close')
})

test('a body is not read', async () => {
  const { port } = await serve([HELLO])
  const raw = await askRaw(port, `${GET('/hello', 'Content-Length: 1000000\r\n')}abc`)
  expect(answersOf(raw)[0]).toMatchObject({ status: 200, head: expect.stringContaining('connection: close') })
})

/** Resolves when the other side has ended the connection. */
async function dialled(port: number, bytes: string): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  const ended = new Promise<string>((resolve) => {
    let received = ''
    socket.on('data', (piece) => (received += piece))
    socket.on('error', () => {}).on('close', () => resolve(received))
  })
  return { socket, ended }
}

describe('nobody is waited for for ever', () => {
  test.each(['', 'GET /hello HT', GET('/hello').slice(0, -2)])('who sends %j and no more', async (bytes) => {
    const { port } = await serve([HELLO], { adminRequestMs: 100 })
    const { ended } = await dialled(port, bytes)
    expect(await ended).toMatch(bytes === '' ? /^$|408 Request/ : /408 Request Timeout/)
  })

  test('who drips', async () => {
    const { port } = await serve([HELLO], { adminRequestMs: 200 })
    const { socket, ended } = await dialled(port, 'GET /hello HTTP/1.1\r\nHost: localhost\r\n')
    const dripping = setInterval(() => socket.write('X: y\r\n'), 50)
    expect(await ended).toContain('408')
    clearInterval(dripping)
  })

  test('who keeps a connection and asks no more', async () => {
    const { port } = await serve([HELLO], { adminRequestMs: 100 })
    const { ended } = await dialled(port, GET('/hello'))
    expect(await ended).toContain('200 OK')
  })

  test('who asks and does not take the answer, of which no more is made than he takes', async () => {
    let made = 0
    function* pieces(): Generator<string> {
      for (; made < 10_000; made++) yield 'x'.repeat(10_000)
    }
    const { port } = await serve(
      [endpoint('/long', () => ({ kind: 'pieces', type: 'text/plain', pieces: pieces() }))],
      {
        adminRequestMs: 300,
      },
    )
    const { socket, ended } = await dialled(port, GET('/long'))
    socket.pause()
    await vi.waitFor(() => expect(made).toBeGreaterThan(0), WAIT)
    await vi.waitFor(async () => {
      const before = made
      await sleep(100)
      expect(made).toBe(before)
    }, WAIT)
    // What the kernel's buffers hold, and a little: 100 MB were to come.
    expect(made).toBeLessThan(2_500)
    await sleep(1_200)
    socket.resume()
    await ended
    expect(made).toBeLessThan(10_000)
  })
})

test('beyond the bound of connections further ones are closed, and there is room again when one has gone', async () => {
  const { port } = await serve([HELLO], { adminConnectionsMax: 3 })
  const first = await Promise.all([1, 2, 3].map(() => dialled(port, '')))
  const { ended } = await dialled(port, GET('/hello'))
  expect(await ended).toBe('')
  first[0]?.socket.destroy()
  await vi.waitFor(async () => expect((await ask(port, '/hello')).status).toBe(200), WAIT)
})

test('a port that is taken is a value', async () => {
  const { port } = await serve([HELLO])
  const server = createAdminServer({
    limits: DEFAULT_LIMITS,
    endpoints: [],
    pageOf: async () => undefined,
    say: () => {},
  })
  expect(await listen(server, { host: '127.0.0.1', port })).toEqual({ code: 'EADDRINUSE' })
})
