import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { walk } from '../../src/demo/customer.ts'
import { Errands } from '../../src/demo/errands.ts'
import type { Step } from '../../src/demo/journeys.ts'
import { ManualClock } from '../support/observed.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(shop: RequestListener, steps: readonly Step[]) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    shop(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const clock = new ManualClock()
  const errands = new Errands(clock)
  const agent = new Agent({ keepAlive: true })
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => agent.destroy(),
    () => errands.end(),
  )
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state = { left: 0 }
  walk({ url, agent, errands, thinkMs: () => 100 }, { userAgent: 'a customer', steps }, () => state.left++)
  return { clock, seen, state }
}

test('goes step by step, thinks between them, and leaves once', async () => {
  const steps = [{ path: '/a' }, { path: '/b', body: '{}' }, { path: '/c', method: 'HEAD' }] as const
  const { clock, seen, state } = await start((_, response) => response.writeHead(500).end('no'), steps)
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1)
  for (let count = 2; count <= 3; count++) {
    // Nothing goes before the time to think has passed.
    await expect.poll(() => clock.timers, { timeout: 10_000 }).toBe(1)
    expect(seen).toHaveLength(count - 1)
    await clock.pass(100)
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(count)
  }
  await expect.poll(() => clock.timers, { timeout: 10_000 }).toBe(1)
  expect(state.left).toBe(0)
  await clock.pass(100)
  expect(state.left).toBe(1)
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /a', 'POST /b', 'HEAD /c'])
  expect(seen.every(({ headers }) => headers['user-agent'] === 'a customer')).toBe(true)
})

test('leaves an answer that takes too long', async () => {
  const { clock, seen, state } = await start(() => {}, [{ path: '/slow', patienceMs: 400 }])
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1)
  await clock.pass(399)
  expect(seen[0]?.destroyed).toBe(false)
  await clock.pass(1)
  await expect.poll(() => seen[0]?.destroyed, { timeout: 10_000 }).toBe(true)
  await expect.poll(() => clock.timers, { timeout: 10_000 }).toBe(1)
  await clock.pass(100)
  expect(state.left).toBe(1)
})

test('forgets its patience with the answer: the connection is the next request’s by then', async () => {
  const steps = [{ path: '/fast', patienceMs: 60_000 }, { path: '/next' }]
  const { clock, seen } = await start(({ url }, response) => {
    if (url === '/fast') response.end('here')
  }, steps)
  const second = async () => {
    await clock.pass(100)
    return seen.length
  }
  await expect.poll(second, { timeout: 10_000 }).toBe(2)
  expect(seen[1]?.socket).toBe(seen[0]?.socket)
  await clock.pass(60_000)
  expect(seen[1]?.socket.destroyed).toBe(false)
})

test('sends a body in pieces where it comes from a phone', async () => {
  const pieces: number[] = []
  const body = Buffer.alloc(600)
  const { clock, seen } = await start(
    (request) => request.on('data', (piece: Buffer) => pieces.push(piece.length)),
    [{ path: '/uploads', body, isSlow: true }],
  )
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1)
  for (let count = 1; count <= 6; count++) {
    await expect.poll(() => pieces.reduce((sum, length) => sum + length, 0), { timeout: 10_000 }).toBe(100 * count)
    await clock.pass(50)
  }
  await expect.poll(() => seen[0]?.complete, { timeout: 10_000 }).toBe(true)
})
