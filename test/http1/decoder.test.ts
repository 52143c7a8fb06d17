import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestDecoder, ResponseDecoder } from '../../src/http1/decoder.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { decodeRequests, decodeResponse, everyCut } from '../support/http1.ts'

const HOST = 'Host: h\r\n'
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`
const post = (fields: string, body = ''): string => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`

describe('requests that are understood, however they are cut', () => {
  test.each([
    ['no body', `GET /a?b HTTP/1.1\r\n${HOST}\r\n`, '', []],
    ['Content-Length', post('Content-Length: 5\r\n', 'hello'), 'hello', []],
    ['leading zeros', post('Content-Length: 005\r\n', 'hello'), 'hello', []],
    ['Content-Length: 0', post('Content-Length: 0\r\n'), '', []],
    ['chunked', `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, 'hello!', []],
    ['chunked, any case', post('Transfer-Encoding: ChUnKeD\r\n', '0\r\n\r\n'), '', []],
    ['chunk extensions', `${CHUNKED}5;a=b;c="d;\\"e"\r\nhello\r\n0;x\r\n\r\n`, 'hello', []],
    ['last chunk of many zeros', `${CHUNKED}0000\r\n\r\n`, '', []],
    ['trailers', `${CHUNKED}0\r\nX-T: 1\r\nx-u:2\r\n\r\n`, '', ['X-T: 1', 'x-u:2']],
    ['one leading CRLF', `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`, '', []],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, '', []],
    ['absolute-form of the same host', `GET http://h/a HTTP/1.1\r\n${HOST}\r\n`, '', []],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', '', []],
    ['obs-text in a value', `GET / HTTP/1.1\r\n${HOST}X: \xe9\xff\r\n\r\n`, '', []],
    [
      'names of Object.prototype',
      `GET / HTTP/1.1\r\n${HOST}__proto__: 1\r\nconstructor: 2\r\ntoString: 3\r\n\r\n`,
      '',
      [],
    ],
    ['an unknown method', `FOO / HTTP/1.1\r\n${HOST}\r\n`, '', []],
    ['dots and percent signs', `GET //a/../%2e%2e%2f\\ HTTP/1.1\r\n${HOST}\r\n`, '', []],
  ])('%s', (_name, text, body, trailers) => {
    for (const pieces of everyCut(text)) {
      const { messages, error } = decodeRequests(pieces)
      expect(error).toBeUndefined()
      expect(messages).toMatchObject([{ body, trailers, ended: true }])
    }
  })

  test('pipelined, and with bytes of the next one trailing', () => {
    const text = `${post('Content-Length: 2\r\n', 'ab')}${CHUNKED}1\r\nc\r\n0\r\n\r\nGET / HTTP/1.1\r\n${HOST}`
    for (const pieces of everyCut(text)) {
      const { messages, error } = decodeRequests(pieces)
      expect(error).toBeUndefined()
      expect(messages.map(({ body, ended }) => [body, ended])).toEqual([
        ['ab', true],
        ['c', true],
      ])
    }
  })
})

