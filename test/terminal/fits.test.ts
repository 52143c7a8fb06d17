import { expect, test } from 'vitest'
import { fits } from '../../src/terminal/fits.ts'
import { ABOUT, HELLO, tickOf } from '../support/admin-server.ts'
import { exchangeOf } from '../support/observed.ts'

const ESCAPE = '\u001b[2J'
const EXCHANGE = exchangeOf(1, {
  request: { method: 'GET', path: '/', scheme: 'http', httpVersion: '1.1', bytes: 0, headers: { 'x-a': ['1'] } },
})

test.each([
  ['Exchange', EXCHANGE],
  ['AboutAnswer', ABOUT],
  ['LiveHello', HELLO],
  ['LiveTick', tickOf()],
  ['ConfigAnswer', { limits: { headMs: 1 } }],
])('a %s is one, also of another version that says more or less', (name, value) => {
  expect(fits(value, name)).toBe(true)
  expect(fits({ ...value, more: ESCAPE }, name)).toBe(true)
  expect(fits({}, name)).toBe(true)
})

test.each<[string, unknown]>([
  ['Exchange', { ...EXCHANGE, id: ESCAPE }],
  ['Exchange', { ...EXCHANGE, id: 1.5 }],
  ['Exchange', { ...EXCHANGE, durationMs: '1' }],
  ['Exchange', { ...EXCHANGE, response: { status: ESCAPE, reason: '', bytes: 0 } }],
  ['Exchange', { ...EXCHANGE, request: { ...EXCHANGE.request, headers: { 'x-a': ESCAPE } } }],
  ['Exchange', { ...EXCHANGE, trace: null }],
  ['Exchange', { ...EXCHANGE, peer: [] }],
  ['AboutAnswer', { ...ABOUT, listen: { host: '127.0.0.1', port: '1@10.0.0.9' } }],
  ['AboutAnswer', { ...ABOUT, listen: { host: '127.0.0.1', port: -1 } }],
  ['LiveTick', tickOf({ inflight: { requests: [], count: ESCAPE as never } })],
  ['LiveTick', { routes: [{ perSecond: '1' }] }],
  ['LiveTick', JSON.parse('{"routes":[{"perSecond":1e999}]}')],
  ['ExchangesAnswer', { exchanges: {} }],
])('no %s: %j', (name, value) => expect(fits(value, name)).toBe(false))
