import { expect, test } from 'vitest'
import { keyOf } from '../../src/http1/field-names.ts'

test.each([
  ['Content-Type', 'content-type'],
  ['content-type', 'content-type'],
  ['CONTENT-TYPE', 'content-type'],
  ['X-Of-Our-Own', 'x-of-our-own'],
  ['constructor', 'constructor'],
])('%s is %s', (name, key) => {
  expect(keyOf(name)).toBe(key)
})
