import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { harOf } from '../../src/admin/har.ts'
import { exchangeOf } from '../support/observed.ts'
import { wholeExchange } from '../support/whole-exchange.ts'

const ajv = new Ajv({ strict: false, validateSchema: false })
const harSchemas: Record<string, object> = createRequire(import.meta.url)('har-schema')
// biome-ignore lint/suspicious/noExplicitAny: CommonJS with a default of its own
;((addFormats as any).default ?? addFormats)(ajv)
for (const schema of Object.values(harSchemas)) ajv.addSchema(schema)

const REQUEST = { method: 'GET', path: '/a', host: 'shop', scheme: 'http', httpVersion: '1.1', bytes: 0 }

const ADDRESSES = fc.constantFrom('127.0.0.1', '::1', '/run/app.sock', 'localhost')

/** What the format's own schema finds wrong. */
function problemsOf(har: unknown): unknown {
  return ajv.validate('har.json#', har) ? [] : ajv.errors
}

test('is what the format says', () => {
  const har = harOf(
    exchangeOf(7, {
      request: {
        method: 'GET',
        path: '/a',
        query: 'x=1&y',
        host: 'shop',
        scheme: 'http',
        httpVersion: '1.1',
        bytes: 0,
      },
      response: {
        status: 302,
        reason: 'Found',
        bytes: 5,
        headers: { location: ['/b'], 'content-type': ['text/plain'] },
      },
      marks: { originConnected: 1, requestHeadSent: 1, responseHead: 8, responseEnd: 9 },
      durationMs: 9,
    }),
    '1.2.3',
  )
  expect(problemsOf(har)).toEqual([])
  expect(har).toMatchObject({
    log: {
      creator: { version: '1.2.3' },
      entries: [
        {
          time: 9,
          request: {
            url: 'http://shop/a?x=1&y',
            httpVersion: 'HTTP/1.1',
            queryString: [{ name: 'x', value: '1' }, { name: 'y' }],
          },
          response: { status: 302, redirectURL: '/b', content: { size: 5, mimeType: 'text/plain' } },
          timings: { connect: 1, send: 0, wait: 7, receive: 1 },
        },
      ],
    },
  })
})

test('is so for every exchange, whatever its path', () => {
  const placed = fc.tuple(wholeExchange, fc.string({ unit: 'binary' }), ADDRESSES).map(([exchange, path, address]) => ({
    ...exchange,
    origin: { address, attempt: 1 },
    request: { ...REQUEST, path: `/${path}`, query: path },
    startedAtMs: 1_700_000_000_000,
    durationMs: 5,
    marks: {},
  }))
  fc.assert(
    fc.property(placed, (exchange) => {
      expect(problemsOf(harOf(exchange, '1'))).toEqual([])
    }),
  )
})

test('there is none of what was no request', () => {
  expect(harOf(exchangeOf(1, { request: undefined }), '1')).toBeUndefined()
})

test('its times are together what the exchange took', () => {
  fc.assert(
    fc.property(
      fc.record({
        requestHeadSent: fc.double({ min: 0, max: 9, noNaN: true }),
        responseHead: fc.double({ min: 0, max: 9, noNaN: true }),
      }),
      (marks) => {
        const har = harOf(exchangeOf(1, { marks, durationMs: 9 }), '1') as {
          log: { entries: { timings: Record<string, number> }[] }
        }
        const { timings = {} } = har.log.entries[0] ?? {}
        const sum = Object.values(timings)
          .filter((ms) => ms >= 0)
          .reduce((total, ms) => total + ms, 0)
        expect(sum).toBeCloseTo(9, 6)
      },
    ),
  )
})
