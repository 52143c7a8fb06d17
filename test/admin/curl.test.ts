import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { curlOf } from '../../src/admin/curl.ts'
import { exchangeOf } from '../support/observed.ts'

const REQUEST = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0, host: 'shop' }

/** The words that a shell makes of it. */
function wordsOf(command: string): string[] {
  const shown = execFileSync('bash', ['-c', command.replace(/^curl/m, String.raw`printf '%s\0'`)], {
    encoding: 'latin1',
  })
  return shown.split('\0').slice(0, -1)
}

test('says what was asked, as it was asked', () => {
  const request = {
    ...REQUEST,
    method: 'POST',
    query: 'q=1',
    userAgent: 'me',
    bytes: 3,
    headers: { 'x-a': ['1', '2'] },
  }
  const command = curlOf(exchangeOf(1, { request })) ?? ''
  expect(command).toMatch(/^# its body of 3 bytes is not here\ncurl /)
  expect(wordsOf(command)).toEqual(
    ['-i', '-g', '--path-as-is', '-X', 'POST', '-H', 'user-agent: me', '-H', 'x-a: 1', '-H', 'x-a: 2', '--url'].concat(
      'http://shop/a?q=1',
    ),
  )
})

test('asks for a head alone as curl does', () => {
  expect(curlOf(exchangeOf(1, { request: { ...REQUEST, method: 'HEAD' } }))).toContain('--head')
})

test('there is none of what was no request', () =>
  expect(curlOf(exchangeOf(1, { request: undefined }))).toBeUndefined())

test('nothing that fish reads in another way stands in single quotes', () => {
  const text = String.raw`x\';touch /tmp/x;\'`
  const command = curlOf(exchangeOf(1, { request: { ...REQUEST, userAgent: text } })) ?? ''
  expect(wordsOf(command)).toContain(`user-agent: ${text}`)
  // fish: in single quotes `\'` and `\\` are escapes, in double quotes as well.
  for (const [, single = ''] of command.matchAll(/"(?:\\.|[^"\\])*"|'([^']*)'/g)) expect(single).not.toContain('\\')
})

test('a shell makes of every text that text, and runs nothing of it; a terminal shows it as it is', () => {
  const hostile = fc.oneof(
    fc.constantFrom("'; touch /tmp/x; '", '$(id)', '`id`', "\\'", '\u001b[31m', "\n'\n", '!!', "é'$(id)"),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  // NUL stands in no word of a shell.
  const text = hostile.map((each) => each.replaceAll('\0', ''))
  fc.assert(
    fc.property(text, text, (path, userAgent) => {
      const command = curlOf(exchangeOf(1, { request: { ...REQUEST, path: `/${path}`, userAgent } })) ?? ''
      expect(command).toMatch(/^[\x20-\x7e\n]*$/)
      const words = wordsOf(command).map((word) => Buffer.from(word, 'latin1').toString())
      expect(words).toContain(`user-agent: ${userAgent}`)
      expect(words.at(-1)).toBe(`http://shop/${path}`)
    }),
    { numRuns: 60 },
  )
})
