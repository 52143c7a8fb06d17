/** Texts of cgroup files, v1 and v2 → the figures of a container. Pure: it asks a reader for each text and opens nothing. */
import { bytesOf, type CgroupPlace, countOf, JIFFIES_PER_SECOND } from './proc.ts'
import type { ContainerSample } from './sample.ts'

/** The text of a file, or undefined when it can't be read. */
export type ReadText = (path: string) => string | undefined

/** `cpu.usageCores` is not in it: that takes two looks. */
export function containerFigures(place: CgroupPlace, read: ReadText): ContainerSample {
  return place.version === 'v2' ? figuresV2(place.directory, read) : figuresV1(place, read)
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

/** Leaves out what is undefined. */
export function present<Name extends string>(
  figures: Readonly<Record<Name, number | undefined>>,
): { readonly [Key in Name]?: number } {
  const known: { [Key in Name]?: number } = {}
  for (const name in figures) {
    const figure = figures[name]
    if (figure !== undefined) known[name] = figure
  }
  return known
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html. The root cgroup has no memory.current, memory.max or cpu.max. */
function figuresV2(directory: string, read: ReadText): ContainerSample {
  const usageBytes = bytesOf(read(`${directory}/memory.current`))
  const memory = statOf(read(`${directory}/memory.stat`))
  const cpu = statOf(read(`${directory}/cpu.stat`))
  // `max` or a number of microseconds, then the period they are granted for.
  const [quota, period] = read(`${directory}/cpu.max`)?.split(' ') ?? []
  return {
    scope: 'self',
    cgroup: 'v2',
    memory: present({
      usageBytes,
      limitBytes: bytesOf(read(`${directory}/memory.max`)),
      workingSetBytes: workingSet(usageBytes, bytesOf(memory.get('inactive_file'))),
      rssBytes: bytesOf(memory.get('anon')),
    }),
    cpu: present({
      timeSeconds: ratio(countOf(cpu.get('usage_usec')), 1e6),
      userSeconds: ratio(countOf(cpu.get('user_usec')), 1e6),
      systemSeconds: ratio(countOf(cpu.get('system_usec')), 1e6),
      limitCores: ratio(countOf(quota), countOf(period)),
    }),
  }
}

/** https://docs.kernel.org/admin-guide/cgroup-v1/. `total_` is with the cgroups below, as the usage is. */
function figuresV1(place: Extract<CgroupPlace, { version: 'v1' }>, read: ReadText): ContainerSample {
  const file = (directory: string | undefined, name: string): string | undefined =>
    directory === undefined ? undefined : read(`${directory}/${name}`)
  const usageBytes = bytesOf(file(place.memory, 'memory.usage_in_bytes'))
  const memory = statOf(file(place.memory, 'memory.stat'))
  const cpu = statOf(file(place.cpuacct, 'cpuacct.stat'))
  return {
    scope: 'self',
    cgroup: 'v1',
    memory: present({
      usageBytes,
      limitBytes: bytesOf(file(place.memory, 'memory.limit_in_bytes')),
      workingSetBytes: workingSet(usageBytes, bytesOf(memory.get('total_inactive_file'))),
      rssBytes: bytesOf(memory.get('total_rss')),
    }),
    cpu: present({
      timeSeconds: ratio(countOf(file(place.cpuacct, 'cpuacct.usage')), 1e9),
      userSeconds: ratio(countOf(cpu.get('user')), JIFFIES_PER_SECOND),
      systemSeconds: ratio(countOf(cpu.get('system')), JIFFIES_PER_SECOND),
      // -1 is no quota, and no count.
      limitCores: ratio(countOf(file(place.cpu, 'cpu.cfs_quota_us')), countOf(file(place.cpu, 'cpu.cfs_period_us'))),
    }),
  }
}

/** Lines of a name and a value. */
function statOf(text: string | undefined): ReadonlyMap<string, string> {
  return new Map([...(text ?? '').matchAll(/^(\w+) (\d+)$/gm)].map(([, name = '', value = '']) => [name, value]))
}

/** The two are read one after the other, so the part may be larger than the whole: the kubelet says 0 then, too. */
function workingSet(usageBytes: number | undefined, inactiveFileBytes: number | undefined): number | undefined {
  if (usageBytes === undefined || inactiveFileBytes === undefined) return undefined
  return Math.max(0, usageBytes - inactiveFileBytes)
}

function ratio(figure: number | undefined, by: number | undefined): number | undefined {
  return figure === undefined || by === undefined || by === 0 ? undefined : figure / by
}
