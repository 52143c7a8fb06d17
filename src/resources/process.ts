/** Texts of /proc/PID → the figures of one process. Pure: it asks a reader for each text, as cgroup.ts does. */
import { type Numbers, present, type ReadText } from './cgroup.ts'
import { bytesOf, countOf, JIFFIES_PER_SECOND, lineOf } from './proc.ts'
import type { ProcessSample } from './sample.ts'

export interface ProcessStat {
  /** Of the first thread. `Z` and `X` are dead. */
  readonly state: string
  /** Jiffies since boot; with the pid, which process it is: pids are used again. */
  readonly startedJiffies: number
  readonly userSeconds: number
  readonly systemSeconds: number
  readonly minorFaults: number
  readonly majorFaults: number
  readonly threads: number
}

/** proc_pid_stat(5): the fields behind the name, which is in parentheses and may hold anything. */
export function parseProcessStat(text: string | undefined): ProcessStat | undefined {
  const end = text?.lastIndexOf(') ') ?? -1
  const fields = end === -1 ? [] : (text ?? '').slice(end + 2).split(' ')
  const field = (index: number): number | undefined => countOf(fields[index])
  const [minorFaults, majorFaults, user, system] = [field(7), field(9), field(11), field(12)]
  const [threads, startedJiffies] = [field(17), field(19)]
  if (minorFaults === undefined || majorFaults === undefined || user === undefined) return undefined
  if (system === undefined || threads === undefined || startedJiffies === undefined) return undefined
  const [userSeconds, systemSeconds] = [user / JIFFIES_PER_SECOND, system / JIFFIES_PER_SECOND]
  return { state: fields[0] ?? '', startedJiffies, userSeconds, systemSeconds, minorFaults, majorFaults, threads }
}

/**
 * With its last thread, which closes its sockets: of a process that is killed the first one may be dead for as long as the others
 * give back its memory. What is left then is told until the parent has asked.
 */
export function isDead({ state, threads }: ProcessStat): boolean {
  return state === 'X' || (state === 'Z' && threads <= 1)
}

export interface ProcessTexts {
  readonly pid: number
  /** Of a file in /proc/PID. */
  readonly read: ReadText
  /** How many descriptors are open; undefined when that is not to be seen. */
  readonly openFds: number | undefined
  /** /proc/uptime. */
  readonly uptime: string | undefined
}

/** Undefined when there is no such process any more. */
export function processFigures({ pid, read, openFds, uptime }: ProcessTexts): ProcessSample | undefined {
  const stat = parseProcessStat(read('stat'))
  if (stat === undefined || isDead(stat)) return undefined
  const { state: _state, startedJiffies, ...counts } = stat
  return { pid, ...counts, ...present(statusFigures(read, openFds, uptimeSeconds(uptime, startedJiffies))) }
}

type StatusFigures = Numbers<Exclude<keyof ProcessSample, 'pid' | keyof ProcessStat>>

function statusFigures(read: ReadText, openFds: number | undefined, uptime: number | undefined): StatusFigures {
  const status = read('status')
  const value = (name: string): number | undefined =>
    countOf(/^\s+(\d+)(?: kB)?$/.exec(lineOf(status, `${name}:`) ?? '')?.[1])
  return {
    uptimeSeconds: uptime,
    residentBytes: kibibytes(value('VmRSS')),
    virtualBytes: kibibytes(value('VmSize')),
    proportionalBytes: kibibytes(bytesOf(/^Pss:\s+(\d+) kB$/m.exec(read('smaps_rollup') ?? '')?.[1])),
    openFds,
    openFdsMax: countOf(/^Max open files\s+(\d+)\s/m.exec(read('limits') ?? '')?.[1]),
    voluntarySwitches: value('voluntary_ctxt_switches'),
    involuntarySwitches: value('nonvoluntary_ctxt_switches'),
  }
}

/** /proc/uptime: `seconds-since-boot seconds-idle`. */
function uptimeSeconds(text: string | undefined, startedJiffies: number): number | undefined {
  const sinceBoot = /^(\d+\.\d+) /.exec(text ?? '')?.[1]
  return sinceBoot === undefined ? undefined : Math.max(0, Number(sinceBoot) - startedJiffies / JIFFIES_PER_SECOND)
}

function kibibytes(count: number | undefined): number | undefined {
  return count === undefined ? undefined : count * 1_024
}