describe('requests that are refused, however they are cut', () => {
  test.each<[string, string, number]>([
    ['F1 CL and TE', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['F2 two CL that differ', post('Content-Length: 5\r\nContent-Length: 6\r\n'), 400],
    ['F3 two CL alike', post('Content-Length: 5\r\nContent-Length: 5\r\n'), 400],
    ['F4 CL list', post('Content-Length: 5, 5\r\n'), 400],
    ['F5 CL +5', post('Content-Length: +5\r\n'), 400],
    ['F6 CL -1', post('Content-Length: -1\r\n'), 400],
    ['F7 CL 0x5', post('Content-Length: 0x5\r\n'), 400],
    ['F8 CL 5abc', post('Content-Length: 5abc\r\n'), 400],
    ['F9 CL empty', post('Content-Length:\r\n'), 400],
    ['F10 CL 2^64+5', post('Content-Length: 18446744073709551621\r\n'), 400],
    ['F11 CL 2^53+1', post('Content-Length: 9007199254740993\r\n'), 413],
    ['F13 CL 1_0', post('Content-Length: 1_0\r\n'), 400],
    ['F14 space before the colon', post('Content-Length : 5\r\n'), 400],
    ['F15 TE xchunked', post('Transfer-Encoding: xchunked\r\n'), 501],
    ['F16 TE chunked, gzip', post('Transfer-Encoding: chunked, gzip\r\n'), 400],
    ['F17 TE gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n'), 501],
    ['F18 TE chunked, chunked', post('Transfer-Encoding: chunked, chunked\r\n'), 400],
    ['F19 two TE lines', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['F20 TE identity', post('Transfer-Encoding: identity\r\n'), 501],
    ['F21 TE ,chunked', post('Transfer-Encoding: ,chunked\r\n'), 400],
    ['F22 TE \\x0bchunked', post('Transfer-Encoding: \x0bchunked\r\n'), 400],
    ['F24 TE chunked;q=1', post('Transfer-Encoding: chunked;q=1\r\n'), 400],
    ['F25 TE on HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['F26 folded TE', post('Transfer-Encoding:\r\n chunked\r\n'), 400],
    ['F27 blank before the first field', 'GET / HTTP/1.1\r\n Host: h\r\n\r\n', 400],
    ['K1 0x5', `${CHUNKED}0x5\r\n`, 400],
    ['K2 +5', `${CHUNKED}+5\r\n`, 400],
    ['K4 size and a space', `${CHUNKED}5 \r\n`, 400],
    ['K5 a space and size', `${CHUNKED} 5\r\n`, 400],
    ['K6 no size', `${CHUNKED}\r\n`, 400],
    ['K7 17 digits', `${CHUNKED}10000000000000005\r\n`, 400],
    ['K7 2^53', `${CHUNKED}20000000000000\r\n`, 400],
    ['K8 empty extension', `${CHUNKED}5;\r\n`, 400],
    ['K10 LF in an extension', `${CHUNKED}5;a\nb\r\n`, 400],
    ['K11 64 KiB of extension', `${CHUNKED}5;${'a'.repeat(5_000)}`, 400],
    ['K12 bare LF after the size', `${CHUNKED}5\nhello`, 400],
    ['K13 bare LF after the data', `${CHUNKED}1\r\na\n0`, 400],
    ['K14 data longer than its size', `${CHUNKED}1\r\nab\r\n`, 400],
    ['K16 NUL in an extension', `${CHUNKED}5;a=\0\r\n`, 400],
    ['K19 forbidden trailer', `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`, 400],
    ['K20 trailer without a colon', `${CHUNKED}0\r\nnope\r\n\r\n`, 400],
    ['K21 trailers without end', `${CHUNKED}0\r\nX: ${'a'.repeat(17_000)}\r\n`, 431],
    ['K22 bare LFs at the end', `${CHUNKED}0\n\n`, 400],
    ['L2 many leading lines', '\r\n\r\n\r\nGET / HTTP/1.1\r\n', 400],
    ['L3 bare LF', 'GET / HTTP/1.1\nHost: h\n\n', 400],
    ['L4 CR in a value', post('X: a\rb\r\n'), 400],
    ['L5 HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['L6 HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, 505],
    ['L7 HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, 505],
    ['L8 HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['L9 lower case', `GET / http/1.1\r\n${HOST}\r\n`, 400],
    ['L10 HTTP/01.1', `GET / HTTP/01.1\r\n${HOST}\r\n`, 400],
    ['L11 two spaces', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L12 tab', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L13 space in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L14 another host in the target', `GET http://evil/ HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L15 GET *', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L17 CONNECT', `CONNECT h:1 HTTP/1.1\r\n${HOST}\r\n`, 405],
    ['L18 fragment', `GET /#f HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L19 NUL in the target', `GET /\0 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L21 0xE9 in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L25 G(T', `G(T / HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L30 no slash', `GET a HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L31 half an address', `GET http://[::1 HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['L32 TLS', '\x16\x03\x01\x02\x00', 400],
    ['L33 CR LF CR', 'GET / HTTP/1.1\r\nHost: h\r\n\rX: y\r\n\r\n', 400],
    ['H1 no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['H2 two Host', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
    ['H3 userinfo', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n', 400],
    ['H4 slash in Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['H5 list in Host', 'GET / HTTP/1.1\r\nHost: a,b\r\n\r\n', 400],
    ['H7 space in Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['H8 empty name', post(': x\r\n'), 400],
    ['H9 no colon', post('nope\r\n'), 400],
    ['H10 NUL', post('X: a\0b\r\n'), 400],
    ['H11 BEL', post('X: a\x07b\r\n'), 400],
    ['H13 non-ASCII name', post('X\xe9: a\r\n'), 400],
    ['H14 folded field', post('X: a\r\n b\r\n'), 400],
    ['H20 bracket in a name', post('X[]: a\r\n'), 400],
    ['H21 Connection names Host', post('Connection: close, Host\r\n'), 400],
    ['H21 Connection names X-Forwarded-For', post('Connection: x-forwarded-for\r\n'), 400],
    ['W9 Connection names traceparent', post('Connection: traceparent\r\n'), 400],
  ])('%s', (_name, text, status) => {
    const cuts = text.length > 4_000 ? [[text], text.match(/[\s\S]{1,997}/g) ?? []] : everyCut(text)
    for (const pieces of cuts) expect(decodeRequests(pieces).error?.status).toBe(status)
  })

  test('limits: head, fields, target, method', () => {
    expect(decodeRequests([`GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(70_000)}`]).error?.status).toBe(431)
    expect(decodeRequests([`GET / HTTP/1.1\r\n${HOST}${'X: a\r\n'.repeat(300)}\r\n`]).error?.status).toBe(431)
    expect(decodeRequests([`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`]).error?.status).toBe(414)
    expect(decodeRequests([`${'A'.repeat(65)} / HTTP/1.1\r\n${HOST}\r\n`]).error?.status).toBe(501)
    expect(decodeRequests([`GET / HTTP/1.1\r\n${HOST}${'X: a\r\n'.repeat(150)}\r\n`]).error).toBeUndefined()
  })
})

describe('answers', () => {
  const head = (fields: string, status = '200 OK'): string => `HTTP/1.1 ${status}\r\n${fields}\r\n`

  test.each<[string, string, string, string, boolean]>([
    ['Content-Length', 'GET', `${head('Content-Length: 2\r\n')}ok`, 'ok', false],
    ['chunked', 'GET', `${head('Transfer-Encoding: chunked\r\n')}2\r\nok\r\n0\r\n\r\n`, 'ok', false],
    ['until close', 'GET', `${head('')}ok`, 'ok', true],
    ['HEAD', 'HEAD', head('Content-Length: 9\r\n'), '', false],
    ['204', 'GET', head('', '204 No Content'), '', false],
    ['304', 'GET', head('Content-Length: 9\r\n', '304 Not Modified'), '', false],
    ['no reason', 'GET', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', '', false],
  ])('%s', (_name, method, text, body, fin) => {
    for (const pieces of everyCut(text)) {
      const { messages, error } = decodeResponse(pieces, method, fin)
      expect(error).toBeUndefined()
      expect(messages).toMatchObject([{ body, ended: true }])
    }
  })

  test('1xx heads come before the final one, without an end of their own', () => {
    const text = `${head('', '100 Continue')}${head('Link: a\r\n', '103 Early Hints')}${head('Content-Length: 1\r\n')}x`
    for (const pieces of everyCut(text)) {
      const { messages } = decodeResponse(pieces)
      expect(messages.map(({ head }) => ('status' in head ? head.status : 0))).toEqual([100, 103, 200])
      expect(messages.at(-1)).toMatchObject({ body: 'x', ended: true })
    }
  })

  test('after 101 what follows is not ours', () => {
    const decoder = new ResponseDecoder(DEFAULT_LIMITS)
    decoder.expect('GET')
    decoder.push(Buffer.from(`${head('Connection: Upgrade\r\nUpgrade: x\r\n', '101 Switching Protocols')}raw`))
    expect(decoder.next()).toMatchObject({ kind: 'head', head: { status: 101, upgrade: 'x' } })
    expect(decoder.next()).toBeUndefined()
    expect(decoder.takeRest().toString()).toBe('raw')
  })

  test.each<[string, string, string]>([
    [
      'R1 CL and TE',
      head('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'),
      'content_length_with_transfer_encoding',
    ],
    ['R2 bad CL', head('Content-Length: x\r\n'), 'bad_content_length'],
    ['R9 garbage', 'hello\r\n\r\n', 'bad_status_line'],
    ['R11 status 99', head('', '99 X'), 'bad_status_line'],
    ['R12 status 1000', head('', '1000 X'), 'bad_status_line'],
    ['R16 CR in a value', head('X: a\rb\r\n'), 'bare_cr'],
    ['R17 bare LF', 'HTTP/1.1 200 OK\n\n', 'bare_lf'],
    ['R18 folded', head('X: a\r\n b\r\n'), 'folded_field'],
    ['R29 HTTP/2.0', 'HTTP/2.0 200 OK\r\n\r\n', 'unsupported_version'],
    ['R30 space before the colon', head('name : x\r\n'), 'space_before_colon'],
    ['R31 TE on 1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'transfer_encoding_in_http_1_0'],
    ['R27 bad chunk size', `${head('Transfer-Encoding: chunked\r\n')}zz\r\n`, 'bad_chunk_size'],
  ])('%s is the origin’s fault', (_name, text, type) => {
    for (const pieces of everyCut(text)) expect(decodeResponse(pieces).error).toEqual({ type, status: 502 })
  })

  test.each<[string, string, string | undefined]>([
    ['before the head', '', 'closed_before_head'],
    ['inside the head', 'HTTP/1.1 200 OK\r\n', 'closed_before_head'],
    ['inside a length', `${head('Content-Length: 5\r\n')}abc`, 'truncated_body'],
    ['before the last chunk', `${head('Transfer-Encoding: chunked\r\n')}1\r\na\r\n`, 'truncated_body'],
    ['after the end', `${head('Content-Length: 1\r\n')}a`, undefined],
  ])('a FIN %s', (_name, text, type) => {
    expect(decodeResponse(text === '' ? [] : [text], 'GET', true).error?.type).toBe(type)
  })
})

describe('properties', () => {
  test('random bytes never throw, and an error stays an error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const decoder = new RequestDecoder(DEFAULT_LIMITS)
        let failed = false
        for (const piece of pieces) {
          decoder.push(Buffer.from(piece))
          for (let part = decoder.next(); part !== undefined; part = decoder.next()) {
            if (failed) expect(part.kind).toBe('error')
            if (part.kind === 'error') {
              failed = true
              break
            }
            if (part.kind === 'end') decoder.restart()
          }
        }
      }),
    )
  })

  test('a body comes out as it went in, whatever the chunks and the cuts', () => {
    const chunk = fc.stringMatching(/^[ -~]{1,40}$/)
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (chunks, step) => {
        const text = `${CHUNKED}${chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('')}0\r\n\r\n`
        const pieces = text.match(new RegExp(`[\\s\\S]{1,${step}}`, 'g')) ?? []
        expect(decodeRequests(pieces).messages).toMatchObject([{ body: chunks.join(''), ended: true }])
      }),
    )
  })
})
