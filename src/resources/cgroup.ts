/** Texts of cgroup files, v1 and v2 → the figures of a container. Pure: it asks a reader for each text and opens nothing. */
import type { CgroupPlace } from './cgroup-place.ts'
import { pressuresOf } from './pressure.ts'
import { bytesOf, countOf, JIFFIES_PER_SECOND, lineOf } from './proc.ts'
import type { ContainerCpu, ContainerMemory, ContainerSample } from './sample.ts'

/** The text of a file, or undefined when it can't be read. */
export type ReadText = (path: string) => string | undefined

/** All of a container but whose it is. `cpu.usageCores` is not in it: that takes two looks. */
export type CgroupFigures = Omit<ContainerSample, 'scope'>

export function containerFigures(place: CgroupPlace, read: ReadText): CgroupFigures {
  return place.version === 'v2' ? figuresV2(place.directory, read) : figuresV1(place, read)
}

/** The file that tells of kills. */
export function oomFileOf(place: CgroupPlace): string | undefined {
  if (place.version === 'v2') return `${place.directory}/memory.events`
  return place.memory === undefined ? undefined : `${place.memory}/memory.oom_control`
}

/** What it says: processes that the kernel killed for want of memory, since the cgroup was made. */
export function oomKillsOf(text: string | undefined): number | undefined {
  return countOf(lineOf(text, 'oom_kill '))
}

/**
 * Cores used between two looks, from the cumulative CPU times in seconds and the times of the looks in ms.
 * Undefined when a figure is missing, no time has passed, or the counter went back (another cgroup of the same name).
 */
export function usageCores(before: CpuReading, now: CpuReading): number | undefined {
  if (before.timeSeconds === undefined || now.timeSeconds === undefined) return undefined
  const used = now.timeSeconds - before.timeSeconds
  const elapsed = (now.atMs - before.atMs) / 1_000
  return used >= 0 && elapsed > 0 ? used / elapsed : undefined
}

export interface CpuReading {
  readonly atMs: number
  readonly timeSeconds: number | undefined
}

export type Numbers<Name extends string> = Readonly<Record<Name, number | undefined>>

