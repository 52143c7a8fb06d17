/**
 * The template that a path belongs to: `/users/7` is `/users/{id}`. Only templates that somebody wrote are ever answered,
 * so their number is bounded whatever is asked for. Pure.
 */

/** Undefined: no template fits. */
export type RouteOf = (path: string) => string | undefined

interface Route {
  readonly template: string
  readonly segments: readonly string[]
  /** Its last segment takes all that follows. */
  readonly takesRest: boolean
}

const PARAMETER = /\{[^{}]*\}/
const REST = /^(?:\*|\{[^{}]*(?:\.\.\.|\+|:\.\*)\})$/

/** `{name}` stands for one segment or a part of it, a last `{name...}` or `*` for all that follows. */
export function createRoutes(templates: readonly string[]): RouteOf {
  const routes = [...new Set(templates)].map(compile).sort(byPrecision)
  if (routes.length === 0) return () => undefined
  const patterns = routes.map((route) => ({ template: route.template, pattern: patternOf(route) }))
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.template
}

function compile(template: string): Route {
  const segments = template.split('/').slice(1)
  const takesRest = REST.test(segments.at(-1) ?? '')
  return { template, segments: takesRest ? segments.slice(0, -1) : segments, takesRest }
}

/** Literal segments before parameters, from the left, and what takes the rest last: `/users/me` before `/users/{id}`. */
function byPrecision(a: Route, b: Route): number {
  for (let at = 0; at < Math.max(a.segments.length, b.segments.length); at++) {
    const difference = looseness(a, at) - looseness(b, at)
    if (difference !== 0) return difference
  }
  return Number(a.takesRest) - Number(b.takesRest)
}

function looseness({ segments }: Route, at: number): number {
  const segment = segments[at]
  if (segment === undefined) return 3
  return PARAMETER.test(segment) ? 1 : 0
}

function patternOf({ segments, takesRest }: Route): RegExp {
  const parts = segments.map((segment) => segment.split(PARAMETER).map(escaped).join('[^/]+'))
  return new RegExp(`^/${parts.join('/')}${takesRest ? `${parts.length === 0 ? '' : '/'}.*` : ''}$`)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
