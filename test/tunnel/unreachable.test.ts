import { expect, test } from 'vitest'
import { isExhausted, unreachable } from '../../src/tunnel/unreachable.ts'

test.each([
  ['connect_timeout', 'timed-out', 'origin', 504],
  ['ECONNREFUSED', 'origin-unreachable', 'origin', 502],
  ['EMFILE', 'origin-unreachable', 'sidecar', 503],
  ['EADDRNOTAVAIL', 'origin-unreachable', 'sidecar', 503],
])('%s: %s, for which the %s is to blame, and the client hears %i', (code, outcome, at, status) => {
  expect(unreachable(code)).toMatchObject({ outcome, at, status })
  expect(unreachable(code).text).not.toBe('')
})

test('what we had not is told from what the app did', () => {
  expect(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL'].map(isExhausted)).toEqual([true, true, true])
  expect(['ECONNREFUSED', 'connect_timeout'].map(isExhausted)).toEqual([false, false])
})
