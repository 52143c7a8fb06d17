import { expect, test } from 'vitest'
import { isMeant, readOptions } from '../../bench/options.ts'

const KEYS = ['podspan', 'podspan-off', 'nginx']

test('what is asked, and what is measured when nothing is', () => {
  expect(readOptions([], KEYS)).toEqual({ isQuick: false, only: [], rounds: 3, seconds: 2 })
  expect(readOptions(['--quick', '--only', 'podspan,nginx', '--rounds', '9'], KEYS)).toEqual({
    isQuick: true,
    only: ['podspan', 'nginx'],
    rounds: 9,
    seconds: 1,
  })
})

test.each([
  [['--only', 'nginz'], 'nginz'],
  [['--rounds', '0'], '--rounds 0'],
  [['--seconds', '1.5'], '--seconds 1.5'],
  [['--fast'], '--fast'],
])('%s is told', (argv, said) => {
  expect(readOptions(argv, KEYS)).toContain(said)
})

test('the first part of a key means all that begin with it', () => {
  expect(KEYS.filter((key) => isMeant(key, 'podspan'))).toEqual(['podspan', 'podspan-off'])
})
