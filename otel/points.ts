/** Rows of metrics → instruments: what a sample says becomes points, and counters go on growing when the app is restarted. */
import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api'
import type { ResourceSample } from '../src/resources/sample.ts'

export type Point = readonly [value: number | undefined, attributes: Attributes]

export interface Row {
  readonly name: string
  readonly kind: 'counter' | 'level' | 'gauge'
  readonly unit: string
  /** A figure that is not known makes no point. */
  readonly points: (sample: ResourceSample) => readonly Point[]
}

/** Looks at every sample, so that no restart between two collections is missed. */
export class Points {
  readonly #rows: readonly Row[]
  readonly #seriesMax: number
  /** The latest last: interfaces of a node's network come and go, each with a name of its own. */
  readonly #totals = new Map<string, Total>()
  #latest: ResourceSample | undefined

  constructor(meter: Meter, rows: readonly Row[], seriesMax: number) {
    this.#rows = rows
    this.#seriesMax = seriesMax
    for (const row of rows) instrumentOf(meter, row).addCallback((result) => this.#observe(row, result))
  }

  take(sample: ResourceSample): void {
    this.#latest = sample
    for (const { name, kind, points } of this.#rows) {
      if (kind !== 'counter') continue
      for (const [value, attributes] of points(sample))
        if (value !== undefined) this.#totalOf(name, attributes).add(value)
    }
  }

  #observe({ name, kind, points }: Row, result: ObservableResult): void {
    for (const [value, attributes] of this.#latest === undefined ? [] : points(this.#latest)) {
      if (value === undefined) continue
      result.observe(kind === 'counter' ? this.#totalOf(name, attributes).value : value, attributes)
    }
  }

  #totalOf(name: string, attributes: Attributes): Total {
    const key = `${name} ${Object.values(attributes).join()}`
    const known = this.#totals.get(key) ?? new Total()
    this.#totals.delete(key)
    if (this.#totals.size >= this.#seriesMax) {
      const [eldest = ''] = this.#totals.keys()
      this.#totals.delete(eldest)
    }
    this.#totals.set(key, known)
    return known
  }
}

/** A count that begins again with every life of the app, as one that does not. */
class Total {
  #before = 0
  #last = 0

  add(count: number): void {
    if (count < this.#last) this.#before += this.#last
    this.#last = count
  }

  get value(): number {
    return this.#before + this.#last
  }
}

function instrumentOf(meter: Meter, { name, kind, unit }: Row): ReturnType<Meter['createObservableGauge']> {
  if (kind === 'counter') return meter.createObservableCounter(name, { unit })
  return kind === 'level'
    ? meter.createObservableUpDownCounter(name, { unit })
    : meter.createObservableGauge(name, { unit })
}
