import { describe, expect, test } from 'vitest'
import type { RequestBodyView } from '../../src/admin/shapes.ts'
import type { Exchange, RequestRecord } from '../../src/exchange.ts'
import { type Asked, type Kept, planOf } from '../../src/terminal/replay-plan.ts'
import { exchangeOf } from '../support/observed.ts'

const GET = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 }
const NOTHING: Kept = { textBytesMax: 2_048, requestFields: [] }

function plan(
  request: Partial<RequestRecord> | undefined,
  { asked = {}, kept = NOTHING, body, more = {} }: Partial<Options> = {},
) {
  const exchange = exchangeOf(7, { request: request && { ...GET, ...request }, ...more })
  const answer = { exchange, phases: [], ownMs: 0, clientStalledMs: 0, ...(body && { requestBody: body }) }
  return planOf(answer, { unsafe: false, query: undefined, ...asked }, kept)
}
interface Options {
  readonly asked: Partial<Asked>
  readonly kept: Kept
  readonly body: RequestBodyView
  readonly more: Partial<Exchange>
}

describe('it goes', () => {
  test.each(['GET', 'HEAD', 'OPTIONS'])('%s, with what is known of it and a mark', (method) => {
    expect(plan({ method, query: 'x=1&y', host: 'shop.example', userAgent: 'curl/8' })).toMatchObject({
      method,
      target: '/a?x=1&y',
      fields: { host: 'shop.example', 'user-agent': 'curl/8', 'podspan-replay': '7' },
      body: undefined,
    })
  })

  test('with the fields that were captured, every value of them', () => {
    const headers = { accept: ['text/html'], 'x-many': ['1', '2'] }
    const found = plan({ headers }, { kept: { ...NOTHING, requestFields: ['accept', 'x-many'] } })
    expect(found).toMatchObject({ fields: { accept: ['text/html'], 'x-many': ['1', '2'] } })
    expect('notes' in found && found.notes.join('\n')).toContain('sent with accept, x-many and podspan-replay')
  })

  test('without what belongs to the first connection, its framing or its trace', () => {
    const headers = Object.fromEntries(
      ['connection', 'transfer-encoding', 'content-length', 'expect', 'traceparent', 'b3', 'x-b3-traceid', 'host'].map(
        (name) => [name, ['1']],
      ),
    )
    const found = plan({ headers })
    expect('fields' in found && Object.keys(found.fields)).toEqual(['podspan-replay'])
  })

  test('without secrets and without what was cut, and says so', () => {
    const headers = {
      authorization: ['REDACTED'],
      cookie: ['REDACTED'],
      referer: ['http://shop/?token=REDACTED'],
      'x-long': ['é'.repeat(1_024)],
      accept: ['*/*'],
    }
    const found = plan({ headers })
    expect('fields' in found && Object.keys(found.fields)).toEqual(['accept', 'podspan-replay'])
    expect('notes' in found && found.notes).toContain(
      'without authorization (a secret), cookie (a secret), referer (a secret), x-long (it was cut)',
    )
  })

  test('a POST that was asked for, with the body that was kept and how to read it', () => {
    const body = {
      kept: true,
      base64: Buffer.from('{"a":1}').toString('base64'),
      contentType: 'application/json',
    } as const
    const found = plan({ method: 'POST', bytes: 7 }, { asked: { unsafe: true }, body })
    expect(found).toMatchObject({ method: 'POST', fields: { 'content-type': 'application/json' } })
    expect('body' in found && found.body?.toString()).toBe('{"a":1}')
  })

  test('a DELETE without a body', () => {
    expect(plan({ method: 'DELETE' }, { asked: { unsafe: true } })).toMatchObject({ method: 'DELETE', body: undefined })
  })

  test('with a query that was given anew, in place of one whose secrets are gone', () => {
    const found = plan({ query: 'page=2&token=REDACTED' }, { asked: { query: 'page=2&token=t' } })
    expect(found).toMatchObject({ target: '/a?page=2&token=t' })
    expect('notes' in found && found.notes[0]).toBe('with the query that was given now')
  })

  test('as HTTP/1.1, and says when it was something else', () => {
    const found = plan({ httpVersion: '1.0' })
    expect('notes' in found && found.notes).toContain('as HTTP/1.1 in place of 1.0')
  })
})

