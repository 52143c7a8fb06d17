import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { createDial, type DialFailure, type DialParts } from '../../src/tunnel/dial.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'
import type { Wire } from '../../src/tunnel/wire.ts'

const dialing = (limits: Partial<Limits> = {}): DialParts => ({
  limits: { ...DEFAULT_LIMITS, ...limits },
  clock: createClock(),
  buffers: new ReadBuffers(DEFAULT_LIMITS),
})

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serverOn(host: string): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

function dialled(host: string, port: number, connectMs = DEFAULT_LIMITS.connectMs): Promise<Wire | DialFailure> {
  const dial = createDial({ kind: 'tcp', host, port }, dialing({ connectMs }))
  return new Promise((resolve) => {
    dial(resolve)
  })
}

test.each(['127.0.0.1', '::1'])('localhost finds an app that binds only %s', async (host) => {
  const result = await dialled('localhost', await serverOn(host))
  expect('kind' in result ? result : result.remoteAddress).toBe(host)
  if (!('kind' in result)) result.destroy()
})

test('a port nobody listens on is refused, as a value', async () => {
  const port = await serverOn('127.0.0.1')
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await dialled('localhost', port)).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED' })
})

test('a connection that is not accepted in time is given up', async () => {
  // A full accept queue drops SYNs: a blackhole on loopback.
  const server = createServer()
  servers.push(server)
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, resolve))
  const { port } = server.address() as AddressInfo
  const clock = createClock()
  const dial = createDial({ kind: 'tcp', host: '127.0.0.1', port }, dialing({ connectMs: 0 }))
  const result = await new Promise<Wire | DialFailure>((resolve) => {
    dial(resolve)
    // connectMs 0 fires before the loop polls for the connection: the timer alone decides.
    const until = clock.monotonicMs() + 5
    while (clock.monotonicMs() < until);
  })
  expect(result).toEqual({ kind: 'unreachable', code: 'connect_timeout' })
})

test('a cancelled dial never calls back', async () => {
  const port = await serverOn('127.0.0.1')
  let called = false
  const cancel = createDial(
    { kind: 'tcp', host: '127.0.0.1', port },
    dialing(),
  )(() => {
    called = true
  })
  cancel()
  await dialled('127.0.0.1', port)
  expect(called).toBe(false)
})
