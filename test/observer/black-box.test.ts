import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { InflightRequest } from '../../src/inflight.ts'
import { BlackBox } from '../../src/observer/black-box.ts'
import { BlackBoxFile, readBlackBox } from '../../src/observer/black-box-file.ts'
import { runsOf } from '../../src/observer/black-box-report.ts'
import { lookOf } from '../support/looks.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0

function start({ path = join(folder, String(++count)), bytesMax = 1_048_576, clock = new ManualClock() } = {}) {
  const inflight = new Map<number, InflightRequest>()
  const said: string[] = []
  const file = new BlackBoxFile(path, bytesMax)
  const say = (text: string) => void said.push(text)
  const box = new BlackBox({ file, clock, inflight: () => [...inflight.values()], batchMs: 20, say })
  const begin = (id: number) =>
    void inflight.set(id, {
      id,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      startedMonotonicMs: clock.monotonicMs(),
      method: 'GET',
      path: `/${id}`,
      phase: 'waiting',
    })
  /** What somebody would read who came now: the process needs to do nothing more. */
  const runs = () => runsOf(readBlackBox(readFileSync(path))?.records ?? [])
  return { path, clock, box, file, inflight, begin, said, runs }
}

test('an exchange is in the file as soon as its batch was taken, and who is in flight after one interval', async () => {
  const { clock, box, begin, inflight, runs } = start()
  begin(1)
  begin(2)
  await clock.pass(20)
  expect(runs()[0]).toMatchObject({ inFlight: [{ id: 1, path: '/1', startedAtMs: 0 }, { id: 2 }], exchanges: [] })
  inflight.delete(1)
  box.exchange(exchangeOf(1))
  box.flush()
  expect(runs()[0]).toMatchObject({ end: 'cut-off', inFlight: [{ id: 2 }], exchanges: [{ id: 1 }], unwritten: [] })
})

test('who is in flight is in the phase of the last interval', async () => {
  const { clock, begin, inflight, runs } = start()
  begin(1)
  await clock.pass(20)
  const [request] = inflight.values()
  if (request !== undefined) inflight.set(1, { ...request, phase: 'response' })
  await clock.pass(20)
  expect(runs()[0]?.inFlight).toMatchObject([{ id: 1, phase: 'response' }])
})

test('who ended unseen is told apart from who is in flight', async () => {
  const { clock, begin, inflight, runs } = start()
  begin(1)
  await clock.pass(20)
  inflight.delete(1)
  await clock.pass(20)
  expect(runs()[0]).toMatchObject({ inFlight: [], unwritten: [1], exchanges: [] })
})

test('what is found out later is added to the exchange, and what is not slow or failed is not written twice', async () => {
  const { clock, box, runs, file } = start()
  box.exchange(exchangeOf(1))
  box.exchange(exchangeOf(2))
  box.flush()
  const resources = { scope: 'app', windowMs: 400, cpuThrottledMs: 300 } as const
  box.enriched(exchangeOf(1, { resources, error: { type: 'podspan.app_exited', at: 'origin' } }))
  const before = file.recordBytesMax
  box.enriched(exchangeOf(2))
  await clock.pass(20)
  expect(file.recordBytesMax).toBe(before)
  expect(runs()[0]?.exchanges).toEqual([
    exchangeOf(1, { resources, error: { type: 'podspan.app_exited', at: 'origin' } }),
    exchangeOf(2),
  ])
})

test('last words are written at once, with all that came before', () => {
  const { box, begin, runs } = start()
  begin(7)
  box.exchange(exchangeOf(1))
  box.fatal({ of: 'process', text: 'Error: no' })
  expect(runs()[0]).toMatchObject({
    end: 'fatal',
    deaths: [{ text: 'Error: no' }],
    inFlight: [{ id: 7 }],
    exchanges: [{ id: 1 }],
  })
})

test('last words that never end are cut, and written', () => {
  const { box, runs } = start()
  box.fatal({ of: 'process', text: `Error: ${'no '.repeat(1_000_000)}` })
  expect(runs()[0]?.deaths).toMatchObject([{ text: expect.stringMatching(/^Error: no no .{60000}/) }])
})

