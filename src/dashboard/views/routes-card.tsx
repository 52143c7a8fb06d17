/** The routes: slowest, failing or busiest first. A click looks at the requests of one. */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { RouteView } from '../../admin/shapes.ts'
import { counted, duration, NOTHING, percent, rate } from '../format.ts'
import { failingShare, filterFor, ordered, ROUTE_ORDERS, type RouteOrder } from '../routes.ts'
import { Card, Choice, Empty } from './parts.tsx'

const SHOWN = 8

export interface RoutesProps {
  readonly routes: readonly RouteView[]
  readonly onFilter: (where: string) => void
}

export function RoutesCard({ routes, onFilter }: RoutesProps): JSX.Element {
  const [order, setOrder] = useState<RouteOrder>('slowest')
  const [isWhole, setWhole] = useState(false)
  const all = ordered(routes, order)
  const shown = isWhole ? all : all.slice(0, SHOWN)
  return (
    <Card
      title="Routes"
      class="routes"
      aside={<Choice label="Order" options={ROUTE_ORDERS} value={order} onChange={setOrder} />}
    >
      {all.length === 0 ? (
        <Empty>No route was asked for yet.</Empty>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col" class="number">
                Rate
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                p50
              </th>
              <th scope="col" class="number">
                p95
              </th>
              <th scope="col" class="number">
                p99
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((route) => (
              <RouteRow key={`${route.method} ${route.route}`} route={route} onFilter={onFilter} />
            ))}
          </tbody>
        </table>
      )}
      {all.length <= SHOWN ? null : (
        <button type="button" class="more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer' : `All ${counted(all.length, 'route')}`}
        </button>
      )}
    </Card>
  )
}

interface RouteRowProps {
  readonly route: RouteView
  readonly onFilter: (where: string) => void
}

function RouteRow({ route, onFilter }: RouteRowProps): JSX.Element {
  const failing = failingShare(route)
  const filter = filterFor(route)
  const name = (
    <>
      <span class="method">{route.method}</span> <span class="path">{route.route}</span>
    </>
  )
  const time = (ms: number | undefined): string => (ms === undefined ? NOTHING : duration(ms))
  return (
    <tr>
      <th scope="row">
        {filter === undefined ? (
          name
        ) : (
          <button type="button" class="route" onClick={() => onFilter(filter)} title="Only these requests">
            {name}
          </button>
        )}
      </th>
      <td class="number">{rate(route.perSecond)}/s</td>
      <td class={failing > 0 ? 'number bad' : 'number'}>{percent(failing)}</td>
      <td class="number">{time(route.p50Ms)}</td>
      <td class="number strong">{time(route.p95Ms)}</td>
      <td class="number">{time(route.p99Ms)}</td>
    </tr>
  )
}
