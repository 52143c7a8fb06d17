/** Texts of /proc → numbers and places. Pure: it opens no file and knows no clock. What it does not understand is absent. */
import type { CpuTimes } from './sample.ts'

/** A jiffy as /proc tells it: USER_HZ is 100 on every Linux that Node runs on, whatever the kernel's own HZ. */
export const JIFFIES_PER_SECOND = 100
const MS_PER_JIFFY = 1_000 / JIFFIES_PER_SECOND

/** Directories whose files hold the figures of one cgroup. Under v1 each controller may stand elsewhere, or nowhere. */
export type CgroupPlace =
  | { readonly version: 'v2'; readonly directory: string }
  | {
      readonly version: 'v1'
      readonly memory: string | undefined
      readonly cpu: string | undefined
      readonly cpuacct: string | undefined
    }

/** A count: digits, and no more of them than 64 bits can fill. Anything else is undefined. */
export function countOf(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? ''
  return /^\d{1,20}$/.test(digits) ? Number(digits) : undefined
}

/** A size: a count that is exact as a number. The kernel writes "no limit" as one that is not (v1: 0x7FFFFFFFFFFFF000). */
export function bytesOf(text: string | undefined): number | undefined {
  const bytes = countOf(text)
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** /proc/meminfo, which has the node's figures also inside a container; undefined when one of them is missing. */
export function parseMeminfo(
  text: string,
): { readonly totalBytes: number; readonly freeBytes: number; readonly availableBytes: number } | undefined {
  const bytes = (name: string): number | undefined => {
    const kibibytes = bytesOf(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1])
    return kibibytes === undefined ? undefined : kibibytes * 1_024
  }
  const [totalBytes, freeBytes, availableBytes] = [bytes('MemTotal'), bytes('MemFree'), bytes('MemAvailable')]
  if (totalBytes === undefined || freeBytes === undefined || availableBytes === undefined) return undefined
  return { totalBytes, freeBytes, availableBytes }
}

/** /proc/stat: the times of every core that is on, in ms, in order. A line that is not understood is left out. */
export function parseCoreTimes(text: string): CpuTimes['times'][] {
  return [...text.matchAll(/^cpu\d+ +(.*)$/gm)].flatMap(([, fields = '']) => {
    const [user, nice, sys, idle, , irq] = fields.split(/\s+/).map(countOf)
    if (user === undefined || nice === undefined || sys === undefined) return []
    if (idle === undefined || irq === undefined) return []
    const ms = (jiffies: number): number => jiffies * MS_PER_JIFFY
    return [{ user: ms(user), nice: ms(nice), sys: ms(sys), idle: ms(idle), irq: ms(irq) }]
  })
}

/**
 * /proc/self/cgroup and /proc/self/mountinfo: where the cgroup of this process can be read. Undefined when it can't be seen.
 * A hybrid host mounts both; a controller works in one hierarchy only, so where v1 has memory, v2 has no figures of it.
 */
export function findCgroup(cgroup: string, mountinfo: string): CgroupPlace | undefined {
  const mounts = parseMounts(mountinfo)
  const paths = parseMemberships(cgroup)
  const v1 = (controller: string): string | undefined => {
    const own = mounts.filter(({ type, options }) => type === 'cgroup' && options.includes(controller))
    return directoryOf(paths.get(controller), own)
  }
  if (paths.has('memory') && mounts.some(({ type, options }) => type === 'cgroup' && options.includes('memory'))) {
    return { version: 'v1', memory: v1('memory'), cpu: v1('cpu'), cpuacct: v1('cpuacct') }
  }
  const unified = mounts.filter(({ type }) => type === 'cgroup2')
  const directory = directoryOf(paths.get(''), unified)
  return directory === undefined ? undefined : { version: 'v2', directory }
}

interface Mount {
  /** Which part of the hierarchy is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/** proc_pid_mountinfo(5): `id parent major:minor root point options optional... - type source superoptions`. */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root, point] = before.split(' ')
    const [type = '', , options = ''] = after.split(' ')
    return root && point
      ? [{ root: octalDecoded(root), point: octalDecoded(point), type, options: options.split(',') }]
      : []
  })
}

/** Space, tab, newline and backslash are written as three octal digits. */
function octalDecoded(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** cgroups(7): `id:controllers:path`, a line for each hierarchy. v2 has no controllers in its line: its key is ''. */
function parseMemberships(text: string): ReadonlyMap<string, string> {
  const members = [...text.matchAll(/^\d+:([^:]*):(\/.*)$/gm)]
  return new Map(members.flatMap(([, names = '', path = '']) => names.split(',').map((name) => [name, path] as const)))
}

/** The path counts from the root of the hierarchy, and a container often sees only a part of that mounted. */
function directoryOf(path: string | undefined, mounts: readonly Mount[]): string | undefined {
  // `/..`: outside of what this cgroup namespace shows. Following it would read somebody else's figures.
  if (path === undefined || /^\/\.\.(\/|$)/.test(path)) return undefined
  for (const { root, point } of mounts) {
    const base = root === '/' ? '' : root
    if (path === root || path.startsWith(`${base}/`)) return `${point}${path.slice(base.length)}`.replace(/\/$/, '')
  }
  return undefined
}
