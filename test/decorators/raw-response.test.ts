import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRawResponse } from '../../src/decorators/raw-response.ts'

interface Seen {
  readonly status: number
  readonly reason: string
  readonly fields: readonly string[]
  readonly body: string
}

function parsed(raw: string | Uint8Array): Seen | string {
  const result = parseRawResponse(raw)
  if (!result.ok) return result.message
  const { status, reason, fields, body } = result.answer
  return { status, reason, fields: fields.map(({ line }) => line), body: Buffer.from(body).toString() }
}

const HTML = ['Content-Type: text/html']

describe('parseRawResponse repairs', () => {
  it.each<[what: string, raw: string, Seen]>([
    [
      'a template string: leading newline, bare LF, HTTP/1.0, no Content-Length',
      '\nHTTP/1.0 404 File Not Found\nServer: Ambassador\nContent-Type: text/html\n\n<h1>gone</h1>\n',
      { status: 404, reason: 'File Not Found', fields: ['Server: Ambassador', ...HTML], body: '<h1>gone</h1>\n' },
    ],
    [
      'CRLF, and a body that keeps its line ends',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\na\r\nb\n',
      { status: 200, reason: 'OK', fields: HTML, body: 'a\r\nb\n' },
    ],
    [
      'indentation, and a blank line that is not quite empty',
      '\n   \n    HTTP/1.1 200 OK\n    Content-Type: text/html\n    \n    body',
      { status: 200, reason: 'OK', fields: HTML, body: '    body' },
    ],
    ['a Content-Length too small', 'HTTP/1.1 200 OK\nContent-Length: 1\n\nabc', ok('abc')],
    ['a Content-Length too large', 'HTTP/1.1 200 OK\nContent-Length: 99\n\nabc', ok('abc')],
    ['two that differ', 'HTTP/1.1 200 OK\nContent-Length: 1\ncontent-length: x\n\nabc', ok('abc')],
    ['Transfer-Encoding over a plain body', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nplain', ok('plain')],
    [
      'real chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n',
      ok('abcde'),
    ],
    ['chunks with bare LF', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n', ok('abc')],
    ['chunks cut short', 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n9\nabc\n0\n\n', ok('9\nabc\n0\n\n')],
    [
      'fields of the connection, and those it names',
      'HTTP/1.1 200 OK\nConnection: close, X-Hop\nX-Hop: 1\nKeep-Alive: 5\nUpgrade: h2c\nTE: x\nTrailer: T\nX-End: 1\n\n',
      { status: 200, reason: 'OK', fields: ['X-End: 1'], body: '' },
    ],
    ['no body and no blank line', 'HTTP/1.1 503 Busy', { status: 503, reason: 'Busy', fields: [], body: '' }],
    ['no reason', 'HTTP/1.1 404\n\n', { status: 404, reason: '', fields: [], body: '' }],
    [
      'a body where none may be',
      'HTTP/1.1 204 No Content\n\nabc',
      { status: 204, reason: 'No Content', fields: [], body: '' },
    ],
    ['a text of many bytes', 'HTTP/1.1 200 OK\n\n\u017e\u{1f600}', ok('\u017e\u{1f600}')],
    [
      'a head beyond ASCII: its UTF-8 bytes',
      'HTTP/1.1 200 voil\u00e0\nX: \u017e\n\n',
      { status: 200, reason: 'voil\xc3\xa0', fields: ['X: \xc5\xbe'], body: '' },
    ],
  ])('%s', (_, raw, seen) => {
    expect(parsed(raw)).toEqual(seen)
    expect(parsed(Buffer.from(raw))).toEqual(seen)
  })

  it('leaves bytes of the body as they are', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const result = parseRawResponse(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\n\n'), all]))
    expect(result.ok && [...result.answer.body]).toEqual([...all])
  })
})

it('keeps nothing of the caller`s bytes', () => {
  const raw = Buffer.from('HTTP/1.1 200 OK\n\nabc')
  const result = parseRawResponse(raw)
  raw.fill(0)
  expect(result.ok && Buffer.from(result.answer.body).toString()).toBe('abc')
})

describe('parseRawResponse refuses', () => {
  it.each([
    ['', /empty/],
    ['\n \n', /empty/],
    ['<h1>hello</h1>', /^line 1: not a status line/],
    ['\n\nHTTP/2 200 OK\n\n', /^line 3: not a status line/],
    ['HTTP/1.1 20 OK\n\n', /^line 1: not a status line/],
    ['HTTP/1.1 101 Switching Protocols\n\n', /^line 1: 101 is not/],
    ['HTTP/1.1 600 X\n\n', /^line 1: 600 is not/],
    ['HTTP/1.1 200 O\x07K\n\n', /^line 1: the reason/],
    ['HTTP/1.1 200 O\rX: y\n\n', /^line 1/],
    ['HTTP/1.1 200 OK\nX: 1\n<h1>\n\n', /^line 3: not a field line/],
    ['HTTP/1.1 200 OK\nX : 1\n\n', /^line 2: "X " is not a field name/],
    ['HTTP/1.1 200 OK\n: 1\n\n', /^line 2: not a field line/],
    ['HTTP/1.1 200 OK\nX: 1\n folded\n\n', /^line 3: not a field line/],
    ['HTTP/1.1 200 OK\nX: 1\n folded: y\n\n', /^line 3: " folded" is not a field name/],
    ['HTTP/1.1 200 OK\nX: a\rSet-Cookie: b\n\n', /^line 2: the value of X/],
    ['HTTP/1.1 200 OK\nX: \0\n\n', /^line 2: the value of X/],
  ])('%j', (raw, message) => {
    expect(parsed(raw)).toMatch(message)
  })

  it.each([undefined, null, 404, {}, ['HTTP/1.1 200 OK']])('what is no text and no bytes: %j', (raw) => {
    expect(parseRawResponse(raw as unknown as string)).toMatchObject({ ok: false })
  })
})

it('never throws, and what it takes is clean', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\r', ' ', 'HTTP/1.1 200 OK', 'HTTP/1.0 404', 'A: b', ':', '\0', '0', '5', 'chunked'),
    fc.constant('Transfer-Encoding: chunked'),
    fc.string({ unit: 'binary' }),
  )
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.uint8Array(),
        text.map((rest) => `HTTP/1.1 200 OK\n${rest}`),
      ),
      (raw) => {
        const result = parseRawResponse(raw)
        if (!result.ok) {
          expect(result.message).not.toBe('')
          return
        }
        expect(result.answer.status).toBeGreaterThanOrEqual(200)
        for (const { line } of result.answer.fields) expect(line).toMatch(/^[^\s:]+: [^\r\n\0]*$/)
      },
    ),
    { numRuns: 2_000 },
  )
})

it('gives back any body in any chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), (pieces) => {
      const chunks = pieces.map((piece) =>
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, CRLF]),
      )
      const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n')
      const result = parseRawResponse(Buffer.concat([head, ...chunks, Buffer.from('0\r\n\r\n')]))
      expect(result.ok && Buffer.from(result.answer.body)).toEqual(Buffer.concat(pieces))
    }),
  )
})

const CRLF = Buffer.from('\r\n')

function ok(body: string): Seen {
  return { status: 200, reason: 'OK', fields: [], body }
}
