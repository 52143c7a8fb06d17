import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../src/limits.ts'
import { parseRetryAfter, pauseMs } from '../src/retry.ts'

const NOW = Date.UTC(2026, 0, 1)
const inSeconds = (seconds: number): string => new Date(NOW + seconds * 1e3).toUTCString()

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
  expect(parseRetryAfter(retryAfter, NOW)).toBe(ms)
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
