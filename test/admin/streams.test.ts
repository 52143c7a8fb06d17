/** Streams that stay open, over real sockets. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Admin, startAdmin } from '../../src/admin/start.ts'
import type { Exchange } from '../../src/exchange.ts'
import { ask, eventsOf, type OpenStream, openStream, seenBy } from '../support/admin.ts'
import { exchangeOf } from '../support/observed.ts'

const WAIT = { timeout: 20_000, interval: 10 }
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

async function start(...args: Parameters<typeof seenBy>) {
  const seen = seenBy(...args)
  const admin = (await startAdmin(seen, { host: '127.0.0.1', port: 0 })) as Admin
  cleanups.push(() => seen.overview.stop(), admin.close)
  const open = async (path: string): Promise<OpenStream> => {
    const stream = await openStream(admin.port, path)
    cleanups.push(stream.close)
    return stream
  }
  return { seen, open, port: admin.port }
}

const NOT_FOUND = { response: { status: 404, reason: '', bytes: 0 } }

describe('/live', () => {
  test('says hello with what there was, then what comes, then how things stand', async () => {
    const { seen, open } = await start()
    seen.take(exchangeOf(1), exchangeOf(2, NOT_FOUND))
    const stream = await open('/live?where=status%3D%3D404')
    await vi.waitFor(() => expect(eventsOf(stream.text())).toHaveLength(1), WAIT)
    seen.take(exchangeOf(3), exchangeOf(4, NOT_FOUND))
    const names = () => eventsOf(stream.text()).map(({ event }) => event)
    await vi.waitFor(() => expect(names()).toEqual(expect.arrayContaining(['tick', 'exchanges'])), WAIT)
    const [hello] = eventsOf(stream.text())
    const exchanges = eventsOf(stream.text()).find(({ event }) => event === 'exchanges')
    expect(hello).toMatchObject({ event: 'hello', data: { about: { pod: 'pod-1' }, exchanges: [{ id: 2 }] } })
    expect(exchanges).toMatchObject({ data: { exchanges: [{ id: 4 }], missed: 0 } })
    expect(stream.text()).toMatch(/^retry: \d+\n/)
  })

  test('is not opened for one more than there may be, until one goes', async () => {
    const { open, port } = await start({ limits: { adminListenersMax: 2 } })
    const first = await open('/live')
    await open('/exchanges?follow')
    const refused = await ask(port, '/live')
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5'])
    expect(JSON.parse(refused.body).error.message).toContain('adminListenersMax')
    first.close()
    await vi.waitFor(async () => expect((await open('/live')).status).toBe(200), WAIT)
  })

  test('asked for its head alone stays closed', async () => {
    const { port } = await start()
    const { status, headers, body } = await ask(port, '/live', { method: 'HEAD' })
    expect([status, headers['content-type'], body]).toEqual([200, 'text/event-stream', ''])
  })

  test('a reader that stops reading misses events, hears how many, and others miss none', async () => {
    const { seen, open } = await start({ limits: { adminListenerBytesMax: 50_000 } })
    const [slow, quick] = [await open('/live'), await open('/live')]
    slow.pause()
    // More than the kernel's buffers of both sides hold.
    const userAgent = 'x'.repeat(20_000)
    const request = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0, userAgent }
    let id = 0
    for (let batch = 0; batch < 10; batch++) {
      for (let each = 0; each < 100; each++) seen.take(exchangeOf(++id, { request }))
      await vi.waitFor(() => expect(heardBy(quick).ids.at(-1)).toBe(id), WAIT)
    }
    expect(heardBy(quick)).toMatchObject({ missed: 0 })
    expect(heardBy(quick).ids).toHaveLength(id)
    slow.resume()
    await vi.waitFor(() => expect(heardBy(slow).missed).toBeGreaterThan(0), WAIT)
    expect(heardBy(slow).ids.length + heardBy(slow).missed).toBe(id)
  })

  function heardBy(stream: OpenStream): { readonly ids: readonly number[]; readonly missed: number } {
    const events = eventsOf(stream.text()).filter(({ event }) => event === 'exchanges') as readonly {
      data: { exchanges: Exchange[]; missed: number }
    }[]
    const ids = events.flatMap(({ data }) => data.exchanges.map((exchange) => exchange.id))
    return { ids, missed: events.reduce((sum, { data }) => sum + data.missed, 0) }
  }
})

describe('/exchanges?follow', () => {
  const idsOf = (stream: OpenStream): number[] =>
    stream
      .text()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).id)

  test.each([
    ['', [6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
    ['&limit=2', [14, 15]],
    ['&limit=0', []],
  ])('begins with the last, and goes on with a line each: %s', async (more, past) => {
    const { seen, open } = await start()
    for (let id = 1; id <= 15; id++) seen.take(exchangeOf(id))
    const stream = await open(`/exchanges?follow${more}`)
    seen.take(exchangeOf(16))
    await vi.waitFor(() => expect(idsOf(stream)).toEqual([...past, 16]), WAIT)
  })

  test('goes with lines alone', async () => {
    const { port } = await start()
    expect((await ask(port, '/exchanges?follow&format=otlp')).status).toBe(400)
  })

  test('stays open although nothing comes for longer than a request may take', async () => {
    const { seen, open } = await start({ limits: { adminRequestMs: 50 } })
    const stream = await open('/exchanges?follow')
    await new Promise((resolve) => setTimeout(resolve, 500))
    seen.take(exchangeOf(1))
    await vi.waitFor(() => expect(idsOf(stream)).toEqual([1]), WAIT)
  })
})