const DELETE_IT = { asked: { unsafe: true } }
const tunnel = { protocol: 'websocket', bytesIn: 1, bytesOut: 1 }

describe('it does not go', () => {
  test.each<[string, Parameters<typeof plan>, number, RegExp]>([
    ['a POST that was not asked for', [{ method: 'POST' }], 64, /POST may change something; --unsafe/],
    ['a strange method, safe for a terminal', [{ method: '\u001b[31m' }], 64, /\\u001b\[31m may change/],
    [
      'no request',
      [undefined, { more: { outcome: 'refused-request' } }],
      66,
      /could be understood \(refused-request\)/,
    ],
    ['CONNECT', [{ method: 'CONNECT' }, DELETE_IT], 66, /CONNECT opens a tunnel/],
    ['a tunnel', [{}, { more: { upgrade: tunnel } }], 66, /became a tunnel \(websocket\)/],
    ['a body that nobody kept', [{ bytes: 5 }, { body: { kept: false, why: 'off' } }], 66, /--capture-bodies BYTES/],
    ['one that is not spoken of', [{ bytes: 5 }], 66, /--capture-bodies BYTES/],
    ['one too large', [{ bytes: 5 }, { body: { kept: false, why: 'too-large' } }], 66, /larger than/],
    ['half a body', [{ bytes: 5 }, { body: { kept: false, why: 'incomplete' } }], 66, /never came to its end/],
    ['one let go', [{ bytes: 5 }, { body: { kept: false, why: 'no-room' } }], 66, /bodiesBytesMax/],
    ['a path that was cut', [{ path: `/${'p'.repeat(2_047)}` }], 66, /path is longer than the 2048 bytes/],
    ['a query that was cut', [{ query: 'q'.repeat(2_048) }], 64, /query is longer .*--query/],
    [
      'a query whose secrets are gone',
      [{ query: 'page=2&token=REDACTED;user[key]=REDACTED' }],
      64,
      /not kept \(token, user\[key\]\); --query/,
    ],
  ])('%s', (_, [request, options], exitCode, text) => {
    const found = plan(request, options)
    expect(found).toMatchObject({ kind: 'refused', exitCode })
    expect('text' in found && found.text).toMatch(text)
    expect('text' in found && found.text).toMatch(/^#7 [\x20-\x7e]+$/)
  })
})

test.each<[string, Partial<RequestRecord>, Partial<Asked>, number, RegExp]>([
  ['a query with a space', {}, { query: 'q=a b' }, 64, /write it as %XX, with --query/],
  ['a query beyond ASCII', { query: 'q=é' }, {}, 64, /write it as %XX, with --query/],
  ['a method that is none', { method: 'G\r\nX: 1' }, { unsafe: true }, 66, /can stand in no request/],
  ['a path with a line end', { path: '/ HTTP/1.1\r\nX: 1' }, {}, 66, /can stand in no request/],
  ['a name that is none', { headers: { '\u001b[31m': ['1'] } }, {}, 66, /can stand in no request/],
  ['a value with a line end', { headers: { 'x-a': ['1\r\nX: 1'] } }, {}, 66, /can stand in no request/],
  ['a host with a line end', { host: 'a\r\nX: 1' }, {}, 66, /can stand in no request/],
])('%s is refused in words', (_, request, asked, exitCode, text) => {
  const refused = plan(request, { asked })
  expect(refused).toMatchObject({ kind: 'refused', exitCode, text: expect.stringMatching(text) })
  expect('text' in refused && refused.text).toMatch(/^[\x20-\x7e]*$/)
})
