import { expect, test } from 'vitest'
import { isEmpty, REMOVED, sameValue, valueAt, withValue } from '../../src/inject/value.ts'

test('a change copies what is on the way, and nothing else', () => {
  const before = { a: [{ b: 1 }, { c: 2 }], d: {} }
  const after = withValue(before, ['a', 0, 'b'], 3) as typeof before
  expect(after).toEqual({ a: [{ b: 3 }, { c: 2 }], d: {} })
  expect(before.a[0]).toEqual({ b: 1 })
  expect(after.a[1]).toBe(before.a[1])
  expect(after.d).toBe(before.d)
  expect(withValue(before, ['d'], REMOVED)).toEqual({ a: before.a })
})

test('names of objects in JavaScript are names as all others', () => {
  const value = JSON.parse('{"__proto__": {"a": 1}, "x": 1}')
  expect(valueAt(value, ['__proto__', 'a'])).toBe(1)
  expect(valueAt({}, ['constructor'])).toBeUndefined()
  expect(valueAt('text', ['length'])).toBeUndefined()
  expect(JSON.stringify(withValue(value, ['__proto__', 'a'], 2))).toBe('{"__proto__":{"a":2},"x":1}')
  expect(({} as Record<string, unknown>).a).toBeUndefined()
})

test.each<[a: unknown, b: unknown, same: boolean]>([
  [{ a: 1, b: [1] }, { b: [1], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [[1, 2], [2, 1], false],
  [[1, REMOVED, 2], [1, 2], true],
  [[REMOVED], [], true],
  [{}, [], false],
  [null, {}, false],
  [1, '1', false],
  [Number.NaN, Number.NaN, true],
  [new Date(0), new Date(0), true],
  [new Date(0), new Date(1), false],
  [{ a: { b: 1 } }, { a: { b: 2 } }, false],
])('%j is %j: %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same)
})

test('what stands in many places is compared once', () => {
  const double = (value: unknown): unknown => [value, value]
  const deep = (): unknown => Array.from({ length: 60 }).reduce(double, [1])
  expect(sameValue(deep(), deep())).toBe(true)
  const self: Record<string, unknown> = {}
  self.self = self
  const other: Record<string, unknown> = {}
  other.self = other
  expect(sameValue(self, other)).toBe(true)
})

test('nothing is in a list of what was removed', () => {
  expect([[], {}, [REMOVED]].map(isEmpty)).toEqual([true, true, true])
  expect([[1], { a: 1 }, '', null, undefined].map(isEmpty)).toEqual([false, false, false, false, false])
})
