/** WebSockets and event streams of real clients and a real app through the real process: what its record says of them. */
import { once } from 'node:events'
import { createServer, request, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Exchange } from '../../src/exchange.ts'
import { waitFor } from '../support/backends.ts'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const cleanups: (() => unknown)[] = []
let app: Server
let sidecar: RunningSidecar

beforeEach(async () => {
  app = createServer()
  cleanups.push(() => app.close().closeAllConnections())
  const target = String(await listenOnFreePort(app))
  const dump = ['--dump', '--dump-format', 'ndjson', '--dump-every', '100ms']
  sidecar = await startSidecar({ args: ['--port', '0', '--target', target, ...dump] })
  cleanups.push(() => sidecar.stop('SIGKILL'))
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The one exchange, as the dump tells it. */
async function recorded(): Promise<Exchange> {
  const line = await waitFor(() => /^\{.*\}\n/.exec(sidecar.stdout())?.[0])
  return JSON.parse(line ?? 'null')
}

describe.each([
  ['plain', false],
  ['with permessage-deflate', true],
])('a WebSocket, %s', (_, perMessageDeflate) => {
  async function pair(): Promise<{ client: WebSocket; server: WebSocket }> {
    const sockets = new WebSocketServer({ server: app, perMessageDeflate })
    const accepted = once(sockets, 'connection')
    const client = new WebSocket(`ws://127.0.0.1:${sidecar.port}`, { perMessageDeflate })
    cleanups.push(() => client.terminate())
    const [[server]] = await Promise.all([accepted, once(client, 'open')])
    return { client, server }
  }

  test('messages of every size, in one frame and in many, with pings between', async () => {
    const { client, server } = await pair()
    server.on('message', (bytes: Buffer, binary: boolean) => server.send(bytes, { binary }))
    const messages = ['', 'hello', Buffer.alloc(125), Buffer.alloc(126), Buffer.alloc(70_000, 7), 'x'.repeat(1_048_576)]
    for (const message of messages) {
      client.send(message)
      await once(client, 'message')
      client.ping('there?')
      server.ping()
    }
    for (const [part, fin] of [
      ['a', false],
      ['b', false],
      ['c', true],
    ] as const)
      client.send(part, { fin })
    expect(String((await once(client, 'message'))[0])).toBe('abc')
    client.close(4_001, 'enough')
    await once(client, 'close')
    expect(await recorded()).toMatchObject({
      outcome: 'complete',
      upgrade: { protocol: 'websocket', messagesIn: 7, messagesOut: 7, closeCode: 4_001, closedBy: 'client' },
    })
  })

  test('the app hangs up', async () => {
    const { client, server } = await pair()
    for (let message = 0; message < 1_000; message++) server.send(`message ${message}`)
    server.close(1_012)
    await once(client, 'close')
    const { upgrade } = await recorded()
    expect(upgrade).toMatchObject({ messagesIn: 0, messagesOut: 1_000, closeCode: 1_012, closedBy: 'origin' })
  })

  test('a client that vanishes closed nothing', async () => {
    const { client, server } = await pair()
    client.send('one')
    await once(server, 'message')
    client.terminate()
    const { outcome, upgrade } = await recorded()
    expect(outcome).toMatch(/^(client-aborted|complete)$/)
    expect(upgrade).toMatchObject({ messagesIn: 1, messagesOut: 0 })
    expect(upgrade).not.toHaveProperty('closedBy')
  })
})

describe('a stream of events', () => {
  async function stream(): Promise<{
    answer: ServerResponse
    next(): Promise<string>
    leave(how: 'RST' | 'FIN'): void
  }> {
    const asked = once(app, 'request')
    const outgoing = request({ port: sidecar.port, path: '/events' }).end()
    const [, answer] = await asked
    answer.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    const [incoming] = await once(outgoing, 'response')
    incoming.on('error', () => {})
    return {
      answer,
      next: async () => String((await once(incoming, 'data'))[0]),
      leave: (how) => (how === 'RST' ? outgoing.socket?.resetAndDestroy() : outgoing.on('error', () => {}).destroy()),
    }
  }

  test('is counted until the app ends it', async () => {
    const { answer, next } = await stream()
    await new Promise((resolve) => setTimeout(resolve, 150))
    for (const text of [
      ': comment\n\n',
      'data: 1\n\n',
      'id: 7\r\ndata: 2\r\n\r\n',
      'retry: 9\n\n',
      'data: 3\rdata: 4\r\r',
    ]) {
      answer.write(text)
      expect(await next()).toBe(text)
    }
    answer.end()
    const { outcome, eventStream, durationMs } = await recorded()
    expect(outcome).toBe('complete')
    expect(eventStream).toEqual({ events: 3, firstEventMs: expect.any(Number), endedBy: 'origin' })
    expect(eventStream?.firstEventMs).toBeGreaterThan(140)
    expect(eventStream?.firstEventMs).toBeLessThanOrEqual(durationMs)
  })

  test('is left by a client that breaks off while the app is silent', async () => {
    const { answer, next, leave } = await stream()
    answer.write('data: 1\n\n')
    await next()
    leave('RST')
    await once(answer, 'close')
    const { outcome, eventStream } = await recorded()
    expect(outcome).toBe('client-aborted')
    expect(eventStream).toMatchObject({ events: 1, endedBy: 'client' })
  })

  test('is left by a client that closes while the app goes on', async () => {
    const { answer, next, leave } = await stream()
    const talking = setInterval(() => answer.write('data: x\n\n'), 5)
    cleanups.push(() => clearInterval(talking))
    await next()
    leave('FIN')
    await once(answer, 'close')
    expect((await recorded()).eventStream).toMatchObject({ events: expect.any(Number), endedBy: 'client' })
  })
})
