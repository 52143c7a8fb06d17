/**
 * Values counted in buckets, explicit or exponential, as the metrics data model has them. The SDK hashes all labels anew for
 * every value, which cost more than all else of a span; here whoever knows the series holds its buckets. It knows no labels.
 */
import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'

export interface Buckets<Value extends Histogram | ExponentialHistogram = Histogram | ExponentialHistogram> {
  readonly count: number
  /** Not negative. */
  record(value: number): void
  /** What was counted so far, as a data point has it. */
  value(): Value
}

abstract class Summary {
  count = 0
  protected sum = 0
  protected min: number = Number.POSITIVE_INFINITY
  protected max: number = Number.NEGATIVE_INFINITY

  protected add(value: number): void {
    this.count++
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  protected summary(): { count: number; sum: number; min: number; max: number } {
    const { count, sum, min, max } = this
    return { count, sum, min, max }
  }
}

/** `boundaries`: inclusive upper bounds, ascending; what is above the last one has a bucket of its own. */
export class ExplicitBuckets extends Summary implements Buckets<Histogram> {
  readonly #boundaries: readonly number[]
  readonly #counts: Float64Array

  constructor(boundaries: readonly number[]) {
    super()
    this.#boundaries = boundaries
    this.#counts = new Float64Array(boundaries.length + 1)
  }

  record(value: number): void {
    this.add(value)
    // There are a dozen, and most values are small: looking from the bottom is the shortest way.
    let bucket = 0
    while (bucket < this.#boundaries.length && value > (this.#boundaries[bucket] ?? 0)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  value(): Histogram {
    return { ...this.summary(), buckets: { boundaries: [...this.#boundaries], counts: [...this.#counts] } }
  }
}

const SCALE_MAX = 20
const BUCKETS_MAX = 160
const NONE = { offset: 0, bucketCounts: [] }

/** Bucket i holds what is above 2^(i / 2^scale), up to 2^((i + 1) / 2^scale); the scale falls when the range grows too wide. */
export class ExponentialBuckets extends Summary implements Buckets<ExponentialHistogram> {
  #scale = SCALE_MAX
  #offset = 0
  #counts: number[] = []
  #zeroCount = 0

  record(value: number): void {
    this.add(value)
    if (value === 0) {
      this.#zeroCount++
      return
    }
    let index = indexOf(value, this.#scale)
    while (this.#width(index) > BUCKETS_MAX) {
      this.#halve()
      index = indexOf(value, this.#scale)
    }
    this.#reach(index)
    this.#counts[index - this.#offset] = (this.#counts[index - this.#offset] ?? 0) + 1
  }

  value(): ExponentialHistogram {
    const positive = { offset: this.#offset, bucketCounts: [...this.#counts] }
    return { ...this.summary(), scale: this.#scale, zeroCount: this.#zeroCount, positive, negative: NONE }
  }

  #width(index: number): number {
    if (this.#counts.length === 0) return 1
    return Math.max(index, this.#offset + this.#counts.length - 1) - Math.min(index, this.#offset) + 1
  }

  #reach(index: number): void {
    if (this.#counts.length === 0) this.#offset = index
    if (index < this.#offset) {
      this.#counts.unshift(...new Array<number>(this.#offset - index).fill(0))
      this.#offset = index
    }
    while (this.#offset + this.#counts.length <= index) this.#counts.push(0)
  }

  /** One scale less: two buckets become one. */
  #halve(): void {
    const offset = this.#offset >> 1
    const counts: number[] = []
    for (const [at, count] of this.#counts.entries()) {
      const bucket = ((this.#offset + at) >> 1) - offset
      counts[bucket] = (counts[bucket] ?? 0) + count
    }
    this.#scale--
    this.#offset = offset
    this.#counts = counts
  }
}

function indexOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1
}
