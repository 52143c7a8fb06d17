/** What this process itself uses, from /proc: of podspan, never of the app. */
import { readFileSync } from 'node:fs'
import { JIFFIES_PER_SECOND } from './proc.ts'

export interface OwnUsage {
  readonly residentBytes: number
  readonly userSeconds: number
  readonly systemSeconds: number
}

/** The fields of /proc/PID/stat behind the name, which is in parentheses and may hold anything (proc_pid_stat(5)). */
const USER_TIME = 11
const SYSTEM_TIME = 12

/** Undefined where there is no /proc. */
export function readOwnUsage(): OwnUsage | undefined {
  try {
    return parseOwnUsage(readFileSync('/proc/self/stat', 'utf8'), readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return undefined
  }
}

export function parseOwnUsage(stat: string, status: string): OwnUsage {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return {
    residentBytes: Number(resident ?? 0) * 1_024,
    userSeconds: Number(fields[USER_TIME] ?? 0) / JIFFIES_PER_SECOND,
    systemSeconds: Number(fields[SYSTEM_TIME] ?? 0) / JIFFIES_PER_SECOND,
  }
}
