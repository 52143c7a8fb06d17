/** The thread of the open-loop load that keeps the time: it sleeps until a request is due and writes it to a free lane. */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { BUSY, FREE, nowNs, type Schedule } from './schedule.ts'

const { states, descriptors, request, startNs, everyNs, burst, count }: Schedule = workerData
const { state, dueNs, wake } = states
const bytes = Buffer.from(request)
const NS_PER_MS = 1e6
const STUCK_MS_MAX = 1_000

let lane = 0

/** The next free lane after the last one used; -1 when all wait for their answers. */
function freeLane(): number {
  for (let tried = 0; tried < state.length; tried++) {
    lane = lane + 1 === state.length ? 0 : lane + 1
    if (Atomics.load(state, lane) === FREE) return lane
  }
  return -1
}

/** False: nothing was answered for a second. */
function waitForLane(): boolean {
  for (;;) {
    const seen = Atomics.load(wake, 0)
    Atomics.store(wake, 1, 1)
    const isFree = freeLane() !== -1
    const waited = isFree ? 'ok' : Atomics.wait(wake, 0, seen, STUCK_MS_MAX)
    Atomics.store(wake, 1, 0)
    if (isFree || waited === 'timed-out') return isFree
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))
for (let sent = 0; sent < count; sent++) {
  const due = startNs + (sent - (sent % burst)) * everyNs
  const aheadNs = due - nowNs()
  if (aheadNs > 0) Atomics.wait(sleeper, 0, 0, aheadNs / NS_PER_MS)
  if (freeLane() === -1 && !waitForLane()) break
  dueNs[lane] = due
  Atomics.store(state, lane, BUSY)
  writeSync(descriptors[lane] ?? -1, bytes)
}
