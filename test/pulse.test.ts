import { expect, test } from 'vitest'
import { createClock } from '../src/clock.ts'
import { readPulse, startPulse } from '../src/pulse.ts'

test('a busy thread, and one that was late, is seen by others', async () => {
  const clock = createClock()
  const { memory, stop } = startPulse(clock, 20)
  const busyUntilMs = clock.monotonicMs() + 200
  const litter: unknown[] = []
  while (clock.monotonicMs() < busyUntilMs) litter.push(new Array(100).fill(litter.length))
  await new Promise<void>((resolve) => clock.after(30, resolve))
  const pulse = readPulse(memory)
  stop()
  expect(pulse.uptimeSeconds).toBeGreaterThan(0.15)
  expect(pulse.utilization).toBeGreaterThan(0)
  expect(pulse.utilization).toBeLessThanOrEqual(1)
  expect(pulse.delayMaxSeconds).toBeGreaterThan(0.1)
  expect(pulse.gcSeconds).toBeGreaterThan(0)
  expect(pulse.heapUsedBytes).toBeGreaterThan(1_000_000)
  expect(readPulse(memory).delayMaxSeconds, 'begins anew').toBe(0)
})
