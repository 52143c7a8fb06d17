import { expect, test } from 'vitest'
import { grpcReply, httpReply } from '../../otel/policy.ts'

const NOW = Date.UTC(2026, 0, 1)

test.each([
  [200, 'accepted'],
  [202, 'accepted'],
  [204, 'accepted'],
  [301, 'refused'],
  [307, 'refused'],
  [400, 'refused'],
  [401, 'refused'],
  [404, 'unsupported'],
  [405, 'unsupported'],
  [408, 'refused'],
  [413, 'refused'],
  [429, 'failed'],
  [500, 'refused'],
  [501, 'unsupported'],
  [502, 'failed'],
  [503, 'failed'],
  [504, 'failed'],
  [505, 'refused'],
])('HTTP %i is %s', (status, kind) => {
  expect(httpReply({ status, retryAfter: undefined }, NOW).kind).toBe(kind)
})

test('Retry-After is heard where it may be tried again, and only there', () => {
  expect(httpReply({ status: 503, retryAfter: '60' }, NOW)).toEqual({
    kind: 'failed',
    reason: 'HTTP 503',
    retryAfterMs: 60_000,
  })
  expect(httpReply({ status: 400, retryAfter: '60' }, NOW)).toEqual({ kind: 'refused', reason: 'HTTP 400' })
})

test('gRPC: what may be tried again is what the specification names', () => {
  const kinds = Array.from({ length: 17 }, (_, code) => grpcReply(code, undefined, '').kind)
  const retried = kinds.flatMap((kind, code) => (kind === 'failed' ? [code] : []))
  expect(retried).toEqual([1, 4, 10, 11, 14, 15])
  expect(kinds[12]).toBe('unsupported')
  expect(grpcReply(undefined, undefined, '').kind).toBe('failed')
})

test('gRPC: a pause that the backend asks for is kept, and makes RESOURCE_EXHAUSTED worth another try', () => {
  expect(grpcReply(8, 0, 'no')).toEqual({ kind: 'failed', reason: 'no', retryAfterMs: 0 })
  expect(grpcReply(14, 1_500, 'no')).toEqual({ kind: 'failed', reason: 'no', retryAfterMs: 1_500 })
  expect(grpcReply(3, 1_500, 'no')).toEqual({ kind: 'refused', reason: 'no' })
})
