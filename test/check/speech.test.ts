import { expect, test } from 'vitest'
import { inOneLine, speechOf } from '../../src/check/speech.ts'

const of = (text: string): ReturnType<typeof speechOf> => speechOf(Buffer.from(text, 'latin1'))

test('an answer of HTTP/1.1 is taken apart', () => {
  const speech = of('HTTP/1.1 404 Not Found\r\nDate: now\r\nX-A:1\r\nx-a: 2\r\n\r\nbody\r\n\r\nmore')
  expect(speech).toMatchObject({ kind: 'http1', version: '1.1', status: 404, body: 'body\r\n\r\nmore' })
  expect(speech.kind === 'http1' && Object.fromEntries(speech.fields)).toEqual({ date: 'now', 'x-a': '2' })
})

test.each([
  ['HTTP/1.0 200\r\n\r\n', 'http1'],
  ['HTTP/1.1 200 OK\n\n', 'http1'],
  ['HTTP/1.1 200 OK\r\nDa', 'http1'],
  ['HTTP/1.1 999 No\r\n\r\n', 'other'],
  ['HTTP/1.1 20', 'other'],
  ['HTTP/2 200\r\n\r\n', 'other'],
  ['', 'nothing'],
  // An alert; a handshake.
  ['\x15\x03\x01\x00\x02\x02\x0a', 'tls'],
  ['\x16\x03\x03\x00\x7a', 'tls'],
  ['\x16\x02\x03', 'other'],
  // SETTINGS, GOAWAY; DATA, SETTINGS on a stream.
  ['\x00\x00\x00\x04\x00\x00\x00\x00\x00', 'http2'],
  ['\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00', 'http2'],
  ['\x00\x00\x00\x00\x00\x00\x00\x00\x00', 'other'],
  ['\x00\x00\x00\x04\x00\x00\x00\x00\x01', 'other'],
  ['\x00\x00\x00\x04', 'other'],
  ['SSH-2.0-x\r\n', 'other'],
  // In plain HTTP, by whoever speaks TLS alone: Go, nginx, Apache.
  ['HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n', 'tls'],
  ['HTTP/1.1 400 Bad Request\r\n\r\n<h1>400</h1>The plain HTTP request was sent to HTTPS port', 'tls'],
  ["HTTP/1.1 400 Bad Request\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.", 'tls'],
  ['HTTP/1.1 400 Bad Request\r\n\r\nno', 'http1'],
])('%j is %s', (text, kind) => {
  expect(of(text).kind).toBe(kind)
})

test('what is shown of anything else is short and no command to a terminal', () => {
  expect(of(`\x1b[31m${'x'.repeat(100)}`)).toEqual({ kind: 'other', start: `[31m${'x'.repeat(36)}...` })
  expect(inOneLine(' a\x00\u009b\nb ', 10)).toBe('a b')
})
