import { expect, test } from 'vitest'
import { Ledger } from '../../src/ledger.ts'
import { LateTelemetry, type Telemetry } from '../../src/observer/late-telemetry.ts'
import { exchangeOf, sampleOf } from '../support/observed.ts'

const BACKEND = { signal: 'span', endpoint: 'http://collector', mood: 'fine', queued: 0, queueMax: 1 } as const

function start() {
  const ledger = new Ledger()
  const said: string[] = []
  const taken: number[] = []
  const samples: number[] = []
  const crashes: number[] = []
  const loaded: Telemetry = {
    exchange: ({ id }) => taken.push(id),
    sample: (sample) => samples.push(sample.node.cpus.length),
    crash: ({ requestCount }) => crashes.push(requestCount),
    backends: () => [BACKEND],
    shutdown: async () => undefined,
  }
  const telemetry = new LateTelemetry({
    ledger,
    signals: ['span', 'log'],
    waitingMax: 2,
    say: (text) => said.push(text),
  })
  return {
    telemetry,
    loaded,
    said,
    taken,
    samples,
    crashes,
    took: (count = 1) => ledger.ended('exchange', 'exported', count),
    books: () => ledger.snapshot().span,
  }
}

test('never loaded: every exchange is not_configured', () => {
  const { telemetry, took, books } = start()
  took()
  telemetry.exchange(exchangeOf(1))
  telemetry.sample(sampleOf(1))
  expect(books()).toMatchObject({ created: 1, not_configured: 1, queued: 0 })
})

test('while it loads exchanges wait, in bounds; then it gets them first and everything after', async () => {
  const { telemetry, loaded, taken, samples, took, books } = start()
  took(4)
  const gate = Promise.withResolvers<Telemetry>()
  const loading = telemetry.load(() => gate.promise)
  for (const id of [1, 2, 3]) telemetry.exchange(exchangeOf(id))
  expect(taken).toEqual([])
  expect(books()).toMatchObject({ created: 4, dropped: { queue_full: 1 }, queued: 3 })
  gate.resolve(loaded)
  await loading
  telemetry.exchange(exchangeOf(4))
  telemetry.sample(sampleOf(3))
  expect(taken).toEqual([1, 2, 4])
  expect(samples).toEqual([3])
  // The rest of the books is what was loaded to keep.
  expect(books().queued).toBe(3)
})

test('a crash while it loads is told of when it is there', async () => {
  const { telemetry, loaded, crashes } = start()
  const gate = Promise.withResolvers<Telemetry>()
  const loading = telemetry.load(() => gate.promise)
  const crash = { count: 1, cause: 'app_exited', afterMonotonicMs: 0, seenMonotonicMs: 1 } as const
  const report = (requestCount: number) => ({ crash, seenAtMs: 1, requests: [], requestCount })
  telemetry.crash(report(5))
  expect(crashes).toEqual([])
  gate.resolve(loaded)
  await loading
  telemetry.crash(report(6))
  expect(crashes).toEqual([5, 6])
})

test('there are backends as soon as it is loaded', async () => {
  const { telemetry, loaded } = start()
  expect(telemetry.backends()).toEqual([])
  await telemetry.load(async () => loaded)
  expect(telemetry.backends()).toEqual([BACKEND])
})

test('what cannot be loaded is said, and what waited for it is not_configured', async () => {
  const { telemetry, said, took, books } = start()
  took(2)
  const loading = telemetry.load(() => Promise.reject(new Error('Cannot find module')))
  telemetry.exchange(exchangeOf(1))
  await loading
  telemetry.exchange(exchangeOf(2))
  expect(said).toEqual(['OpenTelemetry could not be started, going on without it: Error: Cannot find module'])
  expect(books()).toMatchObject({ created: 2, not_configured: 2, queued: 0 })
})

test('a shutdown while it still loads drops what waited, and says so in the books', async () => {
  const { telemetry, took, books } = start()
  took()
  telemetry.load(() => new Promise(() => undefined))
  telemetry.exchange(exchangeOf(1))
  await telemetry.shutdown(10)
  expect(books()).toMatchObject({ created: 1, dropped: { shutdown: 1 }, queued: 0 })
})
