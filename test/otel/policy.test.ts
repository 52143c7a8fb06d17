import { expect, test } from 'vitest'
import { grpcReply, httpReply, pauseMs } from '../../otel/policy.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

const NOW = Date.UTC(2026, 0, 1)
const inSeconds = (seconds: number): string => new Date(NOW + seconds * 1e3).toUTCString()

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

test.each([
  ['0', 0],
  ['1', 1_000],
  [' 60 ', 60_000],
  [inSeconds(30), 30_000],
  [inSeconds(-30), 0],
  ['Thursday, 01-Jan-26 00:00:10 GMT', 10_000],
  ['soon', undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['2026', 2_026_000],
  ['99999999999999999999', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (retryAfter, ms) => {
  expect(httpReply({ status: 503, retryAfter }, NOW)).toEqual({
    kind: 'failed',
    reason: 'HTTP 503',
    ...(ms === undefined ? {} : { retryAfterMs: ms }),
  })
})

test('gRPC: what may be tried again is what the specification names', () => {
  const kinds = Array.from({ length: 17 }, (_, code) => grpcReply(code, false, '').kind)
  const retried = kinds.flatMap((kind, code) => (kind === 'failed' ? [code] : []))
  expect(retried).toEqual([1, 4, 10, 11, 14, 15])
  expect(kinds[12]).toBe('unsupported')
  expect(grpcReply(8, true, '').kind).toBe('failed')
  expect(grpcReply(undefined, false, '').kind).toBe('failed')
})

test.each([
  [0, undefined, 0.5, 1_000],
  [1, undefined, 0.5, 1_500],
  [50, undefined, 0.5, 30_000],
  [0, undefined, 0, 800],
  [0, undefined, 1, 1_200],
  [0, 0, 0, 100],
  [2, 0, 0, 225],
  [0, 5_000, 0, 5_000],
  [0, 5_000, 1, 6_000],
  [0, 3_600_000, 0, 60_000],
])('try %i, Retry-After %j, dice %d: %i ms', (attempt, retryAfterMs, random, expected) => {
  expect(pauseMs(attempt, retryAfterMs, DEFAULT_LIMITS, random)).toBeCloseTo(expected, 6)
})
