import { expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Crashes } from '../../src/observer/crashes.ts'
import { Enrichment } from '../../src/observer/enrichment.ts'
import type { Crash, ResourceSample } from '../../src/resources/sample.ts'
import { lookOf } from '../support/looks.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

function start(changes: Partial<typeof DEFAULT_LIMITS> = {}) {
  const clock = new ManualClock()
  const out: Exchange[] = []
  const asked = { soon: 0, suspect: 0 }
  const said: string[] = []
  const limits = { ...DEFAULT_LIMITS, slowMs: 100, ...changes }
  const crashes = new Crashes({ inflight: () => [], clock, requestsMax: 9, onCrash: () => {} })
  const enrichment = new Enrichment({
    clock,
    limits,
    crashes,
    soon: () => void asked.soon++,
    suspect: () => void asked.suspect++,
    sink: (exchange) => void out.push(exchange),
    say: (text) => void said.push(text),
  })
  const look = (changes: Partial<ResourceSample> = {}, throttledSeconds = 0) =>
    enrichment.sample(lookOf(clock.monotonicMs(), { container: { cpu: { throttledSeconds } }, ...changes }))
  /** Ends now. */
  const take = (id: number, durationMs: number, changes: Partial<Exchange> = {}) =>
    enrichment.sink(exchangeOf(id, { durationMs, startedMonotonicMs: clock.monotonicMs() - durationMs, ...changes }))
  return { clock, enrichment, out, ids: () => out.map(({ id }) => id), asked, said, look, take }
}

const RESET = { outcome: 'origin-aborted', error: { type: 'ECONNRESET', at: 'origin' } } as const

test('what is neither slow nor failed passes at once, as it came', () => {
  const { look, take, out, asked } = start()
  look()
  take(1, 20)
  take(2, 99, { response: { status: 404, reason: 'Not Found', bytes: 0 } })
  take(3, 0.1, { outcome: 'refused-request' })
  expect(out.every(({ resources }) => resources === undefined)).toBe(true)
  expect(out.map(({ id }) => id)).toEqual([1, 2, 3])
  expect(asked).toEqual({ soon: 0, suspect: 0 })
})

test('a slow one waits for the look after it, and tells what happened between the two', async () => {
  const { clock, look, take, out, asked } = start()
  look()
  await clock.pass(400)
  take(1, 300)
  expect(out).toEqual([])
  expect(asked.soon).toBe(1)
  await clock.pass(50)
  look({}, 0.25)
  expect(out).toHaveLength(1)
  expect(out[0]?.resources).toEqual({ scope: 'app', windowMs: 450, cpuThrottledMs: 250 })
  expect(clock.timers).toBe(0)
})

test.each([
  { name: 'a 5xx', changes: { response: { status: 503, reason: '', bytes: 0 } } },
  { name: 'one that timed out', changes: { outcome: 'timed-out' } },
  { name: 'a bad answer', changes: { outcome: 'refused-response' } },
  { name: 'a reset', changes: RESET },
] as const)('$name is failed, however fast it was', async ({ changes }) => {
  const { clock, look, take, out } = start()
  look()
  await clock.pass(10)
  take(1, 1, changes)
  expect(out).toEqual([])
  await clock.pass(300)
  look()
  expect(out[0]?.resources).toMatchObject({ windowMs: 310 })
})

test('streams and upgrades have no usual duration', () => {
  const { look, take, ids } = start()
  look()
  take(1, 60_000, { upgrade: { protocol: 'websocket', bytesIn: 0, bytesOut: 0 } })
  take(2, 60_000, { eventStream: { events: 3 } })
  expect(ids()).toEqual([1, 2])
})

test('no look comes: it goes on after its time, with what is known', async () => {
  const { clock, look, take, out } = start()
  look()
  await clock.pass(1_000)
  take(1, 500)
  await clock.pass(1_000)
  take(2, 500)
  await clock.pass(499)
  expect(out).toEqual([])
  await clock.pass(1)
  expect(out).toMatchObject([{ id: 1, resources: { windowMs: 0 } }])
  await clock.pass(1_000)
  expect(out).toMatchObject([{ id: 1 }, { id: 2 }])
  expect(clock.timers).toBe(0)
})

test('only so many wait: further ones go on without, which is said once', () => {
  const { look, take, ids, said, enrichment } = start({ enrichingMax: 2 })
  look()
  for (let id = 1; id <= 5; id++) take(id, 200)
  expect(ids()).toEqual([3, 4, 5])
  expect(said).toEqual(['2 slow or failed requests wait for figures; more go without'])
  enrichment.close()
  expect(ids()).toEqual([3, 4, 5, 1, 2])
})

test('where nothing is to be seen of the container nobody waits for it', () => {
  const { look, take, ids } = start()
  take(1, 500)
  look({ scope: 'none', container: undefined })
  take(2, 500)
  expect(ids()).toEqual([1, 2])
})

test('a crash is the reason of the resets it came with; each look is asked for what a runtime removes once', async () => {
  const { clock, look, take, out, asked } = start()
  look()
  await clock.pass(1_000)
  take(1, 800, RESET)
  take(2, 1, { ...RESET, outcome: 'origin-unreachable' })
  expect(asked.suspect).toBe(1)
  await clock.pass(20)
  const crash: Crash = { count: 1, cause: 'app_oom_killed', afterMonotonicMs: 0, seenMonotonicMs: 1_020 }
  look({ app: { isUp: false, exits: 1, oomKills: 1, crash } })
  expect(out.map(({ error }) => error?.type)).toEqual(['podspan.app_oom_killed', 'podspan.app_oom_killed'])
  take(3, 1, RESET)
  expect(asked.suspect).toBe(2)
})

test('a reset without a crash keeps its own reason, after a look that would have seen one', async () => {
  const { clock, look, take, out } = start()
  look()
  await clock.pass(1_000)
  take(1, 1, RESET)
  await clock.pass(100)
  look()
  expect(out).toEqual([])
  await clock.pass(100)
  look()
  expect(out).toMatchObject([{ error: { type: 'ECONNRESET' } }])
})

test('the app answered badly while it went down: an error of its own is no crash', async () => {
  const { clock, look, take, out } = start()
  look()
  await clock.pass(100)
  take(1, 1, { response: { status: 500, reason: '', bytes: 0 } })
  const crash: Crash = { count: 1, cause: 'app_exited', afterMonotonicMs: 0, seenMonotonicMs: 100 }
  look({ app: { isUp: false, exits: 1, oomKills: 0, crash } })
  expect(out[0]).not.toHaveProperty('error')
})
