import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, redact, redactQuery } from '../../src/observer/redact.ts'
import { exchangeOf } from '../support/observed.ts'

const conventions = [
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'AWSAccessKeyId',
  'Signature',
  'sig',
]
const others = ['token', 'secret', 'password', 'passwd', 'pwd', 'api_key', 'apikey', 'access_token', 'refresh_token']
const more = [
  'id_token',
  'auth',
  'authorization',
  'code',
  'session',
  'sessionid',
  'jwt',
  'key',
  'private_key',
  'credential',
]

describe('a query', () => {
  test.each([...conventions, 'X-Goog-Signature', ...others, ...more])(
    'loses the value of %s and keeps the key',
    (key) => {
      expect(redactQuery(`a=1&${key}=hunter2&b=2`)).toBe(`a=1&${key}=REDACTED&b=2`)
      expect(redactQuery(`${key.toUpperCase()}=hunter2`)).toBe(`${key.toUpperCase()}=REDACTED`)
    },
  )

  test.each([
    { query: '', left: '' },
    { query: 'a=1&b=two', left: 'a=1&b=two' },
    { query: 'tokens=1&keyboard=us&monkey=2', left: 'tokens=1&keyboard=us&monkey=2' },
    { query: 'to%6ben=x', left: 'to%6ben=REDACTED' },
    { query: 'user[password]=x&user.secret=y', left: 'user[password]=REDACTED&user.secret=REDACTED' },
    { query: 'apiKey=x&api-key=y&accessToken=z', left: 'apiKey=REDACTED&api-key=REDACTED&accessToken=REDACTED' },
    { query: 'token=a=b==&c', left: 'token=REDACTED&c' },
    { query: 'a=1;token=x', left: 'a=1;token=REDACTED' },
    { query: 'token=x&token=y', left: 'token=REDACTED&token=REDACTED' },
    { query: '%zz=1&%=2&token', left: '%zz=1&%=2&token' },
  ])('$query', ({ query, left }) => {
    expect(redactQuery(query)).toBe(left)
  })

  test('never lets a secret value through, wherever it stands', () => {
    const pair = fc.tuple(fc.constantFrom('a', 'b%20c', 'x[y]', '', 'q'), fc.stringMatching(/^[a-z0-9]*$/))
    fc.assert(
      fc.property(fc.array(pair), fc.nat(20), fc.constantFrom(...others), (pairs, at, key) => {
        const parts = pairs.map(([name, value]) => `${name}=${value}`)
        parts.splice(at, 0, `${key}=HUNTER2`)
        expect(redactQuery(parts.join('&'))).toBe(parts.join('&').replace('HUNTER2', 'REDACTED'))
      }),
    )
  })
})

describe('an exchange', () => {
  const request = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 }

  test.each([
    { path: 'http://me:hunter2@host/a', left: 'http://REDACTED:REDACTED@host/a' },
    { path: '/mail/me@example.com', left: '/mail/me@example.com' },
    { path: 'http://host/a@b', left: 'http://host/a@b' },
  ])('keeps no userinfo: $path', ({ path, left }) => {
    const redacted = redact(exchangeOf(1, { request: { ...request, path, host: 'me:hunter2@host' } }), 2_048)
    expect(redacted.request).toEqual({ ...request, path: left, host: 'host' })
  })

  test('without secrets and long texts it is what it was', () => {
    const exchange = exchangeOf(1, { request: { ...request, query: 'a=1', headers: { accept: ['*/*'] } } })
    expect(redact(exchange, 2_048)).toEqual(exchange)
    const refused = exchangeOf(2, { request: undefined, response: undefined })
    expect(redact(refused, 2_048)).toEqual(refused)
  })

  test('every text in it is cut, secrets first', () => {
    const long = 'x'.repeat(100)
    const full = exchangeOf(1, {
      trace: { ...exchangeOf(1).trace, traceId: 'short', spanId: 'short', state: long },
      forwarded: { for: long, host: long },
      request: {
        ...request,
        method: long,
        path: long,
        query: `token=${long}`,
        host: long,
        headers: { a: [long, long] },
      },
      response: { status: 200, reason: long, bytes: 1, headers: { b: [long] } },
      upgrade: { protocol: long, bytesIn: 0, bytesOut: 0 },
      error: { type: long, at: 'origin', message: long },
      decorators: [{ name: long, did: 'failed', message: long }],
    })
    const redacted = redact(full, 20)
    const texts = JSON.stringify(redacted).match(/x+/g) ?? []
    expect(texts.length).toBe(15)
    expect(new Set(texts)).toEqual(new Set(['x'.repeat(20)]))
    expect(redacted.request?.query).toBe('token=REDACTED')
  })
})

test.each(['method', 'path', 'query', 'host', 'scheme', 'httpVersion', 'userAgent', 'route'])(
  'a %s that alone is too long is cut',
  (name) => {
    const plain = { method: 'GET', path: '/', scheme: 'http', httpVersion: '1.1', bytes: 0 }
    const long = exchangeOf(1, { request: { ...plain, [name]: `/${'x'.repeat(100)}` } })
    expect(redact(long, 20).request).toEqual({ ...plain, [name]: `/${'x'.repeat(19)}` })
  },
)

test('a cut text is the start of it, within the bytes, and never half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 0, max: 80 }), (text, bytesMax) => {
      const short = cut(text, bytesMax)
      expect(text.startsWith(short)).toBe(true)
      expect(Buffer.byteLength(short)).toBeLessThanOrEqual(bytesMax)
      expect(Buffer.byteLength(short)).toBeGreaterThan(Math.min(Buffer.byteLength(text), bytesMax) - 4)
    }),
  )
})

test.each([
  ['http://h/a?page=1&token=s3cret', 'http://h/a?page=1&token=REDACTED'],
  ['/cb#access_token=s3cret&state=1', '/cb#access_token=REDACTED&state=1'],
  ['/a?x=1#b?code=s3cret', '/a?x=1#b?code=REDACTED'],
  ['https://me:s3cret@h/a', 'https://REDACTED:REDACTED@h/a'],
  ['text/html;q=0.9, */*', 'text/html;q=0.9, */*'],
  ['"etag?"', '"etag?"'],
])('a field that holds the URL %s is kept as %s', (value, kept) => {
  const request = {
    method: 'GET',
    path: '/',
    scheme: 'http',
    httpVersion: '1.1',
    bytes: 0,
    headers: { referer: [value] },
  }
  const response = { status: 302, reason: '', bytes: 0, headers: { location: [value] } }
  const found = redact(exchangeOf(1, { request, response }), 2_048)
  expect([found.request?.headers?.referer, found.response?.headers?.location]).toEqual([[kept], [kept]])
})
