/**
 * The threads that V8 keeps for collecting garbage and compiling stand behind the traffic, too: on a core that all share they
 * would take as much of it as the thread that serves. It knows Linux; elsewhere nothing changes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * Its share of a core that is busy: a tenth at 10, a quarter at 5, a third at 3. It needs a fifth, and more in a moment when it has
 * fallen behind; with too little it drops exchanges.
 */
export const OBSERVER_NICENESS = 3
/** Little is left for them to do, and all of it can wait. */
const HELPER_NICENESS = 10
const TASKS = '/proc/self/task'

/** Of the whole process: not for a library in somebody's program. */
export function lowerHelperThreads(): void {
  for (const tid of tasks()) if (nameOf(tid).includes('V8Worker')) standBehindTraffic(Number(tid), HELPER_NICENESS)
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
export function standBehindTraffic(tid: number, niceness: number): void {
  try {
    setPriority(tid, niceness)
  } catch {
    // It has ended, or a sandbox forbids it: the traffic shares the core with it.
  }
}
