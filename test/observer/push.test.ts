/** What is posted, how often, and what the books say of it; then the whole observer with a dashboard that comes and goes. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { ExchangeSlots } from '../../src/observer/exchange-slots.ts'
import { Push } from '../../src/observer/push.ts'
import { Ring } from '../../src/observer/ring.ts'
import { historyLines, resourceOf } from '../../src/observer/stats.ts'
import { type Dashboard, reset, silence, startDashboard, status, well } from '../support/dashboard.ts'
import { HandOff } from '../support/hand-off.ts'
import { droppedOf, exchangeOf, sampleOf } from '../support/observed.ts'

const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  ringExchanges: 1_000,
  dumpEveryMs: 50,
  pushEveryMs: 20,
  pushMs: 300,
  exportPauseMs: 30,
  exportPauseMsMin: 10,
  exportPauseMsMax: 100,
}
const WAIT = { timeout: 10_000, interval: 10 }

let dashboard: Dashboard
beforeEach(async () => {
  dashboard = await startDashboard()
})
afterEach(() => dashboard.close())

function balanced(ledger: Ledger): SignalBalance {
  const books = ledger.snapshot().push
  expect(books.created).toBe(books.exported + droppedOf(books) + books.queued)
  expect(books.queued).toBeGreaterThanOrEqual(0)
  return books
}

function start(changes: Partial<Limits> = {}, path = '') {
  const limits = { ...LIMITS, ...changes }
  const ring = new Ring(limits.ringExchanges, new ExchangeSlots())
  const ledger = new Ledger()
  const clock = createClock()
  const said: string[] = []
  const url = `${dashboard.url}${path}`
  const say = (text: string): number => said.push(text)
  const push = new Push({ url, ring, pod: 'pod-1', userAgent: 'podspan/1', clock, limits, ledger, say })
  const resource = resourceOf(sampleOf(2), false)
  const see = (...ids: number[]): void => {
    for (const id of ids) {
      const request = { method: 'GET', path: `/${id % 3}`, scheme: 'http', httpVersion: '1.1', bytes: 0 }
      ring.push({ exchange: exchangeOf(id, { request }), resource })
      push.noted()
    }
  }
  return { push, ring, see, said, clock, ledger, books: () => balanced(ledger) }
}

type Entries = Readonly<Record<string, { readonly history: readonly unknown[] }>>

/** Lines or bodies, put together by endpoint. */
function together(documents: readonly Entries[]): Record<string, unknown> {
  const all: Record<string, { history: unknown[] }> = {}
  for (const [endpoint, { history, ...rest }] of documents.flatMap((each) => Object.entries(each))) {
    all[endpoint] = { ...rest, history: [...(all[endpoint]?.history ?? []), ...history] }
  }
  return all
}
const stats = (): Entries[] => dashboard.bodies('/stats') as Entries[]

describe('the history', () => {
  test('is word for word what stdout would have said, one object for all endpoints', async () => {
    const { push, ring, see, books } = start()
    see(...Array.from({ length: 500 }, (_, id) => id))
    await vi.waitFor(() => expect(books().queued).toBe(0), WAIT)
    expect(stats().length).toBeLessThan(5)
    const lines = historyLines(ring.latest(), 'pod-1', LIMITS.dumpLineBytesMax).map(({ text }) => JSON.parse(text))
    expect(lines.length).toBeGreaterThan(5)
    expect(together(stats())).toEqual(together(lines))
    await push.close(1_000)
    expect(books()).toMatchObject({ created: 500, exported: 500, dropped: {}, queued: 0 })
  })

  test('holds what is new since the post before, and nothing is posted when nothing is', async () => {
    const { push, see, books } = start()
    see(3)
    await vi.waitFor(() => expect(books().exported).toBe(1), WAIT)
    see(6)
    await vi.waitFor(() => expect(books().exported).toBe(2), WAIT)
    await push.close(1_000)
    expect(stats().map((body) => body['/0']?.history.length)).toEqual([1, 1])
  })

  test('what the ring overwrote before it was due is counted at once', async () => {
    const { push, see, books } = start({ ringExchanges: 3, dumpEveryMs: 60_000 })
    see(1, 2, 3, 4, 5)
    expect(books()).toMatchObject({ created: 5, dropped: { queue_full: 2 }, queued: 3 })
    await push.close(5_000)
    expect(books()).toMatchObject({ exported: 3, dropped: { queue_full: 2 }, queued: 0 })
    expect(Object.keys(together(stats())).sort()).toEqual(['/0', '/1', '/2'])
  })

  test('no post is longer than its bound, nor an object broken', async () => {
    const { push, see } = start({ pushBytesMax: 20_000 })
    see(...Array.from({ length: 600 }, (_, id) => id))
    await push.close(10_000)
    const lengths = dashboard.posts.map(({ headers }) => Number(headers['content-length']))
    expect(lengths.length).toBeGreaterThan(3)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(20_000)
    expect(Object.values(together(stats())).flatMap((each) => (each as { history: unknown[] }).history)).toHaveLength(
      600,
    )
  })
})

describe('the container', () => {
  test('its latest look is posted with the time and the pod, each once', async () => {
    const { push, clock, books } = start()
    const sample = { ...sampleOf(2), atMonotonicMs: clock.monotonicMs() }
    push.sample(sampleOf(1))
    push.sample(sample)
    await vi.waitFor(() => expect(books().exported).toBe(1), WAIT)
    await push.close(1_000)
    const [body, ...more] = dashboard.bodies('/resources')
    expect(more).toEqual([])
    expect(body).toMatchObject({ ...JSON.parse(JSON.stringify(sample)), pod: 'pod-1' })
    expect(Math.abs(Number(body?.atMs) - Date.now())).toBeLessThan(60_000)
    expect(books()).toMatchObject({ created: 1, exported: 1, queued: 0 })
  })
})

