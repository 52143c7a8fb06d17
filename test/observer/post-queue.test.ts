/** Every fault of a dashboard, with all times scaled down: what may be lost is lost under the right reason, the rest arrives in order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { Poster } from '../../src/observer/post.ts'
import { PostQueue } from '../../src/observer/post-queue.ts'
import { type Dashboard, reset, silence, startDashboard, status, well } from '../support/dashboard.ts'
import { droppedOf } from '../support/observed.ts'

const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  pushMs: 300,
  exportRetryMs: 20_000,
  exportPauseMs: 30,
  exportPauseMsMin: 10,
  exportPauseMsMax: 100,
  retryAfterMsMax: 100,
}
const WAIT = { timeout: 10_000, interval: 10 }

let dashboard: Dashboard
let ledger: Ledger
let said: string[]
let queue: PostQueue
beforeEach(async () => {
  dashboard = await startDashboard()
  ledger = new Ledger()
  said = []
  queue = queueOf({})
})
afterEach(async () => {
  await queue.close(0)
  await dashboard.close()
})

function queueOf(changes: Partial<Limits>, bytesMax = 1_000_000): PostQueue {
  const options = {
    clock: createClock(),
    limits: { ...LIMITS, ...changes },
    ledger,
    say: (text: string) => said.push(text),
  }
  const poster = new Poster({
    ...options,
    url: `http://me:s3cret@127.0.0.1:${dashboard.port}/stats?key=s3cret`,
    userAgent: 'x',
  })
  return new PostQueue({ ...options, poster, bytesMax })
}

/** Two items each. */
function give(...numbers: number[]): void {
  for (const number of numbers) {
    ledger.created('push', 2)
    queue.add(JSON.stringify({ number }), 2)
  }
}

function books(): SignalBalance {
  const all = ledger.snapshot().push
  expect(all.created).toBe(all.exported + droppedOf(all) + all.queued)
  expect(all.queued).toBeGreaterThanOrEqual(0)
  return all
}
const taken = (): unknown[] => dashboard.bodies('/stats?key=s3cret').map(({ number }) => number)
const emptied = (): Promise<void> => vi.waitFor(() => expect(books().queued).toBe(0), WAIT)

test('in order, one at a time, without a word', async () => {
  give(1, 2, 3)
  await emptied()
  give(4)
  await emptied()
  expect(taken()).toEqual([1, 2, 3, 4])
  expect(dashboard.together()).toBe(1)
  expect(books()).toMatchObject({ created: 8, exported: 8, dropped: {} })
  expect(said).toEqual([])
})

test.each([
  ['answers 500', status(500), 'HTTP 500'],
  ['answers 503', status(503), 'HTTP 503'],
  ['throttles', status(429, { 'retry-after': '1' }), 'HTTP 429'],
  ['resets', reset, 'ECONNRESET'],
  ['never answers', silence, 'no answer in time'],
])(
  'one that %s for a while gets everything in the end; it is said once, and once more when it is well',
  async (_, fault, reason) => {
    dashboard.answer(fault)
    give(1, 2, 3)
    await vi.waitFor(() => expect(dashboard.posts.length).toBeGreaterThan(1), WAIT)
    expect(books()).toMatchObject({ exported: 0, dropped: {}, queued: 6 })
    dashboard.answer(well)
    await emptied()
    expect(taken()).toEqual([1, 2, 3])
    expect(said).toEqual([
      `posts to ${dashboard.url}/stats cannot be delivered (${reason}); they are kept and tried again, the oldest are dropped`,
      `posts to ${dashboard.url}/stats are taken again`,
    ])
  },
)

test('nobody listens, and then somebody does', async () => {
  await dashboard.close()
  give(1, 2)
  await vi.waitFor(() => expect(said).toHaveLength(1), WAIT)
  dashboard = await startDashboard(dashboard.port)
  await emptied()
  expect(taken()).toEqual([1, 2])
  expect(books()).toMatchObject({ exported: 4, dropped: {} })
})

test.each([
  ['400', status(400)],
  ['404', status(404)],
  ['301', status(301, { location: '/elsewhere' })],
])('%s is the end of a post, never sent again', async (_, fault) => {
  dashboard.answer(fault)
  give(1, 2)
  await emptied()
  expect(dashboard.posts.map(({ body }) => body.number)).toEqual([1, 2])
  dashboard.answer(well)
  give(3)
  await emptied()
  expect(taken()).toEqual([3])
  expect(books()).toMatchObject({ exported: 2, dropped: { rejected: 4 } })
  expect(said).toHaveLength(2)
  expect(said[0]).toContain('are refused (HTTP ')
})

