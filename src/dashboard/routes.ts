/** The routes in the order somebody asks for. Pure. */
import type { RouteView } from '../admin/shapes.ts'

export type RouteOrder = 'slowest' | 'failing' | 'busiest'

export const ROUTE_ORDERS: readonly { readonly value: RouteOrder; readonly label: string }[] = [
  { value: 'slowest', label: 'Slowest' },
  { value: 'failing', label: 'Failing' },
  { value: 'busiest', label: 'Busiest' },
]

/** Highest first; what is equal stays in the order of how much passed. */
export function ordered(routes: readonly RouteView[], order: RouteOrder): readonly RouteView[] {
  const weight: Readonly<Record<RouteOrder, (route: RouteView) => readonly number[]>> = {
    slowest: ({ p95Ms = -1, maxMs = -1, count }) => [p95Ms, maxMs, count],
    failing: ({ errorsPerSecond, errors, count }) => [errorsPerSecond, errors, count],
    busiest: ({ perSecond, count }) => [perSecond, count],
  }
  const weigh = weight[order]
  return routes.toSorted((a, b) => compare(weigh(b), weigh(a)))
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Of the last minute; of all where nothing passed in it. */
export function failingShare({ perSecond, errorsPerSecond, count, errors }: RouteView): number {
  if (perSecond > 0) return Math.min(1, errorsPerSecond / perSecond)
  return count > 0 ? errors / count : 0
}

/** As the filter language has it; undefined for the groups that stand for no single route. */
export function filterFor({ method, route }: RouteView): string | undefined {
  if (route.startsWith('(')) return undefined
  return `method==${quoted(method)} && route==${quoted(route)}`
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
