/**
 * CPU time of a process by thread, from /proc: schedstat counts nanoseconds, where stat counts hundredths of a second.
 * It knows no subject; what a thread's name stands for is one table.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** `data` carries the traffic; `observer` is podspan's second thread; `rest` is V8's and libuv's. Nanoseconds. */
export interface CpuTimes {
  readonly data: number
  readonly observer: number
  readonly rest: number
}

export interface Thread {
  readonly isMain: boolean
  readonly comm: string
  readonly ns: number
}

const NS_PER_TICK = 1e9 / 100
/** Beside the main thread, in Node, by the names that V8, libuv and Node give them. */
const HELPERS = /V8Worker|libuv-worker|SignalInspector|DelayedTask|^iou-/

/** `1234 5678 9`: time on a CPU, time waiting for one, time slices. Undefined where the kernel keeps none. */
export function parseSchedstat(text: string): number | undefined {
  const ns = /^(\d+) \d+ \d+/.exec(text)?.[1]
  return ns === undefined ? undefined : Number(ns)
}

/** proc_pid_stat(5), fields 14 and 15. The second field, the name, may hold blanks and brackets. */
export function parseStat(text: string): number | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isFinite(ticks) ? ticks * NS_PER_TICK : undefined
}

export function sumByThread(threads: readonly Thread[]): CpuTimes {
  const times = { data: 0, observer: 0, rest: 0 }
  for (const { isMain, comm, ns } of threads) {
    if (isMain) times.data += ns
    else times[comm === 'observer' ? 'observer' : HELPERS.test(comm) ? 'rest' : 'data'] += ns
  }
  return times
}

/** Of several processes together, as nginx is a master and its worker. */
export function readCpu(pids: readonly number[]): CpuTimes {
  return sumByThread(pids.flatMap(readThreads))
}

export function total({ data, observer, rest }: CpuTimes): number {
  return data + observer + rest
}

export function since(before: CpuTimes, now: CpuTimes): CpuTimes {
  return { data: now.data - before.data, observer: now.observer - before.observer, rest: now.rest - before.rest }
}

function readThreads(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
    const read = (name: string): string => readFileSync(`/proc/${pid}/task/${tid}/${name}`, 'utf8')
    try {
      const ns = parseSchedstat(read('schedstat')) ?? parseStat(read('stat'))
      return ns === undefined ? [] : [{ isMain: Number(tid) === pid, comm: read('comm').trim(), ns }]
    } catch {
      // The thread ended between the two looks.
      return []
    }
  })
}
