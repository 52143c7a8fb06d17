/**
 * Real clients of every kind through the real process to a real app: what they send arrives, what is answered comes back,
 * while it is being said; and a gigabyte each way passes whole and leaves no trace in memory.
 */
import { type ExecFileException, execFile, spawnSync } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { Client as UndiciClient } from 'undici'
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const PYTHON_CLIENT = fileURLToPath(new URL('../support/client.py', import.meta.url))
const BODY = Buffer.from('0123456789'.repeat(10_000))

const cleanups: (() => unknown)[] = []
let app: Server
let sidecar: RunningSidecar
let url: string

beforeEach(async () => {
  app = createServer((incoming, answer) => (ROUTES[incoming.url ?? ''] ?? notFound)(incoming, answer))
  cleanups.push(() => app.close().closeAllConnections())
  const target = String(await listenOnFreePort(app))
  sidecar = await startSidecar({ args: ['--port', '0', '--target', target, '--no-dump'] })
  cleanups.push(() => sidecar.stop('SIGKILL'))
  url = `http://127.0.0.1:${sidecar.port}`
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const notFound: RequestListener = (_, answer) => answer.writeHead(404).end('no')
const ROUTES: Record<string, RequestListener> = {
  /** The body back, with how much of it came, its trailers, and on which connection. */
  '/echo': async (incoming, answer) => {
    const body = await buffer(incoming)
    answer.setHeader('x-received', body.length)
    answer.setHeader('x-trailers', JSON.stringify(incoming.trailers))
    answer.setHeader('x-port', incoming.socket.remotePort ?? 0)
    if (body.length > 0) answer.write(body.subarray(0, 5))
    answer.end(body.subarray(5))
  },
  '/hints': (_, answer) => answer.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => answer.end('page')),
  '/trailers': (_, answer) => {
    answer.writeHead(200, { trailer: 'x-sum' }).write('body')
    answer.addTrailers({ 'x-sum': 'abc' })
    answer.end()
  },
}

async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [incoming] = await once(outgoing, 'response')
  return incoming
}

describe('Node', () => {
  test('an Agent keeps its connection, and so does the app', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    cleanups.push(() => agent.destroy())
    const ports = new Set<unknown>()
    for (let turn = 0; turn < 20; turn++) {
      const outgoing = request(`${url}/echo`, { method: 'POST', agent })
      const incoming = await answerTo(outgoing.end(BODY))
      expect(BODY.equals(await buffer(incoming))).toBe(true)
      expect(outgoing.reusedSocket).toBe(turn > 0)
      ports.add(incoming.headers['x-port'])
    }
    expect(ports.size).toBe(1)
  })

  test('trailers pass, up and down', async () => {
    const outgoing = request(`${url}/echo`, { method: 'POST', headers: { trailer: 'x-sum' } })
    outgoing.write('body')
    outgoing.addTrailers({ 'x-sum': 'abc' })
    const up = await answerTo(outgoing.end())
    expect(up.resume().headers['x-trailers']).toBe('{"x-sum":"abc"}')
    const down = await answerTo(request(`${url}/trailers`).end())
    expect(await text(down)).toBe('body')
    expect(down.trailers).toEqual({ 'x-sum': 'abc' })
  })

  test('fetch sends strings, streams and nothing', async () => {
    const stream = Readable.toWeb(Readable.from([BODY.subarray(0, 3), BODY.subarray(3)]))
    for (const body of ['text', BODY, stream, undefined]) {
      const response = await fetch(`${url}/echo`, { method: 'POST', body: body ?? null, duplex: 'half' } as RequestInit)
      const expected = Buffer.from(typeof body === 'string' ? body : body === undefined ? '' : BODY)
      expect(expected.equals(Buffer.from(await response.arrayBuffer()))).toBe(true)
    }
  })

  test('undici sends several requests ahead, and gets the answers in order', async () => {
    const client = new UndiciClient(url, { pipelining: 8 })
    cleanups.push(() => client.destroy())
    const bodies = Array.from({ length: 40 }, (_, turn) => `body ${turn}`)
    const ask = (body: string) => client.request({ path: '/echo', method: 'PUT', body, idempotent: true })
    const answers = await Promise.all(bodies.map(async (body) => (await ask(body)).body.text()))
    expect(answers).toEqual(bodies)
  })
})

