import { expect, test } from 'vitest'
import { ratioWithSpread, short, table, withSpread } from '../../../bench/report/markdown.ts'

const SPREAD = { median: 1.934, min: 1.88, max: 2.01, rounds: 3 }

test('every number comes with its spread, and an absent one is a dash', () => {
  expect(withSpread(SPREAD)).toBe('1.93 (1.88..2.01)')
  expect(ratioWithSpread(SPREAD)).toBe('1.93x (1.88..2.01)')
  expect([withSpread(undefined), ratioWithSpread(undefined)]).toEqual(['-', '-'])
})

test.each([
  [0, '0'],
  [0.01234, '0.012'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [123.4, '123'],
  [12_344, '12,340'],
  [1_234_567, '1,234,570'],
  [Number.NaN, '-'],
])('%d is %s', (value, text) => {
  expect(short(value)).toBe(text)
})

test('columns line up', () => {
  expect(table(['', 'b'], [['long text', '1']])).toBe(
    ['|           |   b |', '| --------- | --: |', '| long text |   1 |'].join('\n'),
  )
})
