/** The container's figures cut down to what charts show, a point a look, and rates since the one before. It knows no clock. */
import type { ResourcePoint } from '../admin/shapes.ts'
import type { ClockAnchor } from '../clock.ts'
import type { Pressure, ResourceSample } from '../resources/sample.ts'
import { rounded } from './latencies.ts'
import { Ring } from './ring.ts'

export class ResourceTrail {
  readonly #points: Ring<ResourcePoint>
  readonly #anchor: ClockAnchor
  #latest: ResourceSample | undefined
  /** The look of the last point. */
  #before: ResourceSample | undefined

  constructor(count: number, anchor: ClockAnchor) {
    this.#points = new Ring(count)
    this.#anchor = anchor
  }

  get latest(): ResourceSample | undefined {
    return this.#latest
  }

  /** There may be several looks a second: the last of them is the point. */
  take(sample: ResourceSample): void {
    this.#latest = sample
  }

  /** Undefined when there was no look in it. */
  endSecond(): ResourcePoint | undefined {
    const [before, now] = [this.#before, this.#latest]
    if (now === undefined || now === before) return undefined
    this.#before = now
    const atMs = Math.round(this.#anchor.wallMs + now.atMonotonicMs - this.#anchor.monotonicMs)
    const point = { atMs, ...present(levelsOf(now)), ...present(ratesOf(before, now)) }
    this.#points.push(point)
    return point
  }

  /** Oldest first. */
  points(): ResourcePoint[] {
    return this.#points.latest()
  }
}

type Figures = { readonly [Name in Exclude<keyof ResourcePoint, 'atMs'>]?: number | undefined }

/** Where the container is not to be seen the app's process may be. */
function levelsOf({ container, process: app }: ResourceSample): Figures {
  const { memory, cpu } = container ?? {}
  return {
    memoryBytes: memory?.workingSetBytes ?? memory?.usageBytes ?? (container ? undefined : app?.residentBytes),
    memoryLimitBytes: memory?.limitBytes,
    cpuLimitCores: cpu?.limitCores,
    openFds: app?.openFds,
  }
}

function ratesOf(before: ResourceSample | undefined, now: ResourceSample): Figures {
  // Counts begin again with every life.
  if (before === undefined || before.life !== now.life) return {}
  const seconds = (now.atMonotonicMs - before.atMonotonicMs) / 1e3
  const rate = (of: (sample: ResourceSample) => number | undefined, unit: number): number | undefined => {
    const [first, last] = [of(before), of(now)]
    if (first === undefined || last === undefined || seconds <= 0) return undefined
    return rounded((Math.max(0, last - first) / seconds) * unit)
  }
  const stalled = (of: (sample: ResourceSample) => Pressure | undefined): number | undefined =>
    rate((sample) => of(sample)?.someSeconds, 1e3)
  return {
    cpuCores: rate(cpuSeconds, 1),
    throttledMs: rate(({ container }) => container?.cpu.throttledSeconds, 1e3),
    cpuStalledMs: stalled(({ container }) => container?.pressure.cpu),
    memoryStalledMs: stalled(({ container }) => container?.pressure.memory),
    ioStalledMs: stalled(({ container }) => container?.pressure.io),
  }
}

function cpuSeconds({ container, process: app }: ResourceSample): number | undefined {
  if (container !== undefined) return container.cpu.timeSeconds
  return app && (app.userSeconds ?? 0) + (app.systemSeconds ?? 0)
}

/** exactOptionalPropertyTypes: an absent member is not one that is undefined. */
function present(figures: Figures): Partial<ResourcePoint> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined))
}
