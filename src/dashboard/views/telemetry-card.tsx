/** Is anything lost, and does it arrive? */
import type { JSX } from 'preact'
import type { LiveTick } from '../../admin/shapes.ts'
import { deliveriesOf, lossOf, type Statement } from '../telemetry.ts'
import { Card, Empty } from './parts.tsx'

export function TelemetryCard({ tick }: { readonly tick: LiveTick | undefined }): JSX.Element {
  if (tick === undefined) {
    return (
      <Card title="Telemetry" class="telemetry">
        <Empty>Not heard of yet.</Empty>
      </Card>
    )
  }
  const { ledger, traffic } = tick
  const deliveries = deliveriesOf(ledger, traffic.atMs)
  const endpoints = [...new Set(deliveries.flatMap(({ to }) => (to === undefined ? [] : [to])))]
  return (
    <Card title="Telemetry" class="telemetry">
      <ul>
        {[lossOf(ledger), ...deliveries].map((each) => (
          <Line key={each.text} statement={each} />
        ))}
      </ul>
      {endpoints.map((endpoint) => (
        <p class="beside endpoint" key={endpoint}>
          {endpoint}
        </p>
      ))}
    </Card>
  )
}

function Line({ statement: { tone, text, more } }: { readonly statement: Statement }): JSX.Element {
  return (
    <li>
      <span class={`dot ${tone}`} aria-hidden="true" />
      <span>
        {text}
        {more === undefined || more === '' ? null : <span class="beside"> {more}</span>}
      </span>
    </li>
  )
}