test('the URL may have a path of its own', async () => {
  const { push, see } = start({}, '/podspan/?team=a')
  see(1)
  push.sample(sampleOf(1))
  await push.close(1_000)
  expect(dashboard.posts.map(({ path }) => path).sort()).toEqual(['/podspan/resources?team=a', '/podspan/stats?team=a'])
})

test('a dashboard that takes only one of the two gets that one', async () => {
  dashboard.answer((response, request) => (request.url === '/stats' ? well : status(404))(response, request))
  const { push, see, said, books } = start()
  see(1)
  push.sample(sampleOf(1))
  await push.close(1_000)
  expect(books()).toMatchObject({ created: 2, exported: 1, dropped: { rejected: 1 }, queued: 0 })
  expect(said).toEqual([`posts to ${dashboard.url}/resources are refused (HTTP 404); they are dropped and counted`])
})

describe('the whole observer', () => {
  const request = { method: 'GET', path: '/a', query: 'token=hunter2', scheme: 'http', httpVersion: '1.1', bytes: 0 }

  function observe(changes: Partial<Limits> = {}, restarted = (): void => {}) {
    const said: string[] = []
    const handOff = new HandOff({
      clock: createClock(),
      limits: { ...LIMITS, sampleEveryMs: 50, batchMs: 5, observerRestartMs: 20, ...changes },
      changes: { push: `http://me:s3cret@127.0.0.1:${dashboard.port}` },
      say(text) {
        said.push(text)
        if (text.includes('a new one starts')) restarted()
      },
    })
    let id = 0
    const give = (count: number): void => {
      for (let each = 0; each < count; each++) handOff.sink(exchangeOf(++id, { request }))
    }
    return { handOff, give, said, books: () => balanced(handOff.ledger) }
  }
  const told = (): number => (together(stats())['/a'] as { history: unknown[] } | undefined)?.history.length ?? 0

  test('steady: everything arrives, with no secret in it and nothing to say', async () => {
    const { handOff, give, said, books } = observe()
    await handOff.ready()
    for (let turn = 0; turn < 5; turn++) {
      give(20)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    await vi.waitFor(() => expect(told()).toBe(100), WAIT)
    expect(dashboard.bodies('/resources').length).toBeGreaterThan(1)
    await handOff.close(5_000)
    expect(books()).toMatchObject({ dropped: {}, queued: 0 })
    expect(JSON.stringify(dashboard.posts)).not.toContain('hunter2')
    expect(dashboard.posts.every(({ headers }) => headers.authorization?.startsWith('Basic '))).toBe(true)
    expect(dashboard.together()).toBe(1)
    expect(said.filter((line) => line.includes('posts to'))).toEqual([])
    expect(said.join()).not.toContain('s3cret')
  })

  test.each([
    ['500s', status(500)],
    ['429', status(429, { 'retry-after': '0' })],
    ['resets', reset],
    ['never answers', silence],
  ])('%s, and then it is well: nothing is lost', async (_, fault) => {
    dashboard.answer(fault)
    const { handOff, give, books } = observe()
    await handOff.ready()
    give(50)
    await vi.waitFor(() => expect(dashboard.posts.length).toBeGreaterThan(2), WAIT)
    expect(books().exported).toBe(0)
    dashboard.answer(well)
    await vi.waitFor(() => expect(told()).toBe(50), WAIT)
    await handOff.close(5_000)
    expect(books()).toMatchObject({ dropped: {}, queued: 0 })
  })

  test('slow: one post of each kind at a time, and everything arrives', async () => {
    dashboard.answer((response) => void setTimeout(() => response.end(), 100))
    const { handOff, give, books } = observe()
    await handOff.ready()
    give(50)
    await vi.waitFor(() => expect(told()).toBe(50), WAIT)
    await handOff.close(10_000)
    expect(dashboard.together()).toBe(1)
    expect(books()).toMatchObject({ dropped: {}, queued: 0 })
  })

  test('at shutdown: what is left is posted in the time there is, or counted', async () => {
    const well = observe({ dumpEveryMs: 60_000 })
    await well.handOff.ready()
    well.give(50)
    await well.handOff.close(10_000)
    expect(told()).toBe(50)
    expect(well.books()).toMatchObject({ dropped: {}, queued: 0 })

    dashboard.answer(silence)
    const stuck = observe({ dumpEveryMs: 60_000, pushMs: 60_000 })
    await stuck.handOff.ready()
    stuck.give(50)
    await stuck.handOff.close(200)
    const { exported, dropped, queued } = stuck.books()
    expect({ exported, queued }).toEqual({ exported: 0, queued: 0 })
    expect(dropped.shutdown).toBeGreaterThanOrEqual(50)
  })

  test('the observer dies: what it held is counted, and the next one goes on', async () => {
    dashboard.answer(silence)
    const died = Promise.withResolvers<void>()
    const { handOff, give, books } = observe({ pushMs: 60_000 }, died.resolve)
    await handOff.ready()
    give(50)
    await vi.waitFor(() => expect(books().created).toBeGreaterThanOrEqual(50), WAIT)
    handOff.drill('die')
    await died.promise
    expect(books().dropped.observer_died).toBeGreaterThanOrEqual(50)
    dashboard.answer(well)
    await vi.waitFor(() => expect(dashboard.bodies('/resources').length).toBeGreaterThan(0), WAIT)
    give(10)
    await vi.waitFor(() => expect(told()).toBe(10), WAIT)
    await handOff.close(5_000)
    expect(books().queued).toBe(0)
  })
})
