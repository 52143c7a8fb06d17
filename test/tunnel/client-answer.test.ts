import { expect, test } from 'vitest'
import type { Answer } from '../../src/decorators/decorator.ts'
import { field, type HttpVersion, type RequestHead } from '../../src/http1/message.ts'
import { clientFraming, offersUpgrade, wholeAnswer } from '../../src/tunnel/client-answer.ts'

const request = (method: string, version: HttpVersion): RequestHead => ({
  method,
  target: '/',
  version,
  fields: [],
  endToEnd: [],
  endToEndLines: '',
  block: '',
  fieldLines: '',
  framing: { kind: 'none' },
  keepAlive: true,
  upgrade: undefined,
  expectContinue: false,
})
const answer = (status: number): Answer => ({
  kind: 'answer',
  status,
  reason: 'R',
  fields: [field('X', '1'), field('Content-Length', '99'), field('Transfer-Encoding', 'chunked')],
  body: Buffer.from('body'),
})

test.each([
  ['GET', '1.1', 200, 'HTTP/1.1 200 R\r\nX: 1\r\nContent-Length: 4\r\n\r\nbody'],
  ['GET', '1.0', 200, 'HTTP/1.1 200 R\r\nX: 1\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbody'],
  ['HEAD', '1.1', 200, 'HTTP/1.1 200 R\r\nX: 1\r\nContent-Length: 4\r\n\r\n'],
  ['GET', '1.1', 204, 'HTTP/1.1 204 R\r\nX: 1\r\n\r\n'],
  ['GET', '1.1', 304, 'HTTP/1.1 304 R\r\nX: 1\r\n\r\n'],
] as const)('%s over HTTP/%s, %i', (method, version, status, text) => {
  const { head, body } = wholeAnswer(answer(status), request(method, version), false)
  expect(head + body).toBe(text)
})

test.each([
  ['chunked', '1.0', 'until-close'],
  ['chunked', '1.1', 'chunked'],
  ['until-close', '1.1', 'chunked'],
  ['until-close', '1.0', 'until-close'],
  ['none', '1.1', 'none'],
] as const)('a %s answer is for HTTP/%s %s', (kind, version, expected) => {
  expect(clientFraming({ kind }, version).kind).toBe(expected)
})

test('an upgrade must be one of those asked for', () => {
  expect(offersUpgrade('foo/1, WebSocket', 'websocket')).toBe(true)
  expect(offersUpgrade('websocket', 'h2c')).toBe(false)
})
