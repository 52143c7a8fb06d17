import { randomFillSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIds } from '../../src/trace/ids.ts'

test('ids have their lengths and do not repeat over many pools', () => {
  const ids = createIds(randomFillSync)
  const seen = new Set<string>()
  for (let each = 0; each < 2_000; each++) {
    const [trace, span] = [ids.traceId(), ids.spanId()]
    expect(trace).toMatch(/^[0-9a-f]{32}$/)
    expect(span).toMatch(/^[0-9a-f]{16}$/)
    seen.add(trace).add(span)
  }
  expect(seen.size).toBe(4_000)
})

test('an id of zeros is drawn again', () => {
  let fills = 0
  const ids = createIds((buffer) => buffer.fill(fills++ === 0 ? 0 : 1))
  expect(ids.spanId()).toBe('01'.repeat(8))
})