type Output = { readonly out: string; readonly err: string }
/** Runs a program to its end; where it is not installed the test is skipped, but never in CI. */
function run(context: TestContext, program: string, args: readonly string[], input?: Buffer): Promise<Output> {
  const isMissing = spawnSync(program, ['--version']).error !== undefined
  if (isMissing && process.env.CI !== 'true') context.skip(`${program} is not installed here`)
  return new Promise((resolve, reject) => {
    const done = (error: ExecFileException | null, out: string, err: string): void =>
      error === null ? resolve({ out, err }) : reject(error)
    execFile(program, args, { maxBuffer: 10_000_000 }, done).stdin?.end(input)
  })
}

describe('curl', () => {
  const curl = (context: TestContext, args: readonly string[], input?: Buffer) =>
    run(context, 'curl', ['-sSv', '--noproxy', '*', '--max-time', '20', ...args], input)

  test('HTTP/1.1, twice on one connection', async (context) => {
    const { out, err } = await curl(context, ['--include', `${url}/trailers`, `${url}/trailers`])
    expect(out.match(/\r\n\r\nbodyx-sum: abc/g)).toHaveLength(2)
    expect(err).toMatch(/re-?using existing/i)
  })

  test('HTTP/1.0 knows no chunks: the close ends the body', async (context) => {
    const { out, err } = await curl(context, ['--http1.0', '--data-binary', '@-', `${url}/echo`], BODY)
    expect(out).toBe(BODY.toString())
    expect(err).not.toMatch(/transfer-encoding|trailer:/i)
  })

  test('HEAD', async (context) => {
    const { out, err } = await curl(context, ['--head', `${url}/echo`])
    expect(out).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(err).toMatch(/left intact/)
  })

  test('chunks up, with and without asking first', async (context) => {
    for (const asking of ['', '100-continue']) {
      const fields = ['-H', 'Transfer-Encoding: chunked', '-H', `Expect: ${asking}`, '--expect100-timeout', '20']
      const { out, err } = await curl(context, [...fields, '-T', '-', `${url}/echo`], BODY)
      expect(out).toBe(BODY.toString())
      expect(/< HTTP\/1\.1 100 Continue/.test(err)).toBe(asking !== '')
    }
  })

  test('103 Early Hints come before the answer', async (context) => {
    const { out, err } = await curl(context, [`${url}/hints`])
    expect(out).toBe('page')
    expect(err).toMatch(/< HTTP\/1\.1 103 Early Hints[\s\S]*< Link: <\/style\.css>[\s\S]*< HTTP\/1\.1 200 OK/i)
  })
})

test('Python: http.client on one connection, urllib on several', async (context) => {
  const { out } = await run(context, 'python3', [PYTHON_CLIENT, String(sidecar.port)])
  expect(JSON.parse(out)).toEqual({
    kept: ['GET 200 0 0', 'HEAD 200 0 0', 'POST 200 100000 100000', 'PUT 200 100000 100000', 'GET 200 0 0'],
    urllib: ['200 0', '200 100000', '404 2'],
  })
})

describe('WebSocket', () => {
  async function pair(): Promise<{ client: WebSocket; server: WebSocket }> {
    const sockets = new WebSocketServer({ server: app })
    const accepted = once(sockets, 'connection')
    const client = new WebSocket(url.replace('http', 'ws'))
    cleanups.push(() => client.terminate())
    const [[server]] = await Promise.all([accepted, once(client, 'open')])
    return { client, server }
  }

  test('echoes text, bytes and a megabyte, and pings both ways', async () => {
    const { client, server } = await pair()
    server.on('message', (bytes: Buffer, binary: boolean) => server.send(bytes, { binary }))
    for (const message of ['hello', Buffer.from([0, 255, 7]), Buffer.alloc(1_048_576, 7)]) {
      client.send(message)
      const [echo, isBinary] = await once(client, 'message')
      expect([isBinary, Buffer.from(message).equals(echo)]).toEqual([typeof message !== 'string', true])
    }
    for (const asking of [client, server]) {
      const pinged = once(asking === client ? server : client, 'ping')
      const ponged = once(asking, 'pong')
      asking.ping('are you there')
      expect([String(await pinged), String(await ponged)]).toEqual(['are you there', 'are you there'])
    }
  })

  test.each(['client', 'server'] as const)('the close code and reason of the %s arrive', async (side) => {
    const ends = await pair()
    ends[side].close(4_001, 'enough')
    const [code, reason] = await once(side === 'client' ? ends.server : ends.client, 'close')
    expect([code, String(reason)]).toEqual([4_001, 'enough'])
  })

  test('a side that has ended still hears the other one out', async () => {
    app.on('upgrade', (_, socket: Socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: heard\r\n\r\n')
      let heard = ''
      socket.on('data', (bytes) => (heard += bytes)).on('end', () => socket.end(`heard: ${heard}`))
    })
    const headers = { connection: 'Upgrade', upgrade: 'heard' }
    const [, socket] = await once(request(url, { headers }).end(), 'upgrade')
    socket.end('last words')
    expect(await text(socket)).toBe('heard: last words')
  })
})

