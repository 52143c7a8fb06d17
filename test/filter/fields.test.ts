import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { FIELDS, type FieldValue, type Kind } from '../../src/filter/fields.ts'
import { exchangeOf } from '../support/observed.ts'
import { wholeExchange } from '../support/whole-exchange.ts'

function asked(exchange: Exchange): Record<string, FieldValue> {
  return Object.fromEntries(FIELDS.map(({ name, of }) => [name, of(exchange)]))
}

it('answers from all over an exchange', () => {
  const exchange = exchangeOf(7, {
    durationMs: 50,
    marks: {
      originConnected: 2,
      requestHeadSent: 2,
      requestEnd: 10,
      responseHead: 40,
      responseEnd: 50,
      clientStalled: 3,
      own: 0.5,
    },
    forwarded: { for: '192.0.2.7', host: 'shop.example' },
    request: {
      ...{ method: 'PUT', path: '/users/7', query: 'a=1', host: 'inner', route: '/users/{id}', userAgent: 'curl/8' },
      ...{ scheme: 'http', httpVersion: '1.1', bytes: 10 },
    },
    response: { status: 101, reason: 'Switching Protocols', bytes: 0 },
    upgrade: { protocol: 'websocket', bytesIn: 5, bytesOut: 6 },
    eventStream: { events: 1 },
    outcome: 'timed-out',
    error: { type: 'tunnel_idle', at: 'client' },
    resources: { scope: 'app', windowMs: 1_000, cpuThrottledMs: 12 },
  })
  expect(asked(exchange)).toEqual({
    ...{ status: 101, method: 'PUT', path: '/users/7', query: 'a=1', route: '/users/{id}', host: 'shop.example' },
    ...{ duration: 50, connect: 2, upload: 8, app: 30, download: undefined, stalled: 3, us: 0.5, throttled: 12 },
    ...{ bytesIn: 15, bytesOut: 6, outcome: 'timed-out', error: 'tunnel_idle', blame: 'client' },
    ...{ trace: exchange.trace.traceId, sampled: true, client: '192.0.2.7', agent: 'curl/8', upgrade: 'websocket' },
    ...{ events: true, file: false, id: 7 },
  })
})

it('answers what its kind says, or nothing, for every exchange', () => {
  const types: Readonly<Record<Kind, string>> = {
    ...{ status: 'number', count: 'number', duration: 'number', size: 'number' },
    ...{ text: 'string', word: 'string', flag: 'boolean' },
  }
  fc.assert(
    fc.property(wholeExchange, (exchange) => {
      for (const { name, kind, of } of FIELDS) {
        const value = of(exchange)
        if (value !== undefined) expect(typeof value, name).toBe(types[kind])
      }
    }),
  )
})

it('has names that a filter can write, each once', () => {
  const names = FIELDS.map(({ name }) => name.toLowerCase())
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z]+$/)
})
