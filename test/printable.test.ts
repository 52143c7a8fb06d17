import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable } from '../src/printable.ts'

it.each([
  ['/a?b=c~', '/a?b=c~'],
  ['\u001b[31m', '\\u001b[31m'],
  ['a\r\nb\tc', 'a\\u000d\\u000ab\\u0009c'],
  // C1: a terminal in an 8-bit mode obeys it like ESC [.
  ['\u009b0m\u007f', '\\u009b0m\\u007f'],
  ['é\u202e\u{1f600}', '\\u00e9\\u202e\\ud83d\\ude00'],
])('%j', (text, expected) => {
  expect(printable(text)).toBe(expected)
})

it('is printable ASCII, whatever it is of, and JSON reads the same text from it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).toMatch(/^[\x20-\x7e]*$/)
      expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text)
    }),
  )
})
