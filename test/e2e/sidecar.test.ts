/** The real program, as a process, between real clients and a real app. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { listenOnFreePort, type MixedApp, sendMixedRequests, startMixedApp } from '../support/mixed-traffic.ts'
import { type RunningSidecar, type RunOptions, runToEnd, startSidecar } from '../support/sidecar.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const REQUESTS = 2_000
const WAIT = { timeout: 20_000, interval: 20 }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function sidecarBefore(appPort: number, options: RunOptions = {}): Promise<RunningSidecar & { url: string }> {
  const args = ['--port', '0', '--target', String(appPort), ...(options.args ?? [])]
  const sidecar = await startSidecar({ ...options, args })
  cleanups.push(() => sidecar.stop('SIGKILL'))
  return { ...sidecar, url: `http://127.0.0.1:${sidecar.port}` }
}

async function serve(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener)
  cleanups.push(() => server.close().closeAllConnections())
  return { server, port: await listenOnFreePort(server) }
}

async function mixedApp(): Promise<MixedApp> {
  const app = await startMixedApp()
  cleanups.push(app.close)
  return app
}

/** An app that answers nothing until it is released. */
async function heldApp(): Promise<{ port: number; asked: Promise<void>; release(): void }> {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const { port } = await serve(async (_, answer) => {
    asked.resolve()
    await gate.promise
    answer.end('late')
  })
  return { port, asked: asked.promise, release: gate.resolve }
}

/** The app's port of a moment ago, where nobody listens any more. */
async function deserted(): Promise<number> {
  const server = createServer()
  const port = await listenOnFreePort(server)
  server.close()
  await once(server, 'close')
  return port
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url)
  await response.arrayBuffer()
  return response.status
}

describe('podspan dump', () => {
  it('says what is no black box, and what is not there', async () => {
    for (const file of [fileURLToPath(import.meta.url), '/nowhere/box']) {
      const { code, stderr } = await runToEnd({ args: ['dump', file] })
      expect(code).toBe(66)
      expect(stderr).toMatch(/^podspan: \S+ (?:is no black box|cannot be read: .*ENOENT)/)
    }
  })

  it('tells of a run that was killed, who was in flight, and everything that had ended', async () => {
    const { port } = await serve(({ url }, response) => void (url === '/hang' || response.end('hi')))
    const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const box = join(folder, 'box')
    const sidecar = await sidecarBefore(port, { args: ['--black-box', box] })
    for (let id = 0; id < 30; id++) await (await fetch(`${sidecar.url}/${id}`)).text()
    const hanging = fetch(`${sidecar.url}/hang`).catch(() => 'cut off')
    const run = async () => JSON.parse((await runToEnd({ args: ['dump', box, '--json'] })).stdout).runs[0]
    // The table of who is in flight is read at once; what has ended is handed over, and comes when the observer has started.
    await vi.waitFor(async () => {
      const { inFlight, exchanges } = await run()
      expect([inFlight.length, exchanges.length]).toEqual([1, 30])
    }, WAIT)
    await sidecar.stop('SIGKILL')
    expect(await hanging).toBe('cut off')
    const { end, inFlight, unwritten, exchanges } = await run()
    expect({ end, unwritten, requests: exchanges.length }).toEqual({ end: 'cut-off', unwritten: [], requests: 30 })
    expect(inFlight).toMatchObject([{ id: 31, method: 'GET', path: '/hang', phase: 'waiting' }])
  })

  it('takes no file that is somebody else’s, and says so', async () => {
    const { port } = await serve((_request, response) => response.end('hi'))
    const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
    cleanups.push(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'notes')
    writeFileSync(file, 'notes')
    const sidecar = await sidecarBefore(port, { args: ['--black-box', file] })
    await vi.waitFor(() => expect(sidecar.stderr()).toContain('is there, and is no black box'), WAIT)
    expect((await fetch(sidecar.url)).status).toBe(200)
    expect(readFileSync(file, 'utf8')).toBe('notes')
  })
})

describe('traffic', () => {
  it(`passes ${REQUESTS} mixed requests with every body byte-equal`, { timeout: 120_000 }, async () => {
    const app = await mixedApp()
    const sidecar = await sidecarBefore(app.port)
    expect(await sendMixedRequests(sidecar.port, REQUESTS)).toEqual([])
    expect(app.requests()).toBe(REQUESTS)
    expect(await sidecar.stop()).toBe(0)
  })

  it('answers 502 when the app is not there, and goes on', async () => {
    const port = await deserted()
    const sidecar = await sidecarBefore(port)
    expect(await statusOf(`${sidecar.url}/a`)).toBe(502)
    const app = createServer((_, answer) => answer.end('here again'))
    cleanups.push(() => app.close().closeAllConnections())
    await once(app.listen(port, '127.0.0.1'), 'listening')
    expect(await statusOf(`${sidecar.url}/a`)).toBe(200)
  })

  it('relays a WebSocket both ways, with its close code', async () => {
    const { server, port } = await serve((_, answer) => answer.writeHead(404).end())
    const app = new WebSocketServer({ server })
    const closed = Promise.withResolvers<number>()
    app.on('connection', (socket) => {
      socket.on('message', (bytes, isBinary) => socket.send(bytes, { binary: isBinary }))
      socket.on('close', closed.resolve)
    })
    const { url } = await sidecarBefore(port)
    const client = new WebSocket(url.replace('http', 'ws'))
    await once(client, 'open')
    for (const message of [Buffer.from('hello'), Buffer.alloc(200_000, 7)]) {
      client.send(message)
      const [echo] = await once(client, 'message')
      expect(message.equals(echo)).toBe(true)
    }
    client.close(4_001)
    expect(await closed.promise).toBe(4_001)
  })

  it('relays 100 Continue to curl', async () => {
    const { port } = await serve(async (request, answer) => {
      let bytes = 0
      for await (const chunk of request) bytes += chunk.length
      answer.end(`${bytes} bytes`)
    })
    const { url } = await sidecarBefore(port)
    const body = 'x'.repeat(100_000)
    const curl = ['-sSv', '--expect100-timeout', '20', '-H', 'Expect: 100-continue', '--data-binary', body, `${url}/up`]
    const { stdout, stderr } = await promisify(execFile)('curl', curl)
    expect(stderr).toMatch(/< HTTP\/1\.1 100 Continue/)
    expect(stderr).toMatch(/< HTTP\/1\.1 200 OK/)
    expect(stdout).toBe('100000 bytes')
  })
})

