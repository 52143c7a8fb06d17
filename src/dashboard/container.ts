/** The container's figures against their limits, and whose they are, in words. Pure. */
import type { ResourcePoint } from '../admin/shapes.ts'
import type { ResourceWindow } from '../exchange.ts'
import { bytes, cores, duration, percent } from './format.ts'
import type { Tone } from './outcome.ts'

type Scope = ResourceWindow['scope']

const SCOPES: Readonly<Record<Scope, string>> = {
  app: "the app's container",
  shared: 'one container with the app and podspan in it',
  pod: 'the whole pod',
  none: 'not visible from here',
}

/** From this share of a limit on it is worth a colour. */
const NEAR = 0.9
const CLOSE = 0.75
/** Of a window: for this share tasks stood still, and that is why. */
const STARVED = 0.1
/** Of a window: a CPU was busy for this share. */
const BUSY = 0.5
/** Of a window: a request that took this share of it is what the window tells of. */
const MOST = 0.5

export function scopeWords(scope: Scope): string {
  return SCOPES[scope]
}

export interface Gauge {
  readonly value: string
  /** `of 512 MiB`, or that there is no limit. */
  readonly limit: string
  /** Of the limit, where there is one. */
  readonly ratio?: number
  readonly tone: Tone
}

export function memoryGauge({ memoryBytes, memoryLimitBytes }: ResourcePoint): Gauge | undefined {
  if (memoryBytes === undefined) return undefined
  return gauge(bytes(memoryBytes), memoryBytes, memoryLimitBytes, bytes)
}

export function cpuGauge({ cpuCores, cpuLimitCores }: ResourcePoint): Gauge | undefined {
  if (cpuCores === undefined) return undefined
  return gauge(cores(cpuCores), cpuCores, cpuLimitCores, (limit) => `${cores(limit)} ${limit === 1 ? 'core' : 'cores'}`)
}

function gauge(value: string, used: number, limit: number | undefined, write: (limit: number) => string): Gauge {
  if (limit === undefined || limit <= 0) return { value, limit: 'no limit', tone: 'neutral' }
  const ratio = used / limit
  const tone = ratio >= NEAR ? 'bad' : ratio >= CLOSE ? 'warn' : 'neutral'
  return { value, limit: `of ${write(limit)}`, ratio, tone }
}

export interface Wait {
  readonly name: string
  /** Of the time; more than one when several tasks waited at once. */
  readonly ratio: number
  /** As its line in the chart. */
  readonly colour: string
}

/** What stood still, and for what, in one second; empty when none of it can be seen. */
export function waitsOf(point: ResourcePoint): readonly Wait[] {
  return [
    wait('CPU quota', '--bad', point.throttledMs),
    wait('CPU', '--cpu', point.cpuStalledMs),
    wait('memory', '--memory', point.memoryStalledMs),
    wait('disk', '--disk', point.ioStalledMs),
  ].flat()
}

function wait(name: string, colour: string, ms: number | undefined): Wait[] {
  return ms === undefined ? [] : [{ name, colour, ratio: ms / 1_000 }]
}

export interface WindowFact {
  readonly name: string
  readonly value: string
  /** Of the window or of a limit, where it is a share of one. */
  readonly ratio?: number
}

export function windowFacts(window: ResourceWindow): readonly WindowFact[] {
  const { windowMs, memoryHeadroomBytes, openFds, openFdsMax } = window
  const time = (name: string, ms: number | undefined): WindowFact[] => {
    if (ms === undefined || windowMs <= 0) return []
    return [{ name, value: `${duration(ms)} · ${percent(ms / windowMs)}`, ratio: ms / windowMs }]
  }
  const headroom = memoryHeadroomBytes === undefined ? undefined : bytes(memoryHeadroomBytes)
  return [
    ...time('CPU used', window.cpuUsedMs),
    ...time('Stood still, CPU quota used up', window.cpuThrottledMs),
    ...time('Waited for a CPU', window.cpuStalledMs),
    ...time('Waited for memory', window.memoryStalledMs),
    ...time('Waited for a disk', window.ioStalledMs),
    ...(headroom === undefined ? [] : [{ name: 'Memory left to the limit', value: headroom }]),
    ...(openFds === undefined ? [] : [descriptors(openFds, openFdsMax)]),
  ]
}

function descriptors(open: number, max: number | undefined): WindowFact {
  const name = 'Open descriptors'
  return max === undefined ? { name, value: String(open) } : { name, value: `${open} of ${max}`, ratio: open / max }
}

/**
 * Slow code or a starved container? Undefined where too little is seen to say: of a request that took a small part of the window
 * the CPU that others used tells nothing.
 */
export function windowVerdict(window: ResourceWindow, durationMs: number): string | undefined {
  const { windowMs, cpuUsedMs, cpuThrottledMs, cpuStalledMs, memoryStalledMs, ioStalledMs } = window
  if (window.scope === 'none' || windowMs <= 0) return undefined
  const share = (ms: number | undefined): number => (ms ?? 0) / windowMs
  if (share(cpuThrottledMs) >= STARVED) return 'The container was starved: its CPU quota was used up.'
  if (share(memoryStalledMs) >= STARVED) return 'The container was starved: tasks waited for memory.'
  if (share(ioStalledMs) >= STARVED) return 'The container waited for a disk.'
  if (share(cpuStalledMs) >= STARVED) return 'The container was starved: tasks waited for a CPU.'
  if (cpuUsedMs === undefined || durationMs < windowMs * MOST) return undefined
  return share(cpuUsedMs) >= BUSY
    ? 'The app was busy computing: the code is slow, not the container.'
    : 'Neither busy nor starved: the app waited for somebody else.'
}
