import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PostHead, postHead } from '../../otel/post-head.ts'
import { RequestDecoder } from '../../src/http1/decoder.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

function headOf(changes: Partial<PostHead> & { readonly at?: string } = {}): string {
  const { at = 'http://collector:4318/v1/traces', ...rest } = changes
  const usual = { headers: {}, gzip: false, contentType: 'application/x-protobuf', userAgent: 'podspan/1' }
  return postHead({ url: new URL(at), ...usual, limits: DEFAULT_LIMITS, ...rest })
}

/** As a server reads it. */
function read(head: string): { readonly target: string; readonly fields: Readonly<Record<string, string>> } {
  const decoder = new RequestDecoder(DEFAULT_LIMITS)
  decoder.push(Buffer.from(`${head}Content-Length: 0\r\n\r\n`, 'latin1'))
  const part = decoder.next()
  if (part?.kind !== 'head') throw new Error(`no head: ${JSON.stringify(part)}`)
  expect(decoder.bufferedBytes).toBe(0)
  const { target, fields } = part.head
  expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length)
  return { target, fields: Object.fromEntries(fields.map(({ key, value }) => [key, value])) }
}

const OWN = {
  host: 'collector:4318',
  'user-agent': 'podspan/1',
  'content-type': 'application/x-protobuf',
  'content-length': '0',
}

test('it says where, who and what', () => {
  expect(headOf().startsWith('POST /v1/traces HTTP/1.1\r\n')).toBe(true)
  expect(read(headOf())).toEqual({ target: '/v1/traces', fields: OWN })
  const gzip = read(headOf({ gzip: true }))
  expect(gzip.fields).toEqual({ ...OWN, 'content-encoding': 'gzip' })
})

test.each([
  ['http://h', '/', 'h'],
  ['http://h:80/a', '/a', 'h'],
  ['https://h:443/a', '/a', 'h'],
  ['https://h:80/a', '/a', 'h:80'],
  ['http://[::1]:4318/a?tenant=b%20c#d', '/a?tenant=b%20c', '[::1]:4318'],
])('%s: target %s, Host %s', (at, target, host) => {
  expect(read(headOf({ at }))).toMatchObject({ target, fields: { host } })
})

test.each([
  ['a header of the user', { headers: { 'X-Scope': ' a ' } }, { 'x-scope': 'a' }],
  ['Host may be given', { headers: { host: 'tempo' } }, { host: 'tempo' }],
  ['who we are may not', { headers: { 'User-Agent': 'mine' } }, { 'user-agent': 'podspan/1' }],
  ['the type may not', { headers: { 'CONTENT-TYPE': 'a/b' } }, { 'content-type': 'application/x-protobuf' }],
  ['userinfo', { at: 'http://me:p%40ss%C3%A9@h/' }, { authorization: 'Basic bWU6cEBzc8Op' }],
  ['a user without password', { at: 'http://me@h/' }, { authorization: 'Basic bWU6' }],
  [
    'Authorization given goes before userinfo',
    { at: 'http://me:no@h/', headers: { Authorization: 'Bearer x' } },
    { authorization: 'Bearer x' },
  ],
])('%s', (_, changes, fields) => {
  expect(read(headOf(changes)).fields).toMatchObject(fields)
})

test('how the message is to be read is not for the user to say', () => {
  const headers = {
    'Transfer-Encoding': 'chunked',
    Connection: 'close',
    'Content-Length': '7',
    'Content-Encoding': 'br',
  }
  expect(read(headOf({ headers })).fields).toEqual(OWN)
})

test.each([
  ['a name with a space', { 'x y': 'secret' }, '"x y"'],
  ['no name', { '': 'secret' }, '""'],
  ['a name with a colon', { 'x:y': 'secret' }, '"x:y"'],
  ['a second line', { x: 'secret\r\ny: 1' }, '"x"'],
  ['a lone LF', { x: 'secret\ny: 1' }, '"x"'],
  ['a NUL', { x: 'secret\0' }, '"x"'],
  ['no byte', { x: 'secret €' }, '"x"'],
])('%s is refused; the value is not told', (_, headers, named) => {
  expect(() => headOf({ headers })).toThrow(`the header ${named} cannot be sent`)
  expect(() => headOf({ headers })).not.toThrow('secret')
})

test('userinfo that is no text is refused, untold', () => {
  expect(() => headOf({ at: 'http://me:%ff@h/' })).toThrow('is no text')
})

test('whatever a header is, it is sent as one, or refused', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', ':', ' ', '\t', '\r', '\n', '\0', '-', 'é', '€') })
  fc.assert(
    fc.property(text, text, (name, value) => {
      let head: string
      try {
        head = headOf({ headers: { [name]: value } })
      } catch {
        return
      }
      expect(read(head).fields).toEqual({ ...OWN, [name.toLowerCase()]: value.replace(/^[\t ]+|[\t ]+$/g, '') })
    }),
    {
      numRuns: 2_000,
      examples: [
        ['a', '\r\n'],
        ['a', 'B\r\n'],
        ['a', 'B\n'],
        ['a', ' B\t'],
      ],
    },
  )
})
