/**
 * The threads that V8 keeps for collecting garbage and compiling stand behind the traffic, too: on a core that all share they
 * would take as much of it as the thread that serves. It knows Linux; elsewhere nothing changes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * Behind the thread that serves, whose CPU quota they share, and not so far that they starve. At 10 the p99 is lower still,
 * but memory waits so long to be swept that 11 MiB more are needed.
 */
const NICENESS = 5
const TASKS = '/proc/self/task'

/** Of the whole process: not for a library in somebody's program. */
export function lowerHelperThreads(): void {
  for (const tid of tasks()) if (nameOf(tid).includes('V8Worker')) standBehindTraffic(Number(tid))
}

function tasks(): string[] {
  try {
    return readdirSync(TASKS)
  } catch {
    return []
  }
}

/** '' of one that has ended. */
function nameOf(tid: string): string {
  try {
    return readFileSync(`${TASKS}/${tid}/comm`, 'utf8')
  } catch {
    return ''
  }
}

/** 0 is the thread that calls, on Linux. */
export function standBehindTraffic(tid: number): void {
  try {
    setPriority(tid, NICENESS)
  } catch {
    // It has ended, or a sandbox forbids it: the traffic shares the core with it.
  }
}
