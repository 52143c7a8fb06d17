import { once } from 'node:events'
import { request as ask, createServer } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { startDemo } from '../../src/demo/service.ts'
import { startTraffic } from '../../src/demo/traffic.ts'
import { ManualClock } from '../support/observed.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Stands between the traffic and the shop, as the sidecar would, and notes what passes. */
async function startWitness() {
  const demo = await startDemo({ clock: createClock() })
  const seen: { method: string; url: string; status: number }[] = []
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const shop = ask({ port: demo.port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      seen.push({ method, url, status: answer.statusCode ?? 0 })
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    shop.on('error', () => response.destroy())
    response.on('close', () => shop.destroy())
    request.pipe(shop)
  })
  server.on('upgrade', ({ url = '', rawHeaders }, socket) => {
    seen.push({ method: 'GET', url, status: 101 })
    const shop = connect(demo.port, '127.0.0.1')
    const fields = rawHeaders.map((each, at) => (at % 2 === 0 ? `\r\n${each}: ` : each)).join('')
    shop.write(`GET ${url} HTTP/1.1${fields}\r\n\r\n`)
    shop
      .on('error', () => {})
      .pipe(socket.on('error', () => {}))
      .pipe(shop)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(
    () => demo.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, seen, server }
}

const random = (): number => 0.5

/** A minute of it, in less. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    await clock.pass(250)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

it('within a minute has everything: pages, failures, refusals, streams, a chat, and secrets', async () => {
  const { url, seen } = await startWitness()
  const clock = new ManualClock()
  closers.push(startTraffic({ clock, url, random }))
  await pass(clock, 60_000)
  await vi.waitFor(
    () => {
      const statuses = new Set(seen.map(({ status }) => status))
      expect([...statuses].sort()).toEqual([101, 200, 201, 302, 401, 404, 500, 503])
      const paths = new Set(seen.map((each) => each.url.split('?')[0]))
      expect([...paths]).toEqual(
        expect.arrayContaining(['/', '/products/7', '/search', '/checkout', '/uploads', '/orders/feed', '/chat']),
      )
    },
    { timeout: 10_000 },
  )
  expect(seen.some((each) => /demo-secret/.test(each.url))).toBe(true)
  expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(['GET', 'HEAD', 'POST']))
  // A few a second, and a rush that is more.
  expect(seen.length).toBeGreaterThan(60)
  expect(seen.length).toBeLessThan(600)
})

it('stops, and leaves no connection behind', async () => {
  const { url, seen, server } = await startWitness()
  const clock = new ManualClock()
  const stop = startTraffic({ clock, url, random })
  await pass(clock, 15_000)
  expect(seen.map((each) => each.url)).toEqual(expect.arrayContaining(['/orders/feed', '/chat']))
  stop()
  expect(clock.timers).toBe(0)
  await vi.waitFor(async () => {
    const open = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    expect(open).toBe(0)
  })
  const { length } = seen
  await clock.pass(10_000)
  expect([seen.length, clock.timers]).toEqual([length, 0])
})

it('goes on when nobody listens, and does not pile up when nobody answers', async () => {
  const silent = createServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  closers.push(
    () => silent.close(),
    () => silent.closeAllConnections(),
  )
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  let asked = 0
  silent.on('request', () => asked++)
  const clock = new ManualClock()
  closers.push(startTraffic({ clock, url: `http://127.0.0.1:${address.port}`, random }))
  await pass(clock, 20_000)
  expect(asked).toBeGreaterThan(0)
  // Customers, and those who read the feed until they leave.
  expect(asked).toBeLessThanOrEqual(20)
  silent.closeAllConnections()
  silent.close()
  await pass(clock, 5_000)
  expect(clock.timers).toBeGreaterThan(0)
})
