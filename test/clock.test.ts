import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createClock, every, holdProcess } from '../src/clock.ts'
import { ManualClock } from './support/observed.ts'

test('wall time is the anchor plus what the monotonic clock counted since', () => {
  const clock = createClock({ wallMs: 1_000_000, monotonicMs: createClock().monotonicMs() - 500 })
  const before = clock.monotonicMs()
  const wallMs = clock.wallMs()
  const after = clock.monotonicMs()
  expect(wallMs).toBeGreaterThanOrEqual(1_000_000 + (before - clock.anchor.monotonicMs))
  expect(wallMs).toBeLessThanOrEqual(1_000_000 + (after - clock.anchor.monotonicMs))
})

test('another thread with the same anchor reads the same clocks', async () => {
  const clock = createClock()
  const code = `
    import { parentPort, workerData } from 'node:worker_threads'
    const { createClock } = await import(workerData.url)
    const clock = createClock(workerData.anchor)
    parentPort.postMessage([clock.wallMs(), clock.monotonicMs()])`
  const url = new URL('../src/clock.ts', import.meta.url).href
  const before = [clock.wallMs(), clock.monotonicMs()] as const
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { url, anchor: clock.anchor },
  })
  const [wallMs, monotonicMs] = await new Promise<[number, number]>((resolve) => worker.on('message', resolve))
  expect(wallMs).toBeGreaterThan(before[0])
  expect(wallMs).toBeLessThan(clock.wallMs())
  expect(monotonicMs).toBeGreaterThan(before[1])
  expect(monotonicMs).toBeLessThan(clock.monotonicMs())
})

test('after calls back once, not before its time, and never when cancelled', async () => {
  const clock = createClock()
  const called: string[] = []
  const startedMs = clock.monotonicMs()
  const cancel = clock.after(5, () => called.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => {
    clock.after(20, () => {
      called.push('kept')
      resolve()
    })
  })
  expect(called).toEqual(['kept'])
  // A timer may fire up to a millisecond early: libuv counts in whole ones.
  expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(19)
})

test('every repeats until stopped, also when stopped by its own work', async () => {
  const clock = new ManualClock()
  const calls: number[] = []
  const stop = every(clock, 10, () => {
    calls.push(clock.monotonicMs())
    if (calls.length === 3) stop()
  })
  await clock.pass(9)
  expect(calls).toEqual([])
  await clock.pass(100)
  expect(calls).toEqual([10, 20, 30])
  expect(clock.timers).toBe(0)
  const stopEarly = every(clock, 10, () => calls.push(-1))
  stopEarly()
  await clock.pass(100)
  expect(calls).toHaveLength(3)
})

test('a process is held until it is released, which no timer of a clock does', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const cancel = createClock().after(60_000, () => {})
  expect(timers()).toBe(before)
  const release = holdProcess()
  expect(timers()).toBe(before + 1)
  release()
  expect(timers()).toBe(before)
  cancel()
})
