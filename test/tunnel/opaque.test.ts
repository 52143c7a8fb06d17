import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { createChain } from '../../src/decorators/chain.ts'
import type { Exchange } from '../../src/exchange.ts'
import { InflightTable } from '../../src/inflight.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { ConnectionCount, countMemory } from '../../src/tunnel/connection-count.ts'
import { onlyDestination } from '../../src/tunnel/destination.ts'
import { createDial } from '../../src/tunnel/dial.ts'
import { Flushes } from '../../src/tunnel/flushes.ts'
import { type Listener, listen } from '../../src/tunnel/listen.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'

const exchanges: Exchange[] = []
let listener: Listener | undefined
let origin: Server | undefined
afterEach(async () => {
  await listener?.drain(0)
  origin?.close()
  exchanges.length = 0
})

async function opaqueBefore(port: number): Promise<number> {
  const clock = createClock()
  const limits = DEFAULT_LIMITS
  const buffers = new ReadBuffers(limits)
  let id = 0
  const dial = createDial({ kind: 'tcp', host: '127.0.0.1', port }, { limits, clock, buffers })
  const started = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      opaque: dial,
      count: new ConnectionCount(countMemory(1), 0),
      buffers,
      sharesPort: false,
      say: () => {},
      parts: {
        clock,
        limits,
        inflight: new InflightTable(4),
        sink: (exchange) => exchanges.push(exchange),
        chain: createChain([], { clock, limits, report: () => {} }),
        kind: 'server',
        destination: onlyDestination(dial),
        trace: () => ({
          trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true },
          lines: '',
          replaces: new Set<string>(),
        }),
        nextExchangeId: () => ++id,
        flushes: new Flushes(clock, { underWay: 0 }),
        nextConnectionId: () => ++id,
        record: { trustedHops: 0, capture: { request: [], response: [] } },
        forwarding: [],
        isDraining: () => false,
      },
    },
  )
  if ('kind' in started) throw new Error(started.code)
  listener = started
  return started.port
}

test('bytes that are no HTTP pass both ways unread, and leave one connection record', async () => {
  const hello = Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])
  origin = createServer((socket) => socket.on('data', (bytes: Buffer) => socket.end(Buffer.concat([bytes, bytes]))))
  await new Promise<void>((resolve) => origin?.listen(0, '127.0.0.1', resolve))
  const port = await opaqueBefore((origin.address() as AddressInfo).port)
  const received = await new Promise<Buffer>((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.end(hello))
    socket
      .on('data', (bytes: Buffer) => parts.push(bytes))
      .on('close', () => resolve(Buffer.concat(parts)))
      .on('error', reject)
  })
  expect(received).toEqual(Buffer.concat([hello, hello]))
  await expect.poll(() => exchanges.length).toBe(1)
  expect(exchanges[0]).toMatchObject({
    outcome: 'complete',
    request: undefined,
    response: undefined,
    upgrade: { protocol: 'opaque', bytesIn: 10, bytesOut: 20 },
  })
})

test('no app: the client sees a break, the record says why', async () => {
  origin = createServer()
  await new Promise<void>((resolve) => origin?.listen(0, '127.0.0.1', resolve))
  const { port: closed } = origin.address() as AddressInfo
  await new Promise((resolve) => origin?.close(resolve))
  const port = await opaqueBefore(closed)
  await new Promise((resolve) =>
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .on('close', resolve),
  )
  await expect.poll(() => exchanges.length).toBe(1)
  expect(exchanges[0]).toMatchObject({ outcome: 'origin-unreachable', error: { type: 'ECONNREFUSED', at: 'origin' } })
})
