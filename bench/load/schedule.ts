/** What the two threads of the open-loop load share. */

/** A lane is one connection; it has at most one request under way. */
export const FREE = 0
export const BUSY = 1

export interface Shared {
  /** FREE or BUSY, by lane. */
  readonly state: Int32Array
  /** When the request under way should have left, by lane. */
  readonly dueNs: Float64Array
  /** A counter of answers to sleep on, and whether the pacer sleeps for want of a free lane. */
  readonly wake: Int32Array
}

export interface Schedule {
  readonly states: Shared
  readonly descriptors: readonly number[]
  readonly request: string
  /** When the first is due. */
  readonly startNs: number
  readonly everyNs: number
  /** So many are due at the same time, and then none for as long as they would have taken one by one. */
  readonly burst: number
  readonly count: number
}

export function shared(lanes: number): Shared {
  return {
    state: new Int32Array(new SharedArrayBuffer(4 * lanes)),
    dueNs: new Float64Array(new SharedArrayBuffer(8 * lanes)),
    wake: new Int32Array(new SharedArrayBuffer(8)),
  }
}

/** One clock for both threads; performance.now() counts from each thread's own start. */
export function nowNs(): number {
  return Number(process.hrtime.bigint())
}
