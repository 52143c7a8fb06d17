import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { collectRequests } from '../support/metrics.ts'
import { exchangeOf } from '../support/observed.ts'

/** Everything in it is another one each time. */
function strange(at: number): Partial<Exchange> {
  const request = {
    method: `M${at}`,
    path: `/${at}`,
    query: `q=${at}`,
    host: `h${at}`,
    scheme: 'http',
    httpVersion: at % 2 === 0 ? '1.0' : '1.1',
    userAgent: `ua${at}`,
    bytes: at,
  }
  const error = { type: `E${at}`, at: 'origin' as const }
  return {
    request,
    response: { status: 200 + (at % 5) * 100, reason: `r${at}`, bytes: at },
    outcome: 'origin-aborted',
    error,
  }
}

test('100,000 paths, methods, hosts and errors make a handful of series, and memory stays where it is', async () => {
  const found = await collectRequests((take) => {
    const record = (from: number): void => {
      for (let at = from; at < from + 50_000; at++) take(exchangeOf(at, strange(at)))
    }
    record(0)
    const before = heapBytes()
    record(50_000)
    expect(heapBytes() - before).toBeLessThan(8_000_000)
  })
  const series = found.get('http.server.request.duration') ?? []
  expect(series).toHaveLength(10)
  for (const { attributes } of series)
    expect(attributes).toMatchObject({ 'http.request.method': '_OTHER', 'error.type': '_OTHER' })
  expect(found.get('http.server.active_requests')?.[0]?.value).toBe(3)
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

test('routes are labels, the scheme is what a trusted proxy said', async () => {
  const request = {
    method: 'GET',
    path: '/users/7',
    scheme: 'http',
    httpVersion: '1.1',
    bytes: 0,
    route: '/users/{id}',
  }
  const found = await collectRequests((record) => record(exchangeOf(1, { request, forwarded: { proto: 'https' } })))
  expect(found.get('http.server.request.duration')?.[0]?.attributes).toMatchObject({
    'http.route': '/users/{id}',
    'url.scheme': 'https',
  })
})

test('what the app calls is measured as a client, by host up to a bound', async () => {
  const found = await collectRequests(
    (record) => {
      for (let at = 0; at < 1_000; at++) {
        const request = {
          method: 'GET',
          path: '/',
          host: `h${at % 10}:81`,
          scheme: 'http',
          httpVersion: '1.1',
          bytes: 0,
        }
        record(exchangeOf(at, { kind: 'client', request, response: { status: 404, reason: '', bytes: 0 } }))
      }
    },
    { hostsMax: 2 },
  )
  expect(found.get('http.server.request.duration') ?? []).toEqual([])
  const series = found.get('http.client.request.duration') ?? []
  expect(series.map(({ attributes }) => 'server.address' in attributes && attributes['server.address'])).toEqual([
    'h0',
    'h1',
    '_OTHER',
  ])
  expect(series[0]?.attributes).toMatchObject({ 'server.port': 81, 'error.type': '404' })
})

test('beside an app that measures itself ours go by a name of their own', async () => {
  const found = await collectRequests((record) => record(exchangeOf(1)), { appInstrumented: true })
  expect(found.get('podspan.server.request.duration')).toHaveLength(1)
  expect(found.get('http.server.request.duration') ?? []).toEqual([])
})

test('the known methods may be others', async () => {
  const request = { method: 'PURGE', path: '/', scheme: 'http', httpVersion: '1.1', bytes: 0 }
  const found = await collectRequests((record) => record(exchangeOf(1, { request })), { methods: new Set(['PURGE']) })
  expect(found.get('http.server.request.duration')?.[0]?.attributes).toMatchObject({ 'http.request.method': 'PURGE' })
})
