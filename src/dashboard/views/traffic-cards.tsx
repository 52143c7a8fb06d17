/** Requests and latency over time. */
import type { ComponentChildren, JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { TrafficPoint } from '../../admin/shapes.ts'
import { duration, durationFigure, type Figure, NOTHING, percent, rate } from '../format.ts'
import { columnsOf, meanOf, since } from '../points.ts'
import { stepWords, type TimeRange } from '../range.ts'
import { Chart, type Line } from './chart.tsx'
import { Legend } from './legend.tsx'
import { Card } from './parts.tsx'

interface TrafficProps {
  readonly traffic: readonly TrafficPoint[]
  readonly range: TimeRange
  readonly theme: string
}

const REQUESTS: readonly Line[] = [
  { label: 'all', colour: '--requests', fill: 0.3 },
  { label: '4xx', colour: '--chart-warn', fill: 0.55, width: 1 },
  { label: 'failed', colour: '--bad', fill: 0.8, width: 1 },
]
const REQUEST_FIGURES = [
  ({ requests }: TrafficPoint) => requests,
  ({ clientErrors }: TrafficPoint) => clientErrors,
  ({ errors }: TrafficPoint) => errors,
]
const LATENCY: readonly Line[] = [
  { label: 'p99', colour: '--p99', width: 1.25 },
  { label: 'p95', colour: '--p95', width: 1.75 },
  { label: 'p50', colour: '--p50', width: 2, fill: 0.25 },
]
const LATENCY_FIGURES = [
  ({ p99Ms }: TrafficPoint) => p99Ms,
  ({ p95Ms }: TrafficPoint) => p95Ms,
  ({ p50Ms }: TrafficPoint) => p50Ms,
]
const WEIGHT = ({ requests }: TrafficPoint): number => requests
const NO_FIGURE: Figure = { value: NOTHING, unit: '' }

export function RequestsCard({ traffic, range, theme }: TrafficProps): JSX.Element {
  const [hovered, setHovered] = useState<number | undefined>(undefined)
  const { fromMs, toMs, stepMs } = range
  const columns = useMemo(
    () => columnsOf(since(traffic, fromMs), { stepMs, figures: REQUEST_FIGURES }),
    [traffic, fromMs, stepMs],
  )
  const minute = since(traffic, toMs - 59_999)
  const requests = minute.reduce((sum, each) => sum + each.requests, 0)
  const errors = minute.reduce((sum, each) => sum + each.errors, 0)
  const perSecond = rate(minute.length === 0 ? 0 : requests / minute.length)
  const failed = percent(requests === 0 ? 0 : errors / requests)
  return (
    <Card title="Traffic">
      <BigFigure figure={{ value: perSecond, unit: '/s' }}>
        <span class={errors > 0 ? 'beside bad' : 'beside'}>{failed} failed</span>
        <span class="beside">in the last minute</span>
      </BigFigure>
      <Legend lines={REQUESTS} columns={columns} index={hovered} write={rate} note={stepWords(range)} />
      <Chart
        columns={columns}
        lines={REQUESTS}
        least={4}
        range={range}
        write={(value) => (Number.isInteger(value) ? rate(value) : '')}
        summary={`Requests a second over time: ${perSecond} in the last minute, ${failed} of them failed.`}
        theme={theme}
        onHover={setHovered}
      />
    </Card>
  )
}

export function LatencyCard({ traffic, range, theme }: TrafficProps): JSX.Element {
  const [hovered, setHovered] = useState<number | undefined>(undefined)
  const { fromMs, toMs, stepMs } = range
  const columns = useMemo(
    () => columnsOf(since(traffic, fromMs), { stepMs, figures: LATENCY_FIGURES, weight: WEIGHT }),
    [traffic, fromMs, stepMs],
  )
  const p95 = meanOf(since(traffic, toMs - 59_999), ({ p95Ms }) => p95Ms, WEIGHT)
  const figure = p95 === null ? NO_FIGURE : durationFigure(p95)
  return (
    <Card title="Latency">
      <BigFigure figure={figure}>
        <span class="beside">p95, mean of the last minute</span>
      </BigFigure>
      <Legend lines={LATENCY} columns={columns} index={hovered} write={duration} note={stepWords(range)} />
      <Chart
        columns={columns}
        lines={LATENCY}
        scale="log"
        least={10}
        range={range}
        write={duration}
        summary={`Latency over time, on a logarithmic scale: in the last minute ${figure.value} ${figure.unit} for 95 of 100 requests.`}
        theme={theme}
        onHover={setHovered}
      />
    </Card>
  )
}

function BigFigure({
  figure,
  children,
}: {
  readonly figure: Figure
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <p class="figures">
      <b class="figure">
        {figure.value}
        <small>{figure.unit}</small>
      </b>
      {children}
    </p>
  )
}
