/**
 * How the data thread is, for others to see: written by it now and then into memory that both threads share, because a
 * thread can measure only itself and must not be asked.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { type Clock, every } from './clock.ts'

export interface Pulse {
  readonly uptimeSeconds: number
  /** Part of the time, from 0 to 1, in which the loop was at work. */
  readonly utilization: number
  /** The longest that a timer of its own was late, since it was last read. */
  readonly delayMaxSeconds: number
  readonly heapUsedBytes: number
  /** Spent collecting garbage, since the start. */
  readonly gcSeconds: number
}

const UPTIME = 0
const UTILIZATION = 1
const DELAY_MAX = 2
const HEAP_USED = 3
const GC_SECONDS = 4
const CELLS = 5

export interface RunningPulse {
  readonly memory: SharedArrayBuffer
  stop(): void
}

/** On the thread that is to be seen. */
export function startPulse(clock: Clock, everyMs: number): RunningPulse {
  const memory = new SharedArrayBuffer(CELLS * Float64Array.BYTES_PER_ELEMENT)
  const cells = new Float64Array(memory)
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) cells[GC_SECONDS] = (cells[GC_SECONDS] ?? 0) + duration / 1e3
  })
  collections.observe({ entryTypes: ['gc'] })
  const startedMs = clock.monotonicMs()
  let beforeMs = startedMs
  let before = performance.eventLoopUtilization()
  const cancel = every(clock, everyMs, () => {
    const nowMs = clock.monotonicMs()
    const now = performance.eventLoopUtilization()
    cells[UPTIME] = (nowMs - startedMs) / 1e3
    cells[UTILIZATION] = performance.eventLoopUtilization(now, before).utilization
    cells[DELAY_MAX] = Math.max(cells[DELAY_MAX] ?? 0, (nowMs - beforeMs - everyMs) / 1e3)
    cells[HEAP_USED] = getHeapStatistics().used_heap_size
    beforeMs = nowMs
    before = now
  })
  const stop = (): void => {
    cancel()
    collections.disconnect()
  }
  return { memory, stop }
}

/** On any other thread. Reading begins the longest delay anew. */
export function readPulse(memory: SharedArrayBuffer): Pulse {
  const cells = new Float64Array(memory)
  const delayMaxSeconds = cells[DELAY_MAX] ?? 0
  cells[DELAY_MAX] = 0
  return {
    uptimeSeconds: cells[UPTIME] ?? 0,
    utilization: cells[UTILIZATION] ?? 0,
    delayMaxSeconds,
    heapUsedBytes: cells[HEAP_USED] ?? 0,
    gcSeconds: cells[GC_SECONDS] ?? 0,
  }
}
