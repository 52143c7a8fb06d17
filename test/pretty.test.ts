import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../src/exchange.ts'
import { Ledger } from '../src/ledger.ts'
import { createPretty, durationText } from '../src/pretty.ts'
import { exchangeOf } from './support/observed.ts'
import { wholeExchange } from './support/whole-exchange.ts'

const plain = createPretty(false)
const coloured = createPretty(true)

/** Without the time of day, which is that of the machine's zone. */
function line(changes: Partial<Exchange>): string {
  return plain.line(exchangeOf(17, changes)).replace(/^\d\d:\d\d:\d\d\.\d{3} /, '')
}

const first = { originConnected: 0.2, requestHeadSent: 0.2, requestEnd: 0.2, responseHead: 8.3, own: 0.1 }
const request = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 }

describe('a line', () => {
  it('begins with the local time of the start', () => {
    const at = new Date(2026, 0, 2, 3, 4, 5, 6)
    expect(plain.line(exchangeOf(1, { startedAtMs: at.getTime() }))).toMatch(/^03:04:05\.006 GET /)
  })

  it('stands in columns, and says where the time went', () => {
    const lines = [
      line({ durationMs: 8.7, marks: first }),
      line({ durationMs: 9.2, marks: { requestHeadSent: 0, requestEnd: 0, responseHead: 8 } }),
      line({
        request: { ...request, method: 'DELETE', path: '/users/7', query: 'a=1' },
        durationMs: 1_234,
        marks: { requestHeadSent: 0 },
      }),
      line({ durationMs: 80, marks: { ...first, clientStalled: 60 } }),
      line({
        ...{ durationMs: 61_000, marks: { requestHeadSent: 0, requestEnd: 4_000, responseHead: 4_001 } },
        ...{ response: { status: 101, reason: '', bytes: 0 }, upgrade: { protocol: 'x', bytesIn: 0, bytesOut: 0 } },
      }),
      line({ durationMs: 0.01, marks: {}, response: undefined, request: undefined, outcome: 'client-aborted' }),
      line({
        ...{ durationMs: 3, marks: {}, response: { status: 502, reason: '', bytes: 0 }, outcome: 'origin-unreachable' },
        ...{
          error: { type: 'ECONNREFUSED', at: 'origin' },
          resources: { scope: 'app', windowMs: 9, cpuThrottledMs: 12 },
        },
      }),
    ]
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      GET     /a                       200   8.7 ms  connect 0.2 · app 8.1 · download 0.4 · us 0.1 ms    #17 0af7651916cd43dd8448eb211c80319c
      GET     /a                       200   9.2 ms  app 8.0 · download 1.2 ms                   #17 0af7651916cd43dd8448eb211c80319c
      DELETE  /users/7?a=1             200   1.23 s  app 1234 ms                                 #17 0af7651916cd43dd8448eb211c80319c
      GET     /a                       200  80.0 ms  connect 0.2 · app 8.1 · download 71.7 (client 60.0) · us 0.1 ms    #17 0af7651916cd43dd8448eb211c80319c
      GET     /a                       101    1m01s  upload 4.0 · tunnel 57.0 s                  #17 0af7651916cd43dd8448eb211c80319c
      -       (refused)                ---   0.0 ms                                              #17 0af7651916cd43dd8448eb211c80319c client-aborted
      GET     /a                       502   3.0 ms  connect 3.0 ms                              #17 0af7651916cd43dd8448eb211c80319c origin-unreachable (ECONNREFUSED) throttled 12.0 ms
      "
    `)
  })

  it('says the whole of a path that is longer than its column, and the beginning of one that nobody reads', () => {
    const path = `/${'a'.repeat(99)}`
    expect(line({ request: { ...request, path } })).toContain(` ${path} 200 `)
    expect(line({ request: { ...request, path: `/${'a'.repeat(999)}` } })).toContain(` /${'a'.repeat(156)}... 200 `)
  })

  it('says what went wrong, which the end of a stream is not', () => {
    const left = { outcome: 'client-aborted', error: { type: 'closed', at: 'client' } } as const
    expect(line(left)).toMatch(/ client-aborted \(closed\)$/)
    expect(line({ ...left, eventStream: {} })).toMatch(/ [0-9a-f]{32}$/)
    expect(line({ ...left, upgrade: { protocol: 'x', bytesIn: 0, bytesOut: 0 } })).toMatch(/ [0-9a-f]{32}$/)
    expect(line({ error: { type: 'odd', at: 'sidecar' }, response: undefined })).toMatch(/ [0-9a-f]{32}$/)
  })

  it.each([
    ['green', 204, 32],
    ['cyan', 304, 36],
    ['yellow', 404, 33],
    ['red', 503, 31],
  ])('is %s for %i', (_, status, code) => {
    const text = coloured.line(exchangeOf(1, { response: { status, reason: '', bytes: 0 } }))
    expect(text).toContain(`\u001b[${code}m${status}\u001b[39m`)
  })

  it('has nothing in it that a terminal obeys, but its own colours, which add nothing to see', () => {
    fc.assert(
      fc.property(wholeExchange, (exchange) => {
        const text = plain.line(exchange)
        expect(text).toMatch(/^[\x20-\x7e·]*$/)
        expect(text.length).toBeLessThan(600)
        expect(stripVTControlCharacters(coloured.line(exchange))).toBe(text)
      }),
    )
  })
})

it.each([
  [0, '0.0 ms'],
  [9.24, '9.2 ms'],
  [99.96, '100 ms'],
  [417.4, '417 ms'],
  [999.6, '1.00 s'],
  [9_996, '10.0 s'],
  [59_960, '1m00s'],
  [123_400, '2m03s'],
  [3_599_700, '1h00m'],
  [3_900_000, '1h05m'],
])('%d ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

it('tells of losses, where there are some', () => {
  const ledger = new Ledger()
  ledger.created('exchange', 9)
  expect(plain.losses(ledger.snapshot())).toBeUndefined()
  ledger.dropped('exchange', 'outbox_full', 2)
  ledger.dropped('span', 'rejected', 3)
  expect(plain.losses(ledger.snapshot())).toBe('lost since the start: exchange 2 outbox_full, span 3 rejected')
  expect(coloured.losses(ledger.snapshot())).toContain('\u001b[31mlost since')
})
