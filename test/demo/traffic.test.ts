import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, it, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { startDemo } from '../../src/demo/service.ts'
import { startTraffic } from '../../src/demo/traffic.ts'
import { ManualClock } from '../support/observed.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Stands between the traffic and the demo, as the sidecar would, and notes what passes. */
async function startWitness() {
  const demo = await startDemo({ clock: createClock() })
  const seen: { url: string; status: number }[] = []
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request
    try {
      const body = method === 'POST' ? { body: (await request.toArray()).join('') } : {}
      const answer = await fetch(`http://127.0.0.1:${demo.port}${url}`, { method, ...body })
      response.writeHead(answer.status).end(await answer.text())
      seen.push({ url, status: answer.status })
    } catch {
      // The demo was closed at the end of a test.
      response.destroy()
    }
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

it('visits every page of the demo, a few times a second, some with a token', async () => {
  const { url, seen } = await startWitness()
  const clock = new ManualClock()
  closers.push(startTraffic({ clock, url }))
  await clock.pass(1_000)
  await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(2))
  expect(seen.length).toBeLessThanOrEqual(5)
  await clock.pass(20_000)
  const pages = ['/', '/echo', '/files/logo.png', '/flaky', '/missing', '/slow', '/stream', '/users']
  const statuses = [200, 404, 500]
  await vi.waitFor(() => {
    expect([...new Set(seen.map((each) => each.url.split('?')[0]))].sort()).toEqual(pages)
    expect([...new Set(seen.map((each) => each.status))].sort()).toEqual(statuses)
  })
  expect(seen.some((each) => each.url.includes('token='))).toBe(true)
})

it('stops, and leaves no connection behind', async () => {
  const { url, seen, server } = await startWitness()
  const clock = new ManualClock()
  const stop = startTraffic({ clock, url })
  await clock.pass(400)
  await vi.waitFor(() => expect(seen).toHaveLength(1))
  stop()
  await clock.pass(10_000)
  expect(clock.timers).toBe(0)
  await vi.waitFor(async () => {
    const open = await new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    expect(open).toBe(0)
  })
  expect(seen).toHaveLength(1)
})

it('goes on when nobody listens', async () => {
  const { url, server } = await startWitness()
  server.close()
  await once(server, 'close')
  const clock = new ManualClock()
  closers.push(startTraffic({ clock, url }))
  await clock.pass(5_000)
  expect(clock.timers).toBe(1)
})
