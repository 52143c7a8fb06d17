import { expect, test } from 'vitest'
import { traceStateOf } from '../../otel/trace-state.ts'

test('is written as it was read, and changed as the specification says', () => {
  const state = traceStateOf('a=1,b=x')
  expect(state.serialize()).toBe('a=1,b=x')
  expect(state.get('b')).toBe('x')
  expect(state.set('b', '2').serialize()).toBe('b=2,a=1')
  expect(state.unset('a').serialize()).toBe('b=x')
})
