import fc from 'fast-check'
import { expect, it } from 'vitest'
import { factsOf } from '../../src/dashboard/facts.ts'
import type { Exchange } from '../../src/exchange.ts'
import { anExchange } from '../support/seen.ts'
import { wholeExchange } from '../support/whole-exchange.ts'

const told = (more: Partial<Exchange>): Record<string, string> =>
  Object.fromEntries(factsOf(anExchange(1, more)).map(({ name, value }) => [name, value]))

it('tells what is there and nothing of what is not', () => {
  expect(told({})).toEqual({
    From: '10.0.0.7 port 4711, connection 1',
    Version: 'HTTP/1.1, http',
    'Request body': '0 B',
    'Answer body': '2 B',
  })
})

it('tells who was asked for whom, and what the app had said', () => {
  expect(
    told({
      forwarded: { for: '192.0.2.1', proto: 'https', host: 'shop' },
      origin: { address: '127.0.0.1', port: 8_087, attempt: 2 },
      originResponse: { status: 404, bytes: 9 },
      appSpan: true,
      kind: 'client',
    }),
  ).toMatchObject({
    Seen: 'on the way out (egress)',
    'Forwarded for': '192.0.2.1',
    'Forwarded as': 'https, shop',
    App: '127.0.0.1 port 8087, at attempt 2',
    'The app had said': '404, 9 B',
    'Its own span': 'the app has an SDK and made one in this trace',
  })
})

it('tells of a WebSocket how much passed and who closed it', () => {
  const upgrade = {
    protocol: 'websocket',
    bytesIn: 10,
    bytesOut: 2_048,
    messagesIn: 1,
    closedBy: 'client',
    closeCode: 1_000,
  }
  expect(told({ upgrade: upgrade as Exchange['upgrade'] & object })).toMatchObject({
    'Upgraded to': 'websocket',
    'From the client': '10 B, 1 message',
    'To the client': '2 KiB',
    Closed: 'by the client, code 1000',
  })
})

it('tells of a stream of events how many there were', () => {
  expect(told({ eventStream: { events: 3, firstEventMs: 12, endedBy: 'origin' } })).toMatchObject({
    Events: '3 events',
    'First event': 'after 12 ms',
    Ended: 'by the app',
  })
  expect(told({ eventStream: {} })).toMatchObject({ Events: 'compressed, not counted', Ended: 'by podspan' })
})

it('has a value to every name, once, of any exchange', () => {
  fc.assert(
    fc.property(wholeExchange, (exchange) => {
      const facts = factsOf(exchange)
      expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length)
      for (const { value } of facts) expect(typeof value).toBe('string')
    }),
  )
})
