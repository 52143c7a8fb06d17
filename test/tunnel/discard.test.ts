import { expect, test, vi } from 'vitest'
import type { Framing } from '../../src/http1/message.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Discard, isWorthReading } from '../../src/tunnel/discard.ts'
import { ManualClock } from '../support/observed.ts'

const limits = { ...DEFAULT_LIMITS, discardBytesMax: 10, lingerMs: 1_000 }

test.each<[Framing, boolean]>([
  [{ kind: 'none' }, true],
  [{ kind: 'length', bytes: 10 }, true],
  [{ kind: 'length', bytes: 11 }, false],
  [{ kind: 'chunked' }, true],
  [{ kind: 'until-close' }, false],
])('a body of %j is read to its end: %s', (framing, expected) => {
  expect(isWorthReading(framing, limits)).toBe(expected)
})

test('given up past so many bytes', () => {
  const giveUp = vi.fn()
  const discard = new Discard(limits, new ManualClock(), giveUp)
  discard.take(Buffer.alloc(10))
  expect(giveUp).not.toHaveBeenCalled()
  discard.take(Buffer.alloc(1))
  expect(giveUp).toHaveBeenCalledTimes(1)
})

test('given up after a while, unless it ended before', async () => {
  const giveUp = vi.fn()
  const clock = new ManualClock()
  new Discard(limits, clock, giveUp).stop()
  expect(clock.timers).toBe(0)
  new Discard(limits, clock, giveUp)
  await clock.pass(1_000)
  expect(giveUp).toHaveBeenCalledTimes(1)
})