test('the oldest go when there is no room, but never the one that is with the dashboard', async () => {
  const held = Promise.withResolvers<() => void>()
  dashboard.answer((response) => held.resolve(() => response.end()))
  queue = queueOf({ pushMs: 60_000 }, 30)
  // As many items as its number says: nobody is mistaken for another.
  const add = (number: number): void => {
    ledger.created('push', number)
    queue.add(JSON.stringify({ number }), number)
  }
  add(1)
  const release = await held.promise
  for (const number of [2, 3, 4, 5]) add(number)
  expect(books()).toMatchObject({ dropped: { queue_full: 2 + 3 + 4 }, queued: 1 + 5 })
  dashboard.answer(well)
  release()
  await emptied()
  expect(taken()).toEqual([1, 5])
  expect(books()).toMatchObject({ exported: 1 + 5, dropped: { queue_full: 2 + 3 + 4 } })
})

test('while it pauses even the first one goes', async () => {
  await dashboard.close()
  queue = queueOf({ exportPauseMs: 300, exportPauseMsMax: 300 }, 30)
  give(1)
  await vi.waitFor(() => expect(said).toHaveLength(1), WAIT)
  give(2, 3)
  expect(books()).toMatchObject({ dropped: { queue_full: 2 }, queued: 4 })
  dashboard = await startDashboard(dashboard.port)
  await emptied()
  expect(taken()).toEqual([2, 3])
})

test('a post that alone is more than all the room is dropped, and the next one goes out', async () => {
  queue = queueOf({}, 20)
  ledger.created('push', 1)
  queue.add(JSON.stringify({ number: 'x'.repeat(50) }), 1)
  give(7)
  await emptied()
  expect(taken()).toEqual([7])
  expect(books()).toMatchObject({ exported: 2, dropped: { queue_full: 1 } })
})

test('what is too old is given up', async () => {
  dashboard.answer(status(503))
  queue = queueOf({ exportRetryMs: 200 })
  give(1, 2)
  await emptied()
  expect(books()).toMatchObject({ exported: 0, dropped: { export_failed: 4 } })
  expect(dashboard.posts.length).toBeGreaterThan(1)
})

test('Retry-After 0 for ever is no loop without a pause', async () => {
  dashboard.answer(status(429, { 'retry-after': '0' }))
  queue = queueOf({ exportPauseMsMin: 50 })
  give(1)
  await sleep(500)
  // 50, 75, 112, 169, 253 ms.
  expect(dashboard.posts.length).toBeLessThanOrEqual(6)
})

test('closing posts what is left, hurrying; what has no time for it is counted', async () => {
  await dashboard.close()
  queue = queueOf({ exportPauseMs: 60_000, exportPauseMsMax: 60_000, exportRetryMs: 600_000 })
  give(1, 2)
  await vi.waitFor(() => expect(said).toHaveLength(1), WAIT)
  dashboard = await startDashboard(dashboard.port)
  await queue.close(10_000)
  expect(taken()).toEqual([1, 2])
  expect(books()).toMatchObject({ exported: 4, dropped: {}, queued: 0 })
})

test('a dashboard that does not answer holds no shutdown up', async () => {
  dashboard.answer(silence)
  queue = queueOf({ pushMs: 60_000 })
  give(1, 2)
  await vi.waitFor(() => expect(dashboard.posts).toHaveLength(1), WAIT)
  await queue.close(50)
  expect(books()).toMatchObject({ exported: 0, dropped: { shutdown: 4 }, queued: 0 })
})

test('an answer that is still dripping when there is no more time was an answer', async () => {
  dashboard.answer((response) => void response.writeHead(200).write('{'))
  queue = queueOf({ pushMs: 60_000 })
  give(1)
  await vi.waitFor(() => expect(dashboard.posts).toHaveLength(1), WAIT)
  await sleep(100)
  await queue.close(50)
  expect(books()).toMatchObject({ exported: 2, dropped: {}, queued: 0 })
})

test('nothing said tells a secret', async () => {
  dashboard.answer(status(500))
  give(1)
  await vi.waitFor(() => expect(said).toHaveLength(1), WAIT)
  dashboard.answer(status(403))
  await emptied()
  expect(said.join()).not.toContain('s3cret')
})

test('its state says where it goes, without secrets, whether it gets there, and how many bytes wait', async () => {
  const state = () => queue.state
  const where = { signal: 'push', endpoint: `http://127.0.0.1:${dashboard.port}/stats`, queueMax: 1_000_000 }
  expect(state()).toEqual({ ...where, mood: 'untried', queued: 0 })
  dashboard.answer(status(503))
  give(1)
  await vi.waitFor(() => expect(state()).toEqual({ ...where, mood: 'failing', reason: 'HTTP 503', queued: 12 }), WAIT)
  dashboard.answer(well)
  const deliveredAtMs = expect.any(Number)
  await vi.waitFor(() => expect(state()).toEqual({ ...where, mood: 'fine', deliveredAtMs, queued: 0 }), WAIT)
  dashboard.answer(status(400))
  give(2)
  await vi.waitFor(() => expect(state()).toMatchObject({ mood: 'refused', reason: 'HTTP 400' }), WAIT)
})
