import { expect, test } from 'vitest'
import { createClock } from '../src/clock.ts'
import { pulseMemory, readPulse, startPulse, togetherOf } from '../src/pulse.ts'

test('a busy thread, and one that was late, is seen by others', async () => {
  const clock = createClock()
  const memory = pulseMemory()
  const stop = startPulse(clock, 20, memory)
  const busyUntilMs = clock.monotonicMs() + 200
  const litter: unknown[] = []
  while (clock.monotonicMs() < busyUntilMs) litter.push(new Array(100).fill(litter.length))
  await new Promise<void>((resolve) => clock.after(30, resolve))
  const pulse = readPulse(memory)
  stop()
  expect(pulse.utilization).toBeGreaterThan(0)
  expect(pulse.utilization).toBeLessThanOrEqual(1)
  expect(pulse.delayMaxSeconds).toBeGreaterThan(0.1)
  expect(pulse.gcSeconds).toBeGreaterThan(0)
  expect(pulse.heapUsedBytes).toBeGreaterThan(1_000_000)
  expect(readPulse(memory).delayMaxSeconds, 'begins anew').toBe(0)
})

test('several threads: the busiest, the latest, and the memory and time of all', () => {
  const one = { utilization: 0.5, delayMaxSeconds: 2, heapUsedBytes: 10, gcSeconds: 1 }
  const other = { utilization: 0.75, delayMaxSeconds: 1, heapUsedBytes: 5, gcSeconds: 2 }
  expect(togetherOf([one, other])).toEqual({ utilization: 0.75, delayMaxSeconds: 2, heapUsedBytes: 15, gcSeconds: 3 })
})
