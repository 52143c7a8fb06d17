import { expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { captured } from '../../src/tunnel/capture.ts'
import { play } from '../support/play.ts'

const FIELDS = [field('X-Tenant', 'a'), field('Accept', 'text/html'), field('x-tenant', 'b'), field('__proto__', 'c')]

test('only what was asked for, every value in order, by its lower-case name', () => {
  expect(captured(FIELDS, ['x-tenant', 'x-missing'])).toEqual({ 'x-tenant': ['a', 'b'] })
  expect(captured(FIELDS, ['x-missing'])).toBeUndefined()
  expect(captured(FIELDS, [])).toBeUndefined()
})

test('through the tunnel: of the request, of the answer, and who a trusted proxy says was there', async () => {
  const record = { trustedHops: 1, capture: { request: ['x-tenant'], response: ['x-cache'] } }
  const { client, origin, exchange } = play({ record })
  client.sends('GET / HTTP/1.1\r\nHost: h\r\nX-Tenant: a\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n')
  const app = await origin()
  await app.receivesUpTo('\r\n\r\n')
  app.sends('HTTP/1.1 200 OK\r\nX-Cache: hit\r\nContent-Length: 0\r\n\r\n')
  await client.receivesUpTo('\r\n\r\n')
  expect(await exchange()).toMatchObject({
    request: { headers: { 'x-tenant': ['a'] } },
    response: { headers: { 'x-cache': ['hit'] } },
    forwarded: { for: '1.1.1.1' },
  })
})

test.each([
  ['traceresponse', `00-${'a'.repeat(32)}-${'c'.repeat(16)}-01`, true],
  ['Server-Timing', `app;dur=3, traceparent;desc="00-${'a'.repeat(32)}-${'c'.repeat(16)}-01"`, true],
  ['traceresponse', `00-${'d'.repeat(32)}-${'c'.repeat(16)}-01`, undefined],
  ['X-Trace', 'a'.repeat(32), undefined],
])('%s: %s: the app has spans of its own: %s', async (name, value, appSpan) => {
  const { client, origin, exchange } = play()
  client.sends('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  const app = await origin()
  await app.receivesUpTo('\r\n\r\n')
  app.sends(`HTTP/1.1 200 OK\r\n${name}: ${value}\r\nContent-Length: 0\r\n\r\n`)
  await client.receivesUpTo('\r\n\r\n')
  expect((await exchange()).appSpan).toBe(appSpan)
})
