import { expect, test } from 'vitest'
import { saidBy, withoutSecrets } from '../../src/check/said.ts'

const PROTOBUF = 'application/x-protobuf'

test.each([
  ['404 page not found\n', 'text/plain', '404 page not found'],
  ['{"message":"no"}', 'application/json', '{"message":"no"}'],
  ['<html><title>A page</title><script>alert(1)</script>', 'text/html; charset=utf-8', 'A page'],
  ['<html>', 'text/html', ''],
  ['\x08\x03\x12\x0eunexpected EOF', PROTOBUF, 'unexpected EOF'],
  ['\x12\x02no', PROTOBUF, 'no'],
  [`\x08\x03\x12\xac\x02${'x'.repeat(300)}`, PROTOBUF, 'x'.repeat(300)],
  ['', PROTOBUF, ''],
  ['\x08\x03', PROTOBUF, ''],
  ['\x1b[2J', 'text/plain', '[2J'],
])('%j as %s says %j', (body, contentType, text) => {
  expect(saidBy(Buffer.from(body, 'latin1'), contentType)).toBe(text)
})

test('secrets are blotted out whole and in their words; short ones hide nothing and stay', () => {
  const text = 'token abcdef12345 of Bearer abcdef is not known to tenant a'
  expect(withoutSecrets(text, ['Bearer abcdef', 'abcdef12345', 'a'])).toBe('token *** of *** is not known to tenant a')
  expect(withoutSecrets('token abcdef', ['Bearer abcdef'])).toBe('token ***')
})
