import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RequestDecoder, ResponseDecoder } from '../../src/http1/decoder.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { decodeRequests, decodeResponse, everyCut } from '../support/http1.ts'
import { REFUSED_REQUESTS } from '../support/plan-requests.ts'

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
  test.each(REFUSED_REQUESTS)('%s', (_name, text, status) => {
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

describe('size', () => {
  /** Time to take a head of so many bytes, one at a time; the best of a few, since others use the machine too. */
  function byteByByteMs(bytes: number): number {
    const head = Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(bytes)}`)
    const times = Array.from({ length: 7 }, () => {
      const decoder = new RequestDecoder({ ...DEFAULT_LIMITS, headBytesMax: 1_000_000 })
      const started = performance.now()
      for (let at = 0; at < head.length; at++) {
        decoder.push(head.subarray(at, at + 1))
        decoder.next()
      }
      return performance.now() - started
    })
    return Math.min(...times)
  }

  test('H26 a head that comes byte by byte costs in proportion to its size, and no more', () => {
    // Were it quadratic, eight times the bytes would cost 64 times as much.
    expect(byteByByteMs(160_000) / byteByByteMs(20_000)).toBeLessThan(24)
  })

  test.each([
    ['Content-Length', post(`Content-Length: ${5 * 2 ** 30}\r\n`), ''],
    ['a chunk', `${CHUNKED}140000000\r\n`, '\r\n0\r\n\r\n'],
  ])('K27 5 GiB by %s are counted exactly', (_name, head, end) => {
    const decoder = new RequestDecoder(DEFAULT_LIMITS)
    decoder.push(Buffer.from(head))
    expect(decoder.next()).toMatchObject({ kind: 'head' })
    const block = Buffer.alloc(2 ** 26)
    let bytes = 0
    for (let turn = 0; turn < 80; turn++) {
      expect(decoder.state).toBe('body')
      decoder.push(block)
      for (let part = decoder.next(); part?.kind === 'data'; part = decoder.next()) bytes += part.bytes.length
    }
    if (end !== '') decoder.push(Buffer.from(end))
    decoder.next()
    expect(bytes).toBe(5 * 2 ** 30)
    expect(decoder.state).toBe('done')
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
