import { expect, test } from 'vitest'
import { ratiosOf, verdictOf } from '../../bench/guard-verdict.ts'

const CONTROLS = ['pipe', 'nginx']

test('one disturbed round changes no ratio', () => {
  const rounds = [
    { podspan: 30, pipe: 10, nginx: 15 },
    { podspan: 90, pipe: 10, nginx: 15 },
    { podspan: 30, pipe: 10, nginx: 15 },
  ]
  expect(ratiosOf(rounds, 'podspan', CONTROLS)).toEqual({ pipe: 3, nginx: 2 })
})

test.each([
  ['as before', { pipe: 3, nginx: 2 }, false],
  ['cheaper', { pipe: 2, nginx: 1.5 }, false],
  ['14 % dearer', { pipe: 3.42, nginx: 2.28 }, false],
  ['16 % dearer', { pipe: 3.48, nginx: 2.32 }, true],
  ['dearer against one control only, which must have been cheap', { pipe: 5, nginx: 2 }, false],
  ['measured against nothing', {}, false],
])('%s', (_, measured, isRegression) => {
  expect(verdictOf(measured, { pipe: 3, nginx: 2 }).isRegression).toBe(isRegression)
})
