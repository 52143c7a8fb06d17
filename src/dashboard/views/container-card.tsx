/** The container against its limits: memory, CPU, and what its tasks waited for. */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { LiveTick, ResourcePoint } from '../../admin/shapes.ts'
import { cpuGauge, type Gauge, memoryGauge, scopeWords, type Wait, waitsOf } from '../container.ts'
import { bytes, cores, counted, percent } from '../format.ts'
import { type Columns, columnsOf, since } from '../points.ts'
import type { TimeRange } from '../range.ts'
import { Chart, type Line } from './chart.tsx'
import { Card, Empty } from './parts.tsx'

export interface ContainerProps {
  readonly resources: readonly ResourcePoint[]
  readonly app: LiveTick['app']
  readonly range: TimeRange
  readonly theme: string
}

const LIMIT: Line = { label: 'limit', colour: '--limit', width: 1, dash: [4, 3] }
const MEMORY: readonly Line[] = [{ label: 'memory', colour: '--memory', fill: 0.35 }, LIMIT]
const CPU: readonly Line[] = [{ label: 'CPU', colour: '--cpu', fill: 0.35 }, LIMIT]
const WAITS: readonly Line[] = [
  { label: 'quota', colour: '--bad', fill: 0.4, width: 1 },
  { label: 'CPU', colour: '--cpu', width: 1 },
  { label: 'memory', colour: '--memory', width: 1 },
  { label: 'disk', colour: '--disk', width: 1 },
]

/** Below it nobody would notice. */
const LEAST_WAIT = 0.005
const EMPTY: Columns = [[]]
const share = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000)
const MEMORY_FIGURES = [(each: ResourcePoint) => each.memoryBytes, (each: ResourcePoint) => each.memoryLimitBytes]
const CPU_FIGURES = [(each: ResourcePoint) => each.cpuCores, (each: ResourcePoint) => each.cpuLimitCores]
const WAIT_FIGURES = [
  (each: ResourcePoint) => share(each.throttledMs),
  (each: ResourcePoint) => share(each.cpuStalledMs),
  (each: ResourcePoint) => share(each.memoryStalledMs),
  (each: ResourcePoint) => share(each.ioStalledMs),
]

export function ContainerCard({ resources, app, range, theme }: ContainerProps): JSX.Element {
  const { fromMs, stepMs } = range
  const [memory, cpu, waits] = useMemo(() => {
    const shown = since(resources, fromMs)
    return [MEMORY_FIGURES, CPU_FIGURES, WAIT_FIGURES].map((figures) => columnsOf(shown, { stepMs, figures }))
  }, [resources, fromMs, stepMs])
  const last = resources.at(-1)
  const scope = app?.scope
  const whose = scope === undefined ? undefined : <span class="beside">{scopeWords(scope)}</span>
  const common = { range, theme }
  return (
    <Card title="Container" class="container-card" aside={whose}>
      {last === undefined ? (
        <Empty>No look at the container yet.</Empty>
      ) : (
        <div class="gauges">
          <GaugeRow name="Memory" gauge={memoryGauge(last)} lines={MEMORY} columns={memory} write={bytes} {...common} />
          <GaugeRow name="CPU" gauge={cpuGauge(last)} lines={CPU} columns={cpu} write={cores} {...common} />
          <WaitRow waits={waitsOf(last)} columns={waits} {...common} />
        </div>
      )}
      <AppLine app={app?.app} />
    </Card>
  )
}

interface GaugeRowProps {
  readonly name: string
  readonly gauge: Gauge | undefined
  readonly columns: Columns | undefined
  readonly lines: readonly Line[]
  readonly write: (value: number) => string
  readonly range: TimeRange
  readonly theme: string
}

function GaugeRow({ name, gauge, columns, lines, write, range, theme }: GaugeRowProps): JSX.Element {
  const words = gauge === undefined ? 'not visible' : `${gauge.value} ${gauge.limit}`
  return (
    <div class="gauge">
      <h3>
        {name}
        {gauge?.ratio === undefined ? null : <span class={gauge.tone}>{percent(gauge.ratio)}</span>}
      </h3>
      <p>
        <b class={gauge?.tone}>{gauge?.value ?? '–'}</b> <span class="beside">{gauge?.limit ?? 'not visible'}</span>
      </p>
      <Chart
        columns={columns ?? EMPTY}
        lines={lines}
        least={0.001}
        range={range}
        write={write}
        theme={theme}
        isSmall
        summary={`${name} over time: now ${words}.`}
      />
    </div>
  )
}

interface WaitRowProps {
  readonly waits: readonly Wait[]
  readonly columns: Columns | undefined
  readonly range: TimeRange
  readonly theme: string
}

function WaitRow({ waits, columns, range, theme }: WaitRowProps): JSX.Element {
  const present = waits.filter(({ ratio }) => ratio >= LEAST_WAIT).sort((a, b) => b.ratio - a.ratio)
  const words = waits.length === 0 ? 'not visible' : present.map(waitWords).join(', ') || 'nothing'
  return (
    <div class="gauge">
      <h3>Waited for</h3>
      <p>
        {present.length === 0 ? <b>{words}</b> : null}
        {present.slice(0, 2).map((wait) => (
          <span key={wait.name} class="wait">
            <i class="swatch" style={{ background: `var(${wait.colour})` }} />
            {wait.name} <b>{percent(wait.ratio)}</b>
          </span>
        ))}
      </p>
      <Chart
        columns={columns ?? EMPTY}
        lines={WAITS}
        least={0.1}
        range={range}
        write={percent}
        theme={theme}
        isSmall
        summary={`What tasks of the container waited for over time, as a share of the time: now ${words}.`}
      />
    </div>
  )
}

function waitWords({ name, ratio }: Wait): string {
  return `${name} ${percent(ratio)}`
}

type App = NonNullable<LiveTick['app']>['app']

function AppLine({ app }: { readonly app: App | undefined }): JSX.Element | null {
  if (app === undefined) return null
  const kills = app.oomKills === 0 ? '' : `, ${counted(app.oomKills, 'kill')} for want of memory`
  const history = app.exits === 0 ? 'has not exited since podspan started' : `${counted(app.exits, 'exit')}${kills}`
  return (
    <p class="app-line">
      <span class={`dot ${app.isUp ? 'good' : 'bad'}`} aria-hidden="true" />
      The app is {app.isUp ? 'up' : 'down'}; {history}.
    </p>
  )
}
