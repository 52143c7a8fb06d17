import { expect, test } from 'vitest'
import { asciiJson } from '../src/json.ts'

test('what it writes is printable ASCII and reads as what it was', () => {
  const value = { path: '/\u001b[31m\u2028\u009b\r\n', count: 1, missing: undefined, list: ['é', '\u{1f600}'] }
  expect(asciiJson(value)).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(asciiJson(value))).toEqual({ path: value.path, count: 1, list: value.list })
})
