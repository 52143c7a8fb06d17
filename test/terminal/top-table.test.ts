import fc from 'fast-check'
import { createColors } from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { InflightView, RouteView } from '../../src/admin/shapes.ts'
import { cut, rateText, tableLines } from '../../src/terminal/top-table.ts'

const plain = createColors(false)

function routeOf(route: string, changes: Partial<RouteView> = {}): RouteView {
  return { method: 'GET', route, count: 1, errors: 0, perSecond: 1, errorsPerSecond: 0, ...changes }
}

function under(path: string, method = 'GET'): InflightView {
  return { id: 1, traceId: '', method, path, phase: 'waiting', ageMs: 1 }
}

function table(
  routes: readonly RouteView[],
  inflight: readonly InflightView[] = [],
  columns = 100,
  rows = 20,
): string[] {
  return tableLines(routes, inflight, { columns, rows }, plain)
}

/** The last column, of each route. */
function active(routes: readonly string[], ...inflight: readonly InflightView[]): Record<string, string> {
  const lines = table(
    routes.map((route) => routeOf(route)),
    inflight,
  ).slice(1)
  return Object.fromEntries(lines.map((line) => [line.split(/ +/)[1], line.split(/ +/).at(-1) ?? '']))
}

describe('the table', () => {
  const routes = [
    routeOf('/idle', { perSecond: 0, count: 9 }),
    routeOf('/users/{id}', {
      ...{ method: 'POST', perSecond: 12.34, errorsPerSecond: 1.234 },
      ...{ p50Ms: 1.23, p95Ms: 45.6, p99Ms: 789, maxMs: 12_345 },
    }),
    routeOf('/a', { perSecond: 120.4 }),
  ]

  it('has the busiest first, and what there is of each', () => {
    expect(`\n${table(routes, [under('/users/7', 'POST')]).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      METHOD  ROUTE                                REQ/S  ERR %      P50      P95      P99      MAX ACTIVE
      GET     /a                                     120    0.0        -        -        -        -      -
      POST    /users/{id}                           12.3   10.0   1.2 ms  45.6 ms   789 ms   12.3 s      1
      GET     /idle                                  0.0      -        -        -        -        -      -
      "
    `)
  })

  it.each([
    [100, 'METHOD ROUTE REQ/S ERR % P50 P95 P99 MAX ACTIVE'],
    [80, 'METHOD ROUTE REQ/S ERR % P50 P95 P99 ACTIVE'],
    [70, 'METHOD ROUTE REQ/S ERR % P50 P95 ACTIVE'],
    [60, 'METHOD ROUTE REQ/S ERR % P95 ACTIVE'],
    [50, 'METHOD ROUTE REQ/S ERR % P95'],
    [30, 'METHOD ROUTE REQ/S ERR %'],
  ])('has fewer columns where there is less room: %i', (columns, titles) => {
    expect(table(routes, [], columns)[0]?.split(/ +/).join(' ')).toBe(titles)
  })

  it('has a route that hangs among the busiest', () => {
    const hung = Array.from({ length: 200 }, () => under('/idle'))
    expect(table(routes, hung)[1]).toMatch(/^GET +\/idle .* 200$/)
  })

  it('says how many routes have no room', () => {
    const many = Array.from({ length: 10 }, (_, at) => routeOf(`/${at}`))
    expect(table(many, [], 80, 11)).toHaveLength(11)
    expect(table(many, [], 80, 11).at(-1)).toContain('/9')
    expect(table(many, [], 80, 5).slice(3)).toEqual([expect.stringContaining('/2'), 'and 7 more'])
    expect(table(many, [], 80, 1)).toEqual([expect.stringContaining('ROUTE')])
    expect(table(many, [], 80, 0)).toEqual([])
  })

  it('is red where something failed', () => {
    const line = tableLines(routes, [], { columns: 100, rows: 9 }, createColors(true))[2]
    expect(line).toContain('\u001b[31m  10.0\u001b[39m')
  })

  it('fits, and has nothing in it that a terminal obeys, whatever is in it', () => {
    const number = fc.double({ min: 0, max: 1e7, noNaN: true })
    const route = fc.record({
      ...{ method: fc.string({ unit: 'binary' }), route: fc.string({ unit: 'binary' }), count: fc.nat() },
      ...{ errors: fc.nat(), perSecond: fc.constantFrom(0, 7), errorsPerSecond: fc.constantFrom(0, 7) },
      ...{ p50Ms: number, p95Ms: number, p99Ms: number, maxMs: number },
    })
    fc.assert(
      fc.property(fc.array(route), fc.integer({ min: 25, max: 200 }), fc.nat(12), (all, columns, rows) => {
        const lines = table(all, [], columns, rows)
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) {
          expect(line).toMatch(/^[\x20-\x7e]*$/)
          expect(line.length).toBeLessThanOrEqual(columns)
        }
      }),
    )
  })
})

describe('what is under way is counted', () => {
  it('with the route that it is', () => {
    expect(active(['/a', '/b'], under('/a'), under('/a'), under('/a', 'POST'), under('/c'))).toEqual({
      '/a': '2',
      '/b': '-',
    })
  })

  it('with the template it fits, but not where a route is just that', () => {
    const routes = ['/users/{id}', '/users/me', '/files/{path...}', '/x']
    const inflight = ['/users/7', '/users/me', '/users/7/a', '/files/a/b', '/files', '/x/'].map((path) => under(path))
    expect(active(routes, ...inflight)).toEqual({
      '/users/{id}': '1',
      '/users/me': '1',
      '/files/{path...}': '1',
      '/x': '-',
    })
  })

  it('in no time, though a client chose the route', () => {
    const hostile = `/${'{a}'.repeat(60)}`
    expect(active([hostile.slice(0, 30)], under(`/${'a'.repeat(180)}!/`))).toBeDefined()
  })
})

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'a..'],
  ['abcd', 1, '.'],
  ['abcd', 0, ''],
  ['é', 3, '\\..'],
])('%s in %i columns is %s', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected)
})

it.each([
  [0, '0.0'],
  [99.94, '99.9'],
  [99.96, '100'],
  [12_345.6, '12346'],
])('%d a second is %s', (perSecond, expected) => {
  expect(rateText(perSecond)).toBe(expected)
})
