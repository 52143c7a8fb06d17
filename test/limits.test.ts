import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, OFF_AT_ZERO } from '../src/limits.ts'

test('the defaults fit each other', () => {
  const limits = DEFAULT_LIMITS
  for (const [name, value] of Object.entries(limits)) {
    if (!OFF_AT_ZERO.has(name as keyof typeof limits)) expect(value, name).toBeGreaterThan(0)
  }
  expect(limits.targetBytesMax).toBeLessThan(limits.headBytesMax)
  expect(limits.chunkLineBytesMax).toBeLessThanOrEqual(limits.chunkExtensionBytesMax)
  expect(limits.spanBatchMax).toBeLessThanOrEqual(limits.spanQueueMax)
  expect(limits.batchExchangesMax).toBeLessThanOrEqual(limits.outboxExchangesMax)
  // Kubernetes kills 30 s after SIGTERM unless told otherwise.
  expect(limits.drainMs + limits.flushMs).toBeLessThan(30_000)
})
