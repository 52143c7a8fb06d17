import { describe, expect, it } from 'vitest'
import type { RouteView } from '../../src/admin/shapes.ts'
import { failingShare, filterFor, ordered } from '../../src/dashboard/routes.ts'

function route(name: string, more: Partial<RouteView> = {}): RouteView {
  return { method: 'GET', route: name, count: 1, errors: 0, perSecond: 1, errorsPerSecond: 0, ...more }
}

describe('the order', () => {
  const routes = [
    route('/quiet', { count: 5, perSecond: 0 }),
    route('/slow', { p95Ms: 900, perSecond: 0.1 }),
    route('/busy', { p95Ms: 2, perSecond: 40 }),
    route('/broken', { p95Ms: 3, errors: 9, errorsPerSecond: 0.4 }),
    route('/was broken', { p95Ms: 4, errors: 90 }),
  ]
  const names = (order: Parameters<typeof ordered>[1]): string[] => ordered(routes, order).map(({ route }) => route)

  it.each([
    ['slowest', '/slow', '/was broken', '/broken', '/busy', '/quiet'],
    ['failing', '/broken', '/was broken', '/quiet', '/slow', '/busy'],
    ['busiest', '/busy', '/broken', '/was broken', '/slow', '/quiet'],
  ] as const)('%s first', (order, ...expected) => {
    expect(names(order)).toEqual(expected)
  })
})

it.each([
  [{ perSecond: 4, errorsPerSecond: 1 }, 0.25],
  [{ perSecond: 0, errorsPerSecond: 0, count: 10, errors: 5 }, 0.5],
  [{ perSecond: 4, errorsPerSecond: 0, count: 10, errors: 5 }, 0],
  [{ perSecond: 1, errorsPerSecond: 1.2 }, 1],
  [{ perSecond: 0, count: 0 }, 0],
])('of %j a share of %s fails', (more, share) => {
  expect(failingShare(route('/', more))).toBe(share)
})

it('filters for a route as the language has it, and for no group of them', () => {
  expect(filterFor(route('/a "b" \\c'))).toBe('method=="GET" && route=="/a \\"b\\" \\\\c"')
  expect(filterFor(route('(other)'))).toBeUndefined()
})
