import { expect, test } from 'vitest'
import { randomnessOf, withThreshold } from '../../src/trace/otel-state.ts'

test.each([
  [undefined, undefined],
  ['a=1', undefined],
  ['ot=th:8', undefined],
  ['a=1,ot=th:8;rv:0123456789abcd', '0123456789abcd'],
  ['ot=rv:0123', undefined],
  ['xot=rv:0123456789abcd', undefined],
])('randomness of %s is %s', (state, expected) => {
  expect(randomnessOf(state)).toBe(expected)
})

test.each([
  ['nothing known, nothing decided', undefined, undefined, false, undefined],
  ['a threshold begins the member', undefined, 'c', false, 'ot=th:c'],
  ['and stands in front', 'a=1,b=2', 'c', false, 'ot=th:c,a=1,b=2'],
  ['beside rv', 'a=1,ot=rv:0123456789abcd', '8', false, 'ot=rv:0123456789abcd;th:8,a=1'],
  ['the same again changes nothing', 'a=1,ot=th:8', '8', false, 'a=1,ot=th:8'],
  ['a decision that stands keeps it', 'a=1,ot=th:8', undefined, true, 'a=1,ot=th:8'],
  ['one that does not takes it away', 'a=1,ot=th:8;rv:0123456789abcd', undefined, false, 'ot=rv:0123456789abcd,a=1'],
  ['with the member, if it was alone', 'ot=th:8', undefined, false, undefined],
  ['one that is no threshold goes too', 'ot=th:zz,a=1', undefined, true, 'a=1'],
])('%s', (_name, state, threshold, kept, expected) => {
  expect(withThreshold(state, threshold, kept)).toBe(expected)
})

test('there are never more members than allowed', () => {
  const state = Array.from({ length: 32 }, (_, at) => `k${at}=v`).join(',')
  expect(withThreshold(state, '8', false)?.split(',')).toHaveLength(32)
})
