/**
 * Durations counted in buckets: each power of two in eight equal parts, so that a percentile is known to a few parts in a hundred,
 * whatever its size, in one array that is as long for a second as for a day. It keeps nothing and knows no time.
 */

/** 2^-7 ms is 8 us: what is faster is in the first bucket. */
const EXPONENT_MIN = -7
/** 2^22 ms is more than an hour: what is slower is in the last. */
const EXPONENT_MAX = 22
const PARTS_BITS = 3
const PARTS = 2 ** PARTS_BITS
export const BUCKETS: number = (EXPONENT_MAX - EXPONENT_MIN) * PARTS

/** A double's exponent and the first bits of its mantissa are the number of its bucket; they are read from its upper half. */
const DOUBLE = new Float64Array(1)
const HALVES = new Uint32Array(DOUBLE.buffer)
const IS_LITTLE_ENDIAN: boolean = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const UPPER = IS_LITTLE_ENDIAN ? 1 : 0
const MANTISSA_BITS = 20
const SHIFT = MANTISSA_BITS - PARTS_BITS
const EXPONENT_BIAS = 1_023
const FIRST = (EXPONENT_BIAS + EXPONENT_MIN) << PARTS_BITS

/** Not negative. */
export function bucketOf(ms: number): number {
  DOUBLE[0] = ms
  const bucket = ((HALVES[UPPER] ?? 0) >>> SHIFT) - FIRST
  return bucket < 0 ? 0 : bucket < BUCKETS ? bucket : BUCKETS - 1
}

/** Where a bucket begins. */
function floorMs(bucket: number): number {
  return 2 ** (EXPONENT_MIN + (bucket >> PARTS_BITS)) * (1 + (bucket % PARTS) / PARTS)
}

export interface Percentiles {
  readonly p50Ms?: number
  readonly p95Ms?: number
  readonly p99Ms?: number
}

/** Of `counts`, by bucket. `maxMs`: the greatest that was counted, which no percentile exceeds. */
export function percentilesOf(counts: ArrayLike<number>, maxMs: number): Percentiles {
  let total = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) total += counts[bucket] ?? 0
  if (total === 0) return {}
  const at = (part: number): number => rounded(Math.min(maxMs, valueAt(counts, total * part)))
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

/** So many, counted from the fastest, are below it: as if those of one bucket were evenly spread. */
function valueAt(counts: ArrayLike<number>, rank: number): number {
  let below = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket] ?? 0
    if (below + count >= rank) {
      const floor = bucket === 0 ? 0 : floorMs(bucket)
      return floor + (floorMs(bucket + 1) - floor) * ((rank - below) / count)
    }
    below += count
  }
  return Number.POSITIVE_INFINITY
}

/** To the microsecond: more is noise, and is read by people and sent every second. */
export function rounded(ms: number): number {
  return Math.round(ms * 1e3) / 1e3
}
