/** Which line is which, and its figure under the pointer, else the newest. */
import type { JSX } from 'preact'
import { NOTHING } from '../format.ts'
import type { Columns } from '../points.ts'
import { timesIn } from '../times.ts'
import type { Line } from './chart.tsx'

export interface LegendProps {
  readonly lines: readonly Line[]
  readonly columns: Columns
  readonly index: number | undefined
  readonly write: (value: number) => string
  readonly note: string
}

const times = timesIn()

export function Legend({ lines, columns, index, write, note }: LegendProps): JSX.Element {
  const [seconds, ...figures] = columns
  const at = index === undefined ? undefined : seconds[index]
  return (
    <ul class="legend">
      {lines.map(({ label, colour }, line) => {
        const value = figures[line]?.at(index ?? -1)
        return (
          <li key={label}>
            <i class="swatch" style={{ background: `var(${colour})` }} />
            {label} <b>{value === null || value === undefined ? NOTHING : write(value)}</b>
          </li>
        )
      })}
      <li class="beside">{at === undefined ? `now, ${note}` : times.second(at * 1_000)}</li>
    </ul>
  )
}
