import { expect, test } from 'vitest'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'
import { RouteTable } from '../../src/observer/route-table.ts'
import { exchangeOf } from '../support/observed.ts'

function tableOf(routesMax = 256): RouteTable {
  return new RouteTable({ routesMax, methods: new Set(KNOWN_METHODS) })
}

function asked(path: string, changes: Partial<Exchange> = {}, method = 'GET', route?: string): Exchange {
  const request = { method, path, scheme: 'http', httpVersion: '1.1', bytes: 0, ...(route !== undefined && { route }) }
  return exchangeOf(1, { request, ...changes })
}

const FAILED = { response: { status: 500, reason: '', bytes: 0 } }

test('a row a method and route, by the template where there is one', () => {
  const table = tableOf()
  table.take(asked('/users/1', {}, 'GET', '/users/{id}'))
  table.take(asked('/users/2', FAILED, 'GET', '/users/{id}'))
  table.take(asked('/users/2', {}, 'POST', '/users/{id}'))
  table.take(asked('/a', {}, 'BREW'))
  table.take(exchangeOf(1, { request: undefined, outcome: 'refused-request' }))
  table.take(exchangeOf(1, { request: undefined, upgrade: { protocol: 'opaque', bytesIn: 1, bytesOut: 1 } }))
  table.advance(1)
  expect(table.views().map(({ method, route, count, errors }) => [method, route, count, errors])).toEqual([
    ['GET', '/users/{id}', 2, 1],
    ['POST', '/users/{id}', 1, 0],
    ['_OTHER', '/a', 1, 0],
    ['', '(refused)', 1, 0],
    ['', '(opaque)', 1, 0],
  ])
})

test('rates are of the last minute, percentiles of the last five, counts of ever', () => {
  const table = tableOf()
  const view = () => table.views()[0]
  for (let second = 0; second < 60; second++) {
    table.advance(second)
    for (let each = 0; each < 10; each++) table.take(asked('/a', { durationMs: 10 }))
  }
  table.take(asked('/a', { durationMs: 500, ...FAILED }))
  table.advance(60)
  expect(view()).toMatchObject({ count: 601, errors: 1, maxMs: 500 })
  expect(view()?.perSecond).toBeCloseTo(10, 0)
  expect(view()?.p50Ms).toBeGreaterThan(8)
  expect(view()?.p50Ms).toBeLessThan(12)
  table.advance(130)
  expect(view()).toMatchObject({ count: 601, perSecond: 0, errorsPerSecond: 0, maxMs: 500 })
  table.advance(400)
  expect(view()).toEqual({ method: 'GET', route: '/a', count: 601, errors: 1, perSecond: 0, errorsPerSecond: 0 })
  table.take(asked('/a', { durationMs: 2 }))
  expect(view()).toMatchObject({ count: 602, maxMs: 2 })
})

test('the lifetime of a stream is no duration', () => {
  const table = tableOf()
  table.take(asked('/ws', { durationMs: 60_000, upgrade: { protocol: 'websocket', bytesIn: 1, bytesOut: 1 } }))
  table.take(asked('/events', { durationMs: 60_000, eventStream: {} }))
  for (const view of table.views()) expect(view).not.toHaveProperty('maxMs')
})

test('beyond the bound all is one row, and rows that nobody asks for any more make room', () => {
  const table = tableOf(3)
  for (let path = 0; path < 1_000; path++) table.take(asked(`/${path}`))
  expect(table.views().map(({ route, count }) => [route, count])).toEqual([
    ['/0', 1],
    ['/1', 1],
    ['/2', 1],
    ['(other)', 997],
  ])
  for (let second = 0; second <= 360; second++) {
    table.advance(second)
    table.take(asked('/0'))
    // To look at a row is not to ask for its route.
    table.views()
    table.take(asked('/new'))
  }
  const views = table.views()
  expect(views.map(({ route }) => route)).toEqual(['/0', '/new', '(other)'])
  // What is asked for all the time has kept its row.
  expect(views[0]?.count).toBe(362)
  expect(views.reduce((sum, { count }) => sum + count, 0)).toBe(1_000 + 361 * 2)
})

test('a path of any length is a row of a length that can be sent every second', () => {
  const table = tableOf()
  table.take(asked(`/${'x'.repeat(2_000)}`))
  expect(table.views()[0]?.route.length).toBeLessThan(300)
})
