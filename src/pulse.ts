/**
 * How a data thread is, for others to see: written by it now and then into memory that the threads share, because a
 * thread can measure only itself and must not be asked.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { type Clock, every } from './clock.ts'

export interface Pulse {
  /** Part of the time, from 0 to 1, in which the loop was at work. */
  readonly utilization: number
  /** The longest that a timer of its own was late, since it was last read. */
  readonly delayMaxSeconds: number
  readonly heapUsedBytes: number
  /** Spent collecting garbage, since the start. */
  readonly gcSeconds: number
}

const UTILIZATION = 0
const DELAY_MAX = 1
const HEAP_USED = 2
const GC_SECONDS = 3
const CELLS = 4

export function pulseMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Float64Array.BYTES_PER_ELEMENT)
}

/** On the thread that is to be seen. Returns what stops it. */
export function startPulse(clock: Clock, everyMs: number, memory: SharedArrayBuffer): () => void {
  const cells = new Float64Array(memory)
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) cells[GC_SECONDS] = (cells[GC_SECONDS] ?? 0) + duration / 1e3
  })
  collections.observe({ entryTypes: ['gc'] })
  let beforeMs = clock.monotonicMs()
  let before = performance.eventLoopUtilization()
  const cancel = every(clock, everyMs, () => {
    const nowMs = clock.monotonicMs()
    const now = performance.eventLoopUtilization()
    cells[UTILIZATION] = performance.eventLoopUtilization(now, before).utilization
    cells[DELAY_MAX] = Math.max(cells[DELAY_MAX] ?? 0, (nowMs - beforeMs - everyMs) / 1e3)
    cells[HEAP_USED] = getHeapStatistics().used_heap_size
    beforeMs = nowMs
    before = now
  })
  return () => {
    cancel()
    collections.disconnect()
  }
}

/** On any other thread. Reading begins the longest delay anew. */
export function readPulse(memory: SharedArrayBuffer): Pulse {
  const cells = new Float64Array(memory)
  const delayMaxSeconds = cells[DELAY_MAX] ?? 0
  cells[DELAY_MAX] = 0
  return {
    utilization: cells[UTILIZATION] ?? 0,
    delayMaxSeconds,
    heapUsedBytes: cells[HEAP_USED] ?? 0,
    gcSeconds: cells[GC_SECONDS] ?? 0,
  }
}

/** Of threads that share the work: the busiest and the latest of them, and the memory and time of all. */
export function togetherOf(pulses: readonly Pulse[]): Pulse {
  const sum = (of: (pulse: Pulse) => number): number => pulses.reduce((total, pulse) => total + of(pulse), 0)
  return {
    utilization: Math.max(0, ...pulses.map(({ utilization }) => utilization)),
    delayMaxSeconds: Math.max(0, ...pulses.map(({ delayMaxSeconds }) => delayMaxSeconds)),
    heapUsedBytes: sum(({ heapUsedBytes }) => heapUsedBytes),
    gcSeconds: sum(({ gcSeconds }) => gcSeconds),
  }
}