test('what comes after it was closed is written nowhere, and nothing is said of it', async () => {
  const { clock, box, begin, runs, said } = start()
  box.close()
  begin(1)
  box.exchange(exchangeOf(1))
  box.flush()
  await clock.pass(100)
  expect(runs()).toMatchObject([{ end: 'stopped', inFlight: [], exchanges: [] }])
  expect([said, clock.timers]).toEqual([[], 0])
})

test('when it can be written again it names who is in flight by then', async () => {
  const { clock, box, begin, inflight, file, runs, said } = start()
  begin(1)
  await clock.pass(20)
  const append = file.append
  file.append = () => {
    throw new Error('ENOSPC')
  }
  begin(2)
  await clock.pass(20)
  inflight.delete(1)
  await clock.pass(20)
  file.append = append
  box.exchange(exchangeOf(3))
  box.flush()
  expect(said).toHaveLength(1)
  expect(runs()[0]).toMatchObject({ inFlight: [{ id: 2 }], exchanges: [{ id: 3 }] })
})

test('looks and crashes are in it, the node with the number of its cores', async () => {
  const { clock, box, runs } = start()
  box.sample(lookOf(5, { container: { memory: { usageBytes: 9 } } }))
  const crash = { count: 1, cause: 'app_exited', afterMonotonicMs: 0, seenMonotonicMs: 5 } as const
  box.crash({ crash, seenAtMs: 5, requests: [], requestCount: 0 })
  await clock.pass(20)
  const [run] = runs()
  expect(run?.looks).toMatchObject([{ atMs: 0, container: { memory: { usageBytes: 9 } }, node: { cpus: 2 } }])
  expect(run?.crashes).toMatchObject([{ crash, requestCount: 0 }])
})

test('who has been in flight for a long time is still named when the file has been written through many times', async () => {
  const { clock, box, begin, runs, inflight } = start({ bytesMax: 300_000 })
  for (let id = 1; id <= 100; id++) begin(id)
  await clock.pass(20)
  for (let id = 2; id <= 100; id++) inflight.delete(id)
  for (let id = 200; id < 4_000; id++) {
    box.exchange(exchangeOf(id))
    if (id % 64 === 0) box.flush()
  }
  box.flush()
  const [run, ...more] = runs()
  expect(more).toEqual([])
  expect(run?.inFlight).toMatchObject([{ id: 1, startedAtMs: 0 }])
  expect(run?.exchanges.at(-1)?.id).toBe(3_999)
  expect(run?.exchanges.length).toBeGreaterThan(200)
})

test('the next run goes on behind the last, and one that was asked to stop says so', async () => {
  const first = start()
  first.begin(1)
  await first.clock.pass(20)
  const clock = Object.assign(new ManualClock(), { anchor: { wallMs: 60_000, monotonicMs: 0 } })
  const second = start({ path: first.path, clock })
  second.box.exchange(exchangeOf(1))
  second.box.close()
  expect(second.runs()).toMatchObject([
    { run: '1970-01-01T00:00:00.000Z', end: 'cut-off', inFlight: [{ id: 1 }], exchanges: [] },
    { run: '1970-01-01T00:01:00.000Z', end: 'stopped', inFlight: [], exchanges: [{ id: 1 }] },
  ])
})

test('an observer that is started again goes on with the run', async () => {
  const first = start()
  first.begin(1)
  first.box.exchange(exchangeOf(5))
  await first.clock.pass(20)
  const second = start({ path: first.path })
  second.begin(2)
  await second.clock.pass(20)
  expect(second.runs()).toMatchObject([{ inFlight: [{ id: 2 }], exchanges: [{ id: 5 }] }])
})

test('a file that cannot be written is said once, and nothing throws', async () => {
  const { clock, box, file, said } = start()
  file.close()
  for (let id = 0; id < 3; id++) {
    box.exchange(exchangeOf(id))
    box.flush()
    await clock.pass(20)
  }
  expect(said).toEqual([expect.stringMatching(/^the black box cannot be written, what comes is not in it: .*EBADF/)])
})