/** Leaves out what is undefined. */
export function present<Name extends string>(figures: Numbers<Name>): { readonly [Key in Name]?: number } {
  const known: { [Key in Name]?: number } = {}
  for (const name in figures) {
    const figure = figures[name]
    if (figure !== undefined) known[name] = figure
  }
  return known
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html. The root cgroup has no memory.current, memory.max or cpu.max. */
function figuresV2(directory: string, read: ReadText): CgroupFigures {
  const file = (name: string): string | undefined => read(`${directory}/${name}`)
  return {
    cgroup: 'v2',
    memory: memoryV2(file),
    cpu: cpuV2(file),
    pressure: pressuresOf((resource) => file(`${resource}.pressure`)),
    pids: pidsOf(file),
    io: ioV2(file('io.stat')),
  }
}

type ReadFile = (name: string) => string | undefined

function memoryV2(file: ReadFile): ContainerMemory {
  const usageBytes = bytesOf(file('memory.current'))
  const stat = statOf(file('memory.stat'))
  const events = statOf(file('memory.events'))
  return present({
    usageBytes,
    limitBytes: bytesOf(file('memory.max')),
    highBytes: bytesOf(file('memory.high')),
    peakBytes: bytesOf(file('memory.peak')),
    workingSetBytes: workingSet(usageBytes, bytesOf(stat('inactive_file'))),
    rssBytes: bytesOf(stat('anon')),
    ...faults(countOf(stat('pgfault')), countOf(stat('pgmajfault'))),
    highEvents: countOf(events('high')),
    maxEvents: countOf(events('max')),
    oomEvents: countOf(events('oom')),
    oomKills: countOf(events('oom_kill')),
  })
}

function cpuV2(file: ReadFile): ContainerCpu {
  const stat = statOf(file('cpu.stat'))
  // `max` or a number of microseconds, then the period they are granted for.
  const [quota, period] = file('cpu.max')?.split(' ') ?? []
  return present({
    timeSeconds: ratio(countOf(stat('usage_usec')), 1e6),
    userSeconds: ratio(countOf(stat('user_usec')), 1e6),
    systemSeconds: ratio(countOf(stat('system_usec')), 1e6),
    limitCores: ratio(countOf(quota), countOf(period)),
    periods: countOf(stat('nr_periods')),
    throttledPeriods: countOf(stat('nr_throttled')),
    throttledSeconds: ratio(countOf(stat('throttled_usec')), 1e6),
  })
}

/** `major:minor rbytes=1 wbytes=2 rios=3 ...`, a line for each device. */
function ioV2(text: string | undefined): ContainerSample['io'] {
  const of = (name: string): number | undefined =>
    total([...(text ?? '').matchAll(new RegExp(`^\\d+:\\d+ .*?\\b${name}=(\\d+)`, 'gm'))])
  return text === undefined ? {} : present({ readBytes: of('rbytes'), writeBytes: of('wbytes') })
}

/**
 * https://docs.kernel.org/admin-guide/cgroup-v1/. `total_` is with the cgroups below, as the usage is. Pressure is told by
 * v2 alone: a hybrid host has it in the hierarchy that is mounted beside.
 */
function figuresV1(place: Extract<CgroupPlace, { version: 'v1' }>, read: ReadText): CgroupFigures {
  const file = (directory: string | undefined, name: string): string | undefined =>
    directory === undefined ? undefined : read(`${directory}/${name}`)
  return {
    cgroup: 'v1',
    memory: memoryV1((name) => file(place.memory, name)),
    cpu: cpuV1(
      (name) => file(place.cpu, name),
      (name) => file(place.cpuacct, name),
    ),
    pressure: pressuresOf((resource) => file(place.unified, `${resource}.pressure`)),
    pids: pidsOf((name) => file(place.pids, name)),
    io: ioV1(file(place.blkio, 'blkio.throttle.io_service_bytes_recursive')),
  }
}

function memoryV1(file: ReadFile): ContainerMemory {
  const usageBytes = bytesOf(file('memory.usage_in_bytes'))
  const stat = statOf(file('memory.stat'))
  return present({
    usageBytes,
    limitBytes: bytesOf(file('memory.limit_in_bytes')),
    peakBytes: bytesOf(file('memory.max_usage_in_bytes')),
    workingSetBytes: workingSet(usageBytes, bytesOf(stat('total_inactive_file'))),
    rssBytes: bytesOf(stat('total_rss')),
    ...faults(countOf(stat('total_pgfault')), countOf(stat('total_pgmajfault'))),
    maxEvents: countOf(file('memory.failcnt')),
    oomKills: countOf(lineOf(file('memory.oom_control'), 'oom_kill ')),
  })
}

function cpuV1(file: ReadFile, account: ReadFile): ContainerCpu {
  const times = statOf(account('cpuacct.stat'))
  const stat = statOf(file('cpu.stat'))
  return present({
    timeSeconds: ratio(countOf(account('cpuacct.usage')), 1e9),
    userSeconds: ratio(countOf(times('user')), JIFFIES_PER_SECOND),
    systemSeconds: ratio(countOf(times('system')), JIFFIES_PER_SECOND),
    // -1 is no quota, and no count.
    limitCores: ratio(countOf(file('cpu.cfs_quota_us')), countOf(file('cpu.cfs_period_us'))),
    periods: countOf(stat('nr_periods')),
    throttledPeriods: countOf(stat('nr_throttled')),
    throttledSeconds: ratio(countOf(stat('throttled_time')), 1e9),
  })
}

/** `major:minor Read 1`, a line for each device and kind. */
function ioV1(text: string | undefined): ContainerSample['io'] {
  const of = (kind: string): number | undefined =>
    total([...(text ?? '').matchAll(new RegExp(`^\\d+:\\d+ ${kind} (\\d+)$`, 'gm'))])
  return text === undefined ? {} : present({ readBytes: of('Read'), writeBytes: of('Write') })
}

/** The same under both; `max` is no count, and no limit. */
function pidsOf(file: ReadFile): ContainerSample['pids'] {
  return present({ current: countOf(file('pids.current')), limit: countOf(file('pids.max')) })
}

/** `pgfault` counts both kinds. */
function faults(all: number | undefined, majorFaults: number | undefined): Numbers<'minorFaults' | 'majorFaults'> {
  const isKnown = all !== undefined && majorFaults !== undefined
  return { minorFaults: isKnown ? Math.max(0, all - majorFaults) : undefined, majorFaults }
}

function total(matches: readonly RegExpExecArray[]): number | undefined {
  return matches.length === 0 ? undefined : matches.reduce((sum, [, digits]) => sum + (countOf(digits) ?? 0), 0)
}

/** Lines of a name and a value, by the name. */
function statOf(text: string | undefined): (name: string) => string | undefined {
  return (name) => lineOf(text, `${name} `)
}

/** The two are read one after the other, so the part may be larger than the whole: the kubelet says 0 then, too. */
function workingSet(usageBytes: number | undefined, inactiveFileBytes: number | undefined): number | undefined {
  if (usageBytes === undefined || inactiveFileBytes === undefined) return undefined
  return Math.max(0, usageBytes - inactiveFileBytes)
}

function ratio(figure: number | undefined, by: number | undefined): number | undefined {
  return figure === undefined || by === undefined || by === 0 ? undefined : figure / by
}
