import { expect, test } from 'vitest'
import type { RequestChange } from '../../src/decorators/decorator.ts'
import { field, type RequestHead } from '../../src/http1/message.ts'
import { parseRequestHead } from '../../src/http1/request-head.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { requestLines } from '../../src/tunnel/request-lines.ts'

const HOP = { peerAddress: '10.0.0.9', forwarding: [], replaces: new Set(['traceparent', 'tracestate']) }

function headOf(...lines: string[]): RequestHead {
  const head = parseRequestHead(lines.join('\r\n'), DEFAULT_LIMITS)
  if ('kind' in head) throw new Error(head.message)
  return head
}

test.each<[string, string[], RequestChange | undefined, string[]]>([
  ['as they came', ['GET / HTTP/1.1', 'Host: h', 'A:  1 '], undefined, ['Host: h', 'A:  1 ']],
  ['hop by hop', ['GET / HTTP/1.1', 'Host: h', 'Connection: x', 'X: 1', 'TE: trailers'], undefined, ['Host: h']],
  [
    'a context of the client’s own',
    ['GET / HTTP/1.1', 'Traceparent: t', 'Host: h', 'tracestate: s'],
    undefined,
    ['Host: h'],
  ],
  ['HTTP/1.0 without a host', ['GET / HTTP/1.0', 'A: 1'], undefined, ['Host: ', 'A: 1']],
  ['HTTP/1.0 with one in its target', ['GET http://h:1/ HTTP/1.0'], undefined, ['Host: h:1']],
  [
    'a change',
    ['GET / HTTP/1.1', 'Host: h'],
    { kind: 'request', fields: [field('B', '2'), field('Connection', 'close'), field('traceparent', 'x')] },
    ['Host: ', 'B: 2'],
  ],
])('%s', (_name, head, change, lines) => {
  expect(requestLines(headOf(...head), change, HOP)).toBe(lines.map((line) => `${line}\r\n`).join(''))
})

test('what this hop adds comes last', () => {
  const head = headOf('GET / HTTP/1.1', 'Host: h', 'X-Forwarded-For: 10.0.0.1')
  const lines = requestLines(head, undefined, { ...HOP, forwarding: ['via', 'x-forwarded-for'] })
  expect(lines).toBe('Host: h\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.9\r\nVia: 1.1 podspan\r\n')
})
