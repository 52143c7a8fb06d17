import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { beat, Patience, type Wait, Watch } from '../../src/tunnel/patience.ts'
import { ManualClock } from '../support/observed.ts'

const LIMITS = { ...DEFAULT_LIMITS, headMs: 1_000, bodyBytesPerSecondMin: 10, bodyWindowMs: 1_000, readerMs: 1_000 }
const of = (wait: Wait, bytes = 0, turn = 1) => ({ for: wait, turn, bytes })

test('waiting is over when its time has passed, and begins anew with another request or another wait', () => {
  const watch = new Watch()
  expect(watch.isOver(0, of('head'), LIMITS)).toBe(false)
  expect(watch.isOver(999, of('head'), LIMITS)).toBe(false)
  expect(watch.isOver(1_000, of('head', 0, 2), LIMITS), 'the next request').toBe(false)
  expect(watch.isOver(1_500, of('idle'), LIMITS), 'something else').toBe(false)
  expect(watch.isOver(1_600, undefined, LIMITS), 'nothing').toBe(false)
  expect(watch.isOver(2_000, of('head'), LIMITS)).toBe(false)
  expect(watch.isOver(3_000, of('head'), LIMITS)).toBe(true)
})

test('one byte sets nothing back: a head has its time, a body its rate', () => {
  const head = new Watch()
  const body = new Watch()
  const fast = new Watch()
  for (let ms = 0; ms < 1_000; ms += 100) {
    expect(head.isOver(ms, of('head', ms / 100), LIMITS)).toBe(false)
    expect(body.isOver(ms, of('body', ms / 200), LIMITS)).toBe(false)
    expect(fast.isOver(ms, of('body', ms / 100), LIMITS)).toBe(false)
  }
  expect(head.isOver(1_000, of('head', 10), LIMITS)).toBe(true)
  expect(body.isOver(1_000, of('body', 5), LIMITS)).toBe(true)
  expect(fast.isOver(1_000, of('body', 10), LIMITS)).toBe(false)
  expect(fast.isOver(2_000, of('body', 19), LIMITS), 'each window is judged for itself').toBe(true)
})

test('a reader and a tunnel go on while anything moves at all', () => {
  const watch = new Watch()
  watch.isOver(0, of('reader'), LIMITS)
  expect(watch.isOver(1_000, of('reader', 1), LIMITS)).toBe(false)
  expect(watch.isOver(2_000, of('reader', 1), LIMITS)).toBe(true)
})

test('what is switched off is waited for without end', () => {
  const off = { ...LIMITS, bodyBytesPerSecondMin: 0, responseHeadMs: 0 }
  for (const wait of ['body', 'answer'] as const) {
    const watch = new Watch()
    watch.isOver(0, of(wait), off)
    expect(watch.isOver(1e9, of(wait), off), wait).toBe(false)
  }
})

test('the three sides of a connection are judged apart', () => {
  const patience = new Patience()
  const waits = { client: of('body'), reader: of('reader'), origin: of('originIdle') }
  expect(patience.over(0, waits, LIMITS)).toBeUndefined()
  expect(patience.over(1_000, { ...waits, client: of('body', 10) }, LIMITS)).toBe('reader')
  expect(patience.over(2_000, { origin: of('originIdle') }, LIMITS)).toBe('originIdle')
})

test('time in which this thread could not listen is not held against anybody, and nothing is judged right after it', async () => {
  const clock = new ManualClock()
  const heard: number[] = []
  const stop = beat(clock, 500, (heardMs) => heard.push(heardMs))
  await clock.pass(1_000)
  clock.block(2_000)
  await clock.pass(500)
  stop()
  await clock.pass(500)
  expect(heard).toEqual([500, 1_000, 2_000])
})
