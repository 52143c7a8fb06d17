import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type Clock, createClock } from '../../src/clock.ts'
import { createChain } from '../../src/decorators/chain.ts'
import { InflightTable } from '../../src/inflight.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { ConnectionCount, countMemory } from '../../src/tunnel/connection-count.ts'
import { onlyDestination } from '../../src/tunnel/destination.ts'
import { createDial } from '../../src/tunnel/dial.ts'
import { Flushes } from '../../src/tunnel/flushes.ts'
import { type Listener, listen } from '../../src/tunnel/listen.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const real = createClock()
/** Whoever is lingered with stays for the whole test. */
const limits = { ...DEFAULT_LIMITS, lingerMs: 60_000 }
let app: Server | undefined
let listener: Listener | undefined
/** Connections of clients. */
let here = (): number => 0
/** The look at idle connections, in the hand of the test. */
let look = (): void => {}
const clock: Clock = {
  ...real,
  after(delayMs, callback) {
    if (delayMs !== limits.drainIdleMs) return real.after(delayMs, callback)
    look = callback
    return () => {}
  },
}

afterEach(async () => {
  await listener?.drain(0)
  app?.close()
})

/** `accepted` is called for each connection, before anything of it is read. */
async function start(accepted: () => void, isDraining = false): Promise<Listener> {
  const server = createServer((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  app = server
  const { port } = server.address() as AddressInfo
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true }
  let ids = 0
  const buffers = new ReadBuffers(limits)
  const parts = {
    clock,
    limits,
    inflight: new InflightTable(4),
    sink: () => {},
    chain: createChain([], { clock, limits, report: () => {} }),
    kind: 'server' as const,
    destination: onlyDestination(createDial({ kind: 'tcp', host: '127.0.0.1', port }, { limits, clock, buffers })),
    trace: () => ({ trace, lines: '', replaces: new Set<string>() }),
    nextExchangeId: () => ++ids,
    flushes: new Flushes(clock, { underWay: 0 }),
    nextConnectionId: () => {
      accepted()
      return ++ids
    },
    record: { trustedHops: 0, capture: { request: [], response: [] } },
    forwarding: [],
    isDraining: () => isDraining,
  }
  const memory = countMemory(1)
  const count = new ConnectionCount(memory, 0)
  here = () => new Int32Array(memory)[0] ?? Number.NaN
  const options = { parts, count, buffers, opaque: undefined, sharesPort: false, say: () => {} }
  const started = await listen({ host: '127.0.0.1', port: 0 }, options)
  if ('kind' in started) throw new Error(started.code)
  listener = started
  return started
}

function client(port: number, text: string): { readonly heard: () => string; readonly hasEnded: () => boolean } {
  let heard = ''
  let isEnded = false
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text))
  socket
    .on('data', (bytes) => (heard += bytes))
    .on('end', () => (isEnded = true))
    .on('error', () => (isEnded = true))
  return { heard: () => heard, hasEnded: () => isEnded }
}

test('while stopping, who was only just accepted is not taken for idle', async () => {
  let accepted = 0
  let onAccepted = (): void => {}
  const { port, drain } = await start(() => {
    accepted++
    // Behind the accept, before anything can be read.
    setImmediate(onAccepted)
  })
  const early = client(port, '')
  await expect.poll(() => accepted).toBe(1)
  const over = drain(20_000)
  onAccepted = () => look()
  const late = client(port, REQUEST)
  await expect.poll(() => late.heard()).toContain('\r\n\r\nok')
  // Who was here before has had its time.
  await expect.poll(() => early.hasEnded()).toBe(true)
  expect(late.hasEnded()).toBe(false)
  look()
  await expect.poll(() => late.hasEnded()).toBe(true)
  await over
})

const CLOSE = 'Connection: close\r\n'

test.each([
  ['said close', `GET / HTTP/1.1\r\nHost: h\r\n${CLOSE}\r\n`, 0],
  ['said close behind a body', `POST / HTTP/1.1\r\nHost: h\r\n${CLOSE}Content-Length: 2\r\n\r\nhi`, 0],
  ['speaks HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 0],
  ['said close and sends more', `GET / HTTP/1.1\r\nHost: h\r\n${CLOSE}\r\n${REQUEST}`, 1],
  ['said close and has not sent all', `POST / HTTP/1.1\r\nHost: h\r\n${CLOSE}Content-Length: 9\r\n\r\nhi`, 1],
  ['is only told to close', REQUEST, 1],
])('of a client that %s nothing is waited for, unless it may still send', async (_, sent, left) => {
  const { port } = await start(() => {}, true)
  // It says no FIN by itself.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(sent))
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes))
  await once(socket, 'end')
  expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n\r\nok$/)
  await expect.poll(here).toBe(left)
  socket.destroy()
})
