/** The table of routes, as wide and as long as there is room. Pure. What came from the traffic is printable ASCII here. */
import type { InflightView, RouteView } from '../admin/shapes.ts'
import { type Colours, durationText } from '../pretty.ts'
import { printable } from '../printable.ts'

interface Row extends RouteView {
  readonly active: number
}

interface Column {
  readonly title: string
  readonly width: number
  /** Where there is no room for all, the one with the highest goes first; 0 stays. */
  readonly drop: number
  readonly text: (row: Row) => string
  readonly isHot?: (row: Row) => boolean
}

const ROUTE_WIDTH_MIN = 16
const METHOD_WIDTH = 7

const COLUMNS: readonly Column[] = [
  { title: 'REQ/S', width: 7, drop: 0, text: ({ perSecond }) => rateText(perSecond) },
  { title: 'ERR %', width: 6, drop: 0, text: errorText, isHot: ({ errorsPerSecond }) => errorsPerSecond > 0 },
  { title: 'P50', width: 8, drop: 3, text: ({ p50Ms }) => msText(p50Ms) },
  { title: 'P95', width: 8, drop: 1, text: ({ p95Ms }) => msText(p95Ms) },
  { title: 'P99', width: 8, drop: 4, text: ({ p99Ms }) => msText(p99Ms) },
  { title: 'MAX', width: 8, drop: 5, text: ({ maxMs }) => msText(maxMs) },
  { title: 'ACTIVE', width: 6, drop: 2, text: ({ active }) => (active === 0 ? '-' : String(active)) },
]

/** Of at most so many lines; the busiest first, and when there are more, how many. */
export function tableLines(
  routes: readonly RouteView[],
  inflight: readonly InflightView[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
  colours: Colours,
): string[] {
  const shown = columnsFor(columns)
  const routeWidth = Math.max(0, columns - METHOD_WIDTH - 1 - widthOf(shown))
  const line = (method: string, route: string, cells: readonly string[]): string =>
    [cut(method, METHOD_WIDTH).padEnd(METHOD_WIDTH), cut(route, routeWidth).padEnd(routeWidth), ...cells].join(' ')
  const sorted = withActive(routes, inflight).toSorted(
    (a, b) => load(b) - load(a) || b.count - a.count || (a.route < b.route ? -1 : 1),
  )
  const room = Math.max(0, rows - 1)
  const visible = sorted.length > room ? sorted.slice(0, Math.max(0, room - 1)) : sorted
  const hidden = sorted.length - visible.length
  return [
    colours.bold(
      line(
        'METHOD',
        'ROUTE',
        shown.map(({ title, width }) => title.padStart(width)),
      ),
    ),
    ...visible.map((row) =>
      line(
        row.method,
        row.route,
        shown.map(({ width, text, isHot }) => (isHot?.(row) ? colours.red : String)(text(row).padStart(width))),
      ),
    ),
    ...(hidden > 0 ? [colours.dim(cut(`and ${hidden} more`, columns))] : []),
  ].slice(0, rows)
}

export function rateText(perSecond: number): string {
  return perSecond >= 99.95 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
}

/** At most `width` characters of printable ASCII. */
export function cut(text: string, width: number): string {
  const shown = printable(text.slice(0, width + 1))
  return shown.length > width ? `${shown.slice(0, Math.max(0, width - 2))}..`.slice(0, width) : shown
}

function columnsFor(width: number): readonly Column[] {
  let shown = COLUMNS
  for (let drop = Math.max(...COLUMNS.map((column) => column.drop)); drop > 0; drop--) {
    if (width - METHOD_WIDTH - 1 - widthOf(shown) >= ROUTE_WIDTH_MIN) break
    shown = shown.filter((column) => column.drop < drop)
  }
  return shown
}

/** With the space before each. */
function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + 1, 0)
}

/** Of a route that hangs nothing passes any more: what is under way counts as much. */
function load({ perSecond, active }: Row): number {
  return perSecond + active
}

function errorText({ perSecond, errorsPerSecond }: Row): string {
  return perSecond === 0 ? '-' : ((errorsPerSecond / perSecond) * 100).toFixed(1)
}

function msText(ms: number | undefined): string {
  return ms === undefined ? '-' : durationText(ms)
}

/** What is under way is known by its path alone: it is counted with the route that has it, or the first template it fits. */
function withActive(routes: readonly RouteView[], inflight: readonly InflightView[]): Row[] {
  const counts = new Map<RouteView, number>()
  for (const { method, path } of inflight) {
    const own = routes.filter((route) => route.method === method)
    const found = own.find(({ route }) => route === path) ?? own.find(({ route }) => fits(path, route))
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1)
  }
  return routes.map((route) => ({ ...route, active: counts.get(route) ?? 0 }))
}

/** Segment by segment: a template may have come from a client, as a path, and must cost no more than it is long. */
function fits(path: string, template: string): boolean {
  const segments = path.split('/')
  const wanted = template.split('/')
  const isRest = /^(?:\*|\{.*\.\.\.\})$/.test(wanted.at(-1) ?? '')
  if (isRest ? segments.length < wanted.length : segments.length !== wanted.length) return false
  return wanted.every(
    (each, at) =>
      each === segments[at] || (each.startsWith('{') && each.endsWith('}')) || (isRest && at === wanted.length - 1),
  )
}
