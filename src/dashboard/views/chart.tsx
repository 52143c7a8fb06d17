/** One chart over time, drawn by uPlot. It knows columns and colours, and nothing of what they mean. */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Columns } from '../points.ts'
import type { TimeRange } from '../range.ts'
import { timesIn } from '../times.ts'

export interface Line {
  readonly label: string
  /** A custom property of the style sheet. */
  readonly colour: string
  readonly width?: number
  readonly dash?: readonly number[]
  /** Fills what is below, this strong at the top. */
  readonly fill?: number
}

export interface ChartProps {
  readonly columns: Columns
  readonly lines: readonly Line[]
  readonly scale?: 'linear' | 'log'
  /** The least that the scale reaches to, so that little does not look like much. */
  readonly least: number
  readonly range: TimeRange
  readonly write: (value: number) => string
  /** What is to be seen, for who does not see it. */
  readonly summary: string
  /** Small ones have no axes. */
  readonly isSmall?: boolean
  readonly theme: string
  /** The index under the pointer, in this chart or one beside it. */
  readonly onHover?: (index: number | undefined) => void
}

const times = timesIn()

/** Half a time of day: the last label of the axis stands around its place, which may be the right end. */
const LAST_TIME_PX = 26

export function Chart(props: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  const { columns, range, theme } = props

  // A theme has other colours, which uPlot asks for once.
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const made = new uPlot(optionsFor(latest, element), dataOf(latest.current.columns), element)
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [theme])

  useEffect(() => {
    plot.current?.batch((each: uPlot) => {
      each.setData(dataOf(columns), false)
      each.setScale('x', { min: range.fromMs / 1_000, max: range.toMs / 1_000 })
    })
  }, [columns, range.fromMs, range.toMs])

  return <div class={props.isSmall ? 'chart small' : 'chart'} role="img" aria-label={props.summary} ref={box} />
}

function dataOf(columns: Columns): uPlot.AlignedData {
  return columns as unknown as uPlot.AlignedData
}

function optionsFor(latest: { readonly current: ChartProps }, element: HTMLElement): uPlot.Options {
  const { lines, isSmall = false, scale = 'linear' } = latest.current
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: isSmall ? [3, 0, 1, 0] : [8, LAST_TIME_PX, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: 'podspan', setSeries: false, scales: ['x', null] },
      points: { size: 6, width: 1.5 },
    },
    scales: { x: { time: true, range: (_, min, max) => [min, max] }, y: yScale(scale, latest) },
    axes: isSmall ? [{ show: false }, { show: false }] : axesFor(latest, element),
    series: [{}, ...lines.map((line) => seriesFor(line, element))],
    hooks: { setCursor: [({ cursor }) => latest.current.onHover?.(cursor.idx ?? undefined)] },
  }
}

function yScale(scale: 'linear' | 'log', latest: { readonly current: ChartProps }): uPlot.Scale {
  if (scale === 'linear') {
    return { range: (_, __, max) => [0, Math.max(latest.current.least, (max ?? 0) * 1.08)] }
  }
  return {
    distr: 3,
    range: (_, min, max) => [
      10 ** Math.floor(Math.log10(Math.max(min ?? 1, 0.01))),
      Math.max(latest.current.least, (max ?? 1) * 1.3),
    ],
  }
}

function seriesFor({ label, colour, width = 1.5, dash, fill }: Line, element: HTMLElement): uPlot.Series {
  const stroke = colourOf(colour, element)
  return {
    label,
    stroke,
    width,
    points: { show: false },
    ...(dash === undefined ? {} : { dash: [...dash] }),
    ...(fill === undefined ? {} : { fill: (plot) => fading(plot, stroke, fill) }),
  }
}

function fading(plot: uPlot, colour: string, strength: number): CanvasGradient {
  const { top, height } = plot.bbox
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, withAlpha(colour, strength))
  gradient.addColorStop(1, withAlpha(colour, strength / 6))
  return gradient
}

/** Seconds that lie well on a clock. */
const TIME_STEPS = [10, 20, 30, 60, 120, 300, 600]

function axesFor(latest: { readonly current: ChartProps }, element: HTMLElement): uPlot.Axis[] {
  const common = {
    stroke: colourOf('--muted', element),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
  }
  const write = (value: number): string => latest.current.write(value)
  return [
    {
      ...common,
      grid: { show: false },
      size: 20,
      gap: 5,
      space: 64,
      incrs: TIME_STEPS,
      values: (_, at) => at.map(clockTime),
    },
    {
      ...common,
      grid: { stroke: colourOf('--grid', element), width: 1 },
      size: 50,
      gap: 6,
      space: 26,
      values: (_, at) => at.map(write),
      ...(latest.current.scale === 'log' ? POWERS : {}),
    },
  ]
}

/** A logarithmic axis would have a line for each digit, and label those it has room for. */
const POWERS: Pick<uPlot.Axis, 'splits' | 'filter'> = {
  splits: (_, __, min, max) => powersIn(min, max),
  filter: (_, powers) => powers,
}

function powersIn(min: number, max: number): number[] {
  const powers: number[] = []
  for (let power = Math.ceil(Math.log10(min) - 1e-9); 10 ** power <= max; power++) powers.push(10 ** power)
  return powers
}

function clockTime(seconds: number): string {
  const text = times.second(seconds * 1_000)
  return seconds % 60 === 0 ? text.replace(/:00$/, '') : text
}

/** As the browser resolves it in this theme: a canvas knows no custom property. */
function colourOf(property: string, element: HTMLElement): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${property})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, (_, parts: string) => `rgba(${parts}, ${alpha})`)
}
