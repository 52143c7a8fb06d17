/**
 * Loaded into every thread of a program of Node by `--require`, for the two figures that only it can tell: each 100 ms a
 * line with the bytes V8 has allocated so far and the longest delay of the event loop since the line before.
 */
const { appendFileSync } = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { getHeapStatistics } = require('node:v8')
const { threadId } = require('node:worker_threads')

const EVERY_MS = 100
const file = `${process.env.BENCH_INSIDE}.${threadId}`
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
setInterval(() => {
  const line = {
    atMs: Date.now(),
    allocatedBytes: getHeapStatistics().total_allocated_bytes,
    delayMaxMs: delay.max / 1e6,
  }
  delay.reset()
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}, EVERY_MS).unref()
