import { expect, it } from 'vitest'
import { nearest } from '../../src/filter/nearest.ts'

it.each([
  ['stauts', 'status'],
  ['Status', 'status'],
  ['sta', 'status'],
  ['durations', 'duration'],
  ['quary', 'query'],
  ['xyz', undefined],
  ['', undefined],
  ['s'.repeat(2_000), undefined],
])('%s → %s', (written, expected) => {
  expect(nearest(written, ['status', 'path', 'query', 'duration'])).toBe(expected)
})
