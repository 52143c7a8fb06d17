/** The last looks at the container, a few numbers each, and what happened between two of them. It knows no clock. */
import type { ResourceWindow } from '../exchange.ts'
import type { Pressure, ResourceSample } from '../resources/sample.ts'

/** Cumulative counts in ms, and levels. */
interface Reading {
  readonly atMs: number
  readonly life: number
  readonly scope: ResourceWindow['scope']
  readonly counts: Counts
  readonly levels: Levels
}

const COUNTS = ['cpuUsedMs', 'cpuThrottledMs', 'cpuStalledMs', 'memoryStalledMs', 'ioStalledMs'] as const
type Counts = Readonly<Record<(typeof COUNTS)[number], number | undefined>>
type Levels = Pick<ResourceWindow, 'memoryHeadroomBytes' | 'openFds' | 'openFdsMax'>

export class ResourceHistory {
  readonly #samplesKept: number
  /** By time. */
  readonly #readings: Reading[] = []

  constructor(samplesKept: number) {
    this.#samplesKept = samplesKept
  }

  /** A look that saw neither the container nor the process says nothing: an app that has gone keeps its last reading. */
  push(sample: ResourceSample): void {
    if (sample.container === undefined && sample.process === undefined) return
    this.#readings.push(readingOf(sample))
    if (this.#readings.length > this.#samplesKept) this.#readings.shift()
  }

  get isEmpty(): boolean {
    return this.#readings.length === 0
  }

  /**
   * From the last look before `startMs` to the first after `endMs`, or to the last there is. Counts begin again with every
   * life of the app: of two lives it takes the later one, or the earlier for an exchange that ended with it.
   */
  windowOf(startMs: number, endMs: number, endedWithApp: boolean): ResourceWindow | undefined {
    const from = Math.max(0, this.#firstFrom(startMs, true) - 1)
    const to = Math.min(this.#readings.length - 1, this.#firstFrom(endMs, false))
    const seen = this.#readings.slice(from, Math.max(from, to) + 1)
    const life = (endedWithApp ? seen[0] : seen.at(-1))?.life
    const own = seen.filter((reading) => reading.life === life)
    const [before, after] = [own[0], own.at(-1)]
    return before && after && between(before, after)
  }

  /** The index of the first reading at that time or later; with `isPast` later only. By halves: there may be a thousand. */
  #firstFrom(atMs: number, isPast: boolean): number {
    let [low, high] = [0, this.#readings.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const readMs = this.#readings[middle]?.atMs ?? 0
      if (readMs < atMs || (isPast && readMs === atMs)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function readingOf({ atMonotonicMs, life, scope, container, process: app }: ResourceSample): Reading {
  const { cpu, memory, pressure } = container ?? {}
  const { limitBytes, workingSetBytes } = memory ?? {}
  const isLimited = limitBytes !== undefined && workingSetBytes !== undefined
  return {
    atMs: atMonotonicMs,
    life,
    scope,
    counts: {
      cpuUsedMs: ms(cpu?.timeSeconds),
      cpuThrottledMs: ms(cpu?.throttledSeconds),
      cpuStalledMs: stalledMs(pressure?.cpu),
      memoryStalledMs: stalledMs(pressure?.memory),
      ioStalledMs: stalledMs(pressure?.io),
    },
    levels: {
      ...(isLimited && { memoryHeadroomBytes: Math.max(0, limitBytes - workingSetBytes) }),
      ...(app?.openFds !== undefined && { openFds: app.openFds }),
      ...(app?.openFdsMax !== undefined && { openFdsMax: app.openFdsMax }),
    },
  }
}

function between(before: Reading, after: Reading): ResourceWindow {
  const { scope, levels } = after
  const happened: { -readonly [Name in keyof Counts]?: number } = {}
  for (const name of before === after ? [] : COUNTS) {
    const [first, last] = [before.counts[name], after.counts[name]]
    if (first !== undefined && last !== undefined && last >= first) happened[name] = last - first
  }
  return { scope, windowMs: after.atMs - before.atMs, ...happened, ...levels }
}

function stalledMs(pressure: Pressure | undefined): number | undefined {
  return ms(pressure?.someSeconds)
}

function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1e3
}