describe('a stdout that nobody reads', () => {
  it(`does not hold ${REQUESTS} requests up, nor the end, and what it did not take is said`, {
    timeout: 120_000,
  }, async () => {
    const app = await mixedApp()
    const sidecar = await sidecarBefore(app.port, {
      args: ['--dump', '--dump-format', 'ndjson', '--dump-every', '100ms'],
      stallStdout: true,
    })
    expect(await sendMixedRequests(sidecar.port, REQUESTS)).toEqual([])
    expect(await sidecar.stop()).toBe(0)
    const books = /dump (\d+) created, (\d+) exported((?:, \d+ \w+)*)/.exec(sidecar.stderr())
    const lost = [...(books?.[3] ?? '').matchAll(/\d+/g)].reduce((total, [count]) => total + Number(count), 0)
    expect(Number(books?.[1])).toBe(REQUESTS)
    expect(lost).toBeGreaterThan(0)
    expect(Number(books?.[2]) + lost).toBe(REQUESTS)
  })
})

describe('a configuration with mistakes', () => {
  it('is refused with every problem named, and exit code 64', async () => {
    const args = ['--port', '99999', '--target', 'nowhere:nothing', '--dump-format', 'xml']
    const run = await runToEnd({
      args,
      env: { PODSPAN_HEALTH_PORT: 'x', OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier/pigeon' },
    })
    expect(run.code).toBe(64)
    expect(run.stdout).toBe('')
    const problems = ['99999', 'nowhere:nothing', 'xml', 'PODSPAN_HEALTH_PORT', 'OTEL_EXPORTER_OTLP_PROTOCOL']
    for (const problem of problems) expect(run.stderr).toContain(problem)
  })

  it('says when the port is taken', async () => {
    const { port } = await serve((_, answer) => answer.end())
    const run = await runToEnd({ args: ['--port', String(port), '--target', '1'] })
    expect(run.code).toBe(69)
    expect(run.stderr).toContain(String(port))
  })
})

describe('health', () => {
  it('is answered on a port of its own', async () => {
    const sidecar = await sidecarBefore(await deserted(), { args: ['--health-port', '0'] })
    const health = `http://127.0.0.1:${sidecar.healthPort}`
    expect([await statusOf(`${health}/healthz`), await statusOf(`${health}/readyz`)]).toEqual([200, 200])
  })
})

describe('stopping', () => {
  it('lets what is under way finish, then exits 0', async () => {
    const app = await heldApp()
    const sidecar = await sidecarBefore(app.port, { args: ['--health-port', '0'] })
    const response = fetch(`${sidecar.url}/slow`)
    await app.asked
    process.kill(sidecar.pid, 'SIGTERM')
    await notReady(sidecar)
    app.release()
    expect((await response).headers.get('connection')).toBe('close')
    expect(await (await response).text()).toBe('late')
    expect(await sidecar.exited()).toBe(0)
  })

  it('ends at once on the second signal', async () => {
    const app = await heldApp()
    const sidecar = await sidecarBefore(app.port, { args: ['--health-port', '0'] })
    const cut = expect(fetch(`${sidecar.url}/slow`)).rejects.toThrow()
    await app.asked
    process.kill(sidecar.pid, 'SIGTERM')
    await notReady(sidecar)
    await sleep(2 * DEFAULT_LIMITS.signalEchoMs) // sooner, it would be an echo of the first
    process.kill(sidecar.pid, 'SIGTERM')
    expect(await sidecar.exited()).toBe(128 + 15)
    await cut
  })

  async function notReady(sidecar: RunningSidecar): Promise<void> {
    const ready = `http://127.0.0.1:${sidecar.healthPort}/readyz`
    await vi.waitFor(async () => expect(await statusOf(ready)).toBe(503), WAIT)
  }
})

describe('without otel/', () => {
  it.each([{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }])(
    'still proxies and dumps, with %j',
    async (env) => {
      const copy = mkdtempSync(join(tmpdir(), 'podspan-'))
      cleanups.push(() => rmSync(copy, { recursive: true }))
      for (const part of ['src', 'package.json']) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
      const { port } = await serve((_, answer) => answer.end('hello'))
      const args = ['--dump', '--dump-format', 'ndjson']
      const sidecar = await sidecarBefore(port, { args, env, main: join(copy, 'src/main.ts') })
      const response = await fetch(`${sidecar.url}/greeting?secret=1`)
      expect(await response.text()).toBe('hello')
      expect(await sidecar.stop()).toBe(0)
      const [line = ''] = sidecar.stdout().split('\n')
      expect(JSON.parse(line)).toBeTypeOf('object')
      expect(line).toContain('/greeting')
    },
  )
})
