/** How much of a process is in memory, and which processes belong to it. */
import { readFileSync } from 'node:fs'

/** MiB of a /proc/PID/status. */
export function parseResident(status: string): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kib === undefined ? undefined : Number(kib) / 1_024
}

export function residentMib(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (parseResident(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? 0), 0)
}

/** The process and all that it started. */
export function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => familyOf(Number(child))))]
}
