/** Requests of every shape, and what an attacker makes of them: generators for fast-check. Bytes are latin1. */
import fc from 'fast-check'

const line = fc.constantFrom(
  'GET / HTTP/1.1',
  'GET /a?b=c HTTP/1.1',
  'POST /upload HTTP/1.1',
  'PUT //a/../%2e%2e/b HTTP/1.1',
  'HEAD /h HTTP/1.1',
  'DELETE /d HTTP/1.1',
  'OPTIONS /o HTTP/1.1',
  'GET http://h/abs HTTP/1.1',
  'POST /old HTTP/1.0',
  'GET http://h/old HTTP/1.0',
)
const fieldLine = fc.constantFrom(
  'X-A: 1',
  'X-A:2',
  'Accept: text/html, */*;q=0.1',
  'Cookie: a=b; c=d',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: X-A',
  'Content_Length: 3',
  'Transfer_Encoding: chunked',
  'TE: trailers',
  'Trailer: X-T',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
)
const text = fc.stringMatching(/^[a-zA-Z0-9 \r\n:]{0,40}$/)
const extension = fc.constantFrom('', '', '', ';a', ';a=b', ';a="b;c"')
const chunk = fc
  .tuple(fc.stringMatching(/^[a-z0-9\r\n ]{1,30}$/), extension)
  .map(([data, ext]) => `${data.length.toString(16)}${ext}\r\n${data}\r\n`)
const trailers = fc.constantFrom('', '', 'X-T: 1\r\n')
const chunkedBody = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), trailers)
  .map(([chunks, end]) => `Transfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n${end}\r\n`)
const lengthBody = text.map((body) => `Content-Length: ${body.length}\r\n\r\n${body}`)
const rest = fc.oneof(fc.constant('\r\n'), lengthBody, chunkedBody)

/** Well-formed; HTTP/1.0 knows no chunks, and is refused when it has them. */
export const request: fc.Arbitrary<string> = fc
  .tuple(line, fc.array(fieldLine, { maxLength: 5 }), rest)
  .map(([start, fields, body]) => `${start}\r\nHost: h\r\n${fields.map((each) => `${each}\r\n`).join('')}${body}`)

/** What parsers have been fooled with. */
const snippet = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  ',',
  ':',
  ';',
  '"',
  '0',
  '5',
  'x',
  '+',
  '-',
  '\r\n\r\n',
  '\r\n ',
  '0\r\n\r\n',
  '1\r\nZ\r\n',
  ' chunked',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'content-length:5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'transfer-encoding:\tchunked\r\n',
  'Host: evil\r\n',
  'Connection: close\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n',
)
type Mutation = (bytes: string) => string
const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (bytes: string, where: number): number => Math.floor(where * bytes.length)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(place, snippet).map(
      ([where, extra]): Mutation =>
        (bytes) =>
          bytes.slice(0, at(bytes, where)) + extra + bytes.slice(at(bytes, where)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.nat(255)).map(
      ([where, byte]): Mutation =>
        (bytes) =>
          bytes.slice(0, at(bytes, where)) + String.fromCharCode(byte) + bytes.slice(at(bytes, where) + 1),
    ),
  },
  {
    weight: 2,
    arbitrary: place.map(
      (where): Mutation =>
        (bytes) =>
          bytes.slice(0, at(bytes, where)) + bytes.slice(at(bytes, where) + 1),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (bytes) =>
          bytes + bytes.slice(at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to))),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (where): Mutation =>
        (bytes) =>
          bytes.slice(0, at(bytes, where)),
    ),
  },
  // Right before a line's end, and at its beginning: where framing is decided.
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(12), snippet, fc.boolean()).map(
      ([nth, extra, before]): Mutation =>
        (bytes) => {
          const lines = bytes.split('\r\n')
          const index = nth % lines.length
          return lines.with(index, before ? extra + lines[index] : lines[index] + extra).join('\r\n')
        },
    ),
  },
)

/** One connection's bytes: one to three requests, changed in up to three places, and the places where it is cut. */
export const connectionBytes: fc.Arbitrary<{ bytes: string; cuts: readonly number[] }> = fc
  .record({
    requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    mutations: fc.array(mutation, { maxLength: 3 }),
    places: fc.array(place, { maxLength: 3 }),
  })
  .map(({ requests, mutations, places }) => {
    const bytes = mutations.reduce((result, mutate) => mutate(result), requests.join(''))
    return { bytes, cuts: places.map((where) => at(bytes, where)).sort((a, b) => a - b) }
  })

export function cutAt(bytes: string, cuts: readonly number[]): string[] {
  return [0, ...cuts].map((from, index) => bytes.slice(from, cuts[index])).filter((piece) => piece !== '')
}