describe('server-sent events', () => {
  async function stream(abort = new AbortController()) {
    const asked = Promise.withResolvers<ServerResponse>()
    ROUTES['/events'] = (_, answer) => asked.resolve(answer.writeHead(200, { 'content-type': 'text/event-stream' }))
    const response = fetch(`${url}/events`, { signal: abort.signal })
    const answer = await asked.promise
    answer.write('data: hello\n\n')
    const reader = (await response).body?.pipeThrough(new TextDecoderStream()).getReader()
    const next = async () => (await reader?.read())?.value
    expect(await next()).toBe('data: hello\n\n')
    return { answer, next, leave: () => abort.abort() }
  }

  test('pass one by one', async () => {
    const { answer, next } = await stream()
    for (let event = 0; event < 20; event++) {
      answer.write(`data: ${event}\n\n`)
      expect(await next()).toBe(`data: ${event}\n\n`)
    }
  })

  test('the app hears that the reader left, also when it has nothing to say', async () => {
    const { answer, leave } = await stream()
    leave()
    await once(answer, 'close')
  })
})

describe('a gigabyte', () => {
  const BLOCK = 1_048_576
  const GROWTH_KIB_MAX = 64 * 1_024
  const MATERIAL = Buffer.from(Uint32Array.from({ length: BLOCK / 4 }, (_, i) => Math.imul(i, 2_654_435_761)).buffer)

  /** The same for the same number, and no two alike: one that is lost, doubled or moved changes the checksum. */
  function* blocks(count: number, hash: Hash): Generator<Buffer> {
    for (let number = 0; number < count; number++) {
      const block = Buffer.from(MATERIAL)
      block.writeUInt32LE(number)
      hash.update(block)
      yield block
    }
  }

  async function hashOf(stream: Readable): Promise<string> {
    const hash = createHash('sha256')
    for await (const chunk of stream) hash.update(chunk)
    return hash.digest('hex')
  }

  async function up(count: number): Promise<[sent: string, received: string]> {
    ROUTES['/up'] = async (incoming, answer) => answer.end(await hashOf(incoming))
    const hash = createHash('sha256')
    const outgoing = request(`${url}/up`, { method: 'POST', headers: { 'content-length': count * BLOCK } })
    const answered = answerTo(outgoing)
    await pipeline(blocks(count, hash), outgoing)
    return [hash.digest('hex'), await text(await answered)]
  }

  async function down(count: number): Promise<[sent: string, received: string]> {
    const hash = createHash('sha256')
    ROUTES['/down'] = (_, answer) => pipeline(blocks(count, hash), answer)
    const received = await hashOf(await answerTo(request(`${url}/down`).end()))
    return [hash.digest('hex'), received]
  }

  /** The most that the process held while it worked. */
  async function peakKib(work: Promise<unknown>): Promise<number> {
    let peak = 0
    const watch = setInterval(() => {
      const status = readFileSync(`/proc/${sidecar.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]))
    }, 20)
    await work.finally(() => clearInterval(watch))
    return peak
  }

  test.each(['up', 'down'] as const)('%s: every byte, and no memory', { timeout: 180_000 }, async (way) => {
    const pass = way === 'up' ? up : down
    const working = await peakKib(pass(256)) // buffers that wait for their collection are there by now
    const gigabyte = pass(1_024)
    expect((await peakKib(gigabyte)) - working).toBeLessThan(GROWTH_KIB_MAX)
    const [sent, received] = await gigabyte
    expect(received).toBe(sent)
  })
})
