import { expect, it } from 'vitest'
import { FIELDS, type FieldValue } from '../../src/filter/fields.ts'
import { KINDS, OPERATORS, type Operator, testOf } from '../../src/filter/operators.ts'

function holds(name: string, operator: Operator, text: string, value: FieldValue): boolean | undefined {
  const field = FIELDS.find((each) => each.name === name)
  if (field === undefined) throw new Error(name)
  return testOf(field, operator, text)?.(value)
}

it.each<[string, Operator, string, FieldValue, boolean | undefined]>([
  ['duration', '==', '100us', 0.1, true],
  ['duration', '<', '1.5S', 1_499, true],
  ['duration', '>=', '2m', 120_000, true],
  ['duration', '>', '7', 7.5, true],
  ['duration', '==', '1 s', 1_000, undefined],
  ['duration', '==', '1k', 1_000, undefined],
  ['duration', '==', '', 0, undefined],
  ['bytesIn', '==', '2KB', 2_000, true],
  ['bytesIn', '==', '2KiB', 2_048, true],
  ['bytesOut', '==', '1m', 1_000_000, true],
  ['bytesOut', '==', '1MiB', 1_048_576, true],
  ['bytesOut', '==', '5b', 5, true],
  ['bytesOut', '==', '1s', 1, undefined],
  ['status', '==', '4xx', 499, true],
  ['status', '!=', '4xx', undefined, true],
  ['status', '==', '404.0', 404, undefined],
  ['status', '==', '1e2', 100, undefined],
  ['id', '==', '7', 7, true],
  ['id', '==', '7k', 7_000, undefined],
  ['method', '==', 'get', 'GET', true],
  ['path', '==', '/A', '/a', false],
  ['outcome', '*=', 'abort', 'client-aborted', true],
  ['outcome', '!=', 'abort', 'client-aborted', undefined],
  ['file', '!=', 'TRUE', false, true],
])('%s %s %s of %s: %s', (name, operator, text, value, expected) => {
  expect(holds(name, operator, text, value)).toBe(expected)
})

it('finds a test for every operator that a kind is said to have, and for no other', () => {
  const values: Readonly<Record<string, string>> = { text: 'a', word: 'a', flag: 'true' }
  for (const field of FIELDS.filter((each) => each.values === undefined)) {
    for (const operator of OPERATORS) {
      const found = testOf(field, operator, values[field.kind] ?? '1') !== undefined
      if (KINDS[field.kind].operators.includes(operator)) expect(found, `${field.name} ${operator}`).toBe(true)
      else if (field.kind !== 'flag') expect(found, `${field.name} ${operator}`).toBe(false)
    }
  }
})
