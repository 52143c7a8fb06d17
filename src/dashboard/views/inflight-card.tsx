/** What is under way, oldest first. */
import type { JSX } from 'preact'
import type { InflightAnswer, InflightView } from '../../admin/shapes.ts'
import { count, duration } from '../format.ts'
import { Card, Empty } from './parts.tsx'

const SHOWN = 6

const PHASES: Readonly<Record<InflightView['phase'], string>> = {
  request: 'still arriving',
  waiting: 'the app is at it',
  response: 'answer under way',
  tunnel: 'open connection',
}

export function InflightCard({ inflight }: { readonly inflight: InflightAnswer | undefined }): JSX.Element {
  const oldest = (inflight?.requests ?? []).toSorted((a, b) => b.ageMs - a.ageMs).slice(0, SHOWN)
  const total = inflight?.count ?? 0
  return (
    <Card title="In flight" class="inflight" aside={<b class="total">{count(total)}</b>}>
      {oldest.length === 0 ? (
        <Empty>Nothing is under way.</Empty>
      ) : (
        <ol>
          {oldest.map(({ id, traceId, method, path, phase, ageMs }) => (
            <li key={`${id} ${traceId}`} title={`trace ${traceId}`}>
              <span class="method">{method}</span>
              <span class="path">{path}</span>
              <span class="beside">{PHASES[phase]}</span>
              <b class="took">{duration(ageMs)}</b>
            </li>
          ))}
        </ol>
      )}
      {total > oldest.length ? <p class="beside">and {count(total - oldest.length)} more, younger than these</p> : null}
    </Card>
  )
}
