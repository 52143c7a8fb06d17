/** Real cgroups for tests, v1 or v2, and why there are none where they can't be made. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

const V1 = ['memory', 'cpu', 'cpuacct'] as const
const ROOT = '/sys/fs/cgroup'

export type Cgroups = { readonly version: 'v1' | 'v2' } | { readonly why: string }

/** The interface under which this process may make cgroups with limits of memory and CPU. */
export function availableCgroups(): Cgroups {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { why: 'no root on Linux: no cgroup can be made' }
  const probe = `podspan-probe-${process.pid}`
  try {
    const cgroup = makeCgroup(probe, {})
    cgroup.remove()
    return { version: cgroup.version }
  } catch (error) {
    return { why: `no cgroup can be made here: ${error}` }
  }
}

export interface TestCgroup {
  readonly version: 'v1' | 'v2'
  /** What PODSPAN_CGROUP may be told. */
  readonly directory: string
  /** The shell line that puts a shell into it. */
  readonly enter: string
  read(name: string): string
  /** As a runtime does when the container's last process has gone; throws while there is one. */
  remove(): void
}

export function makeCgroup(
  name: string,
  limits: { readonly memoryBytes?: number; readonly cores?: number },
): TestCgroup {
  return existsSync(`${ROOT}/memory`) ? makeV1(name, limits) : makeV2(name, limits)
}

const PERIOD_US = 100_000
/** The most there is: what a busy machine does not grant uses up no quota, and sees no kill in time. */
const V1_SHARES = 262_144
const V2_WEIGHT = 10_000

/** The command that runs what follows it in that cgroup. */
export const inside = ({ enter }: TestCgroup): string[] => ['sh', '-c', `${enter} && exec "$0" "$@"`]

function makeV1(name: string, { memoryBytes, cores }: { memoryBytes?: number; cores?: number }): TestCgroup {
  const directories = V1.map((controller) => `${ROOT}/${controller}/${name}`)
  for (const directory of directories) mkdirSync(directory, { recursive: true })
  if (memoryBytes !== undefined) {
    const memory = `${ROOT}/memory/${name}`
    writeFileSync(`${memory}/memory.limit_in_bytes`, String(memoryBytes))
    // Without it a machine with swap would swap and kill nobody.
    if (existsSync(`${memory}/memory.memsw.limit_in_bytes`))
      writeFileSync(`${memory}/memory.memsw.limit_in_bytes`, String(memoryBytes))
  }
  writeFileSync(`${ROOT}/cpu/${name}/cpu.shares`, String(V1_SHARES))
  if (cores !== undefined) writeFileSync(`${ROOT}/cpu/${name}/cpu.cfs_quota_us`, String(cores * PERIOD_US))
  return {
    version: 'v1',
    directory: `${ROOT}/memory/${name}`,
    enter: directories.map((directory) => `echo $$ > ${directory}/cgroup.procs`).join(' && '),
    read: (file) => readFileSync(directories.map((each) => `${each}/${file}`).find(existsSync) ?? '', 'utf8'),
    remove: () => directories.forEach((directory) => void rmdirSync(directory)),
  }
}

function makeV2(name: string, { memoryBytes, cores }: { memoryBytes?: number; cores?: number }): TestCgroup {
  writeFileSync(`${ROOT}/cgroup.subtree_control`, '+memory +cpu +pids')
  const directory = `${ROOT}/${name}`
  mkdirSync(directory, { recursive: true })
  if (memoryBytes !== undefined) {
    writeFileSync(`${directory}/memory.max`, String(memoryBytes))
    if (existsSync(`${directory}/memory.swap.max`)) writeFileSync(`${directory}/memory.swap.max`, '0')
  }
  if (existsSync(`${directory}/cpu.weight`)) writeFileSync(`${directory}/cpu.weight`, String(V2_WEIGHT))
  if (cores !== undefined) writeFileSync(`${directory}/cpu.max`, `${cores * PERIOD_US} ${PERIOD_US}`)
  return {
    version: 'v2',
    directory,
    enter: `echo $$ > ${directory}/cgroup.procs`,
    read: (file) => readFileSync(`${directory}/${file}`, 'utf8'),
    remove: () => rmdirSync(directory),
  }
}

export interface Figures {
  /** For startSidecar. */
  readonly by: readonly string[]
  readonly env: Readonly<Record<string, string>>
  remove(): void
}

/**
 * For a test that looks at a container's figures: the sidecar in a cgroup with limits, which it is told of. Where none can be made
 * it stays where it is, in what a developer's machine has.
 */
export function figures(name: string): Figures {
  if ('why' in availableCgroups()) return { by: [], env: {}, remove: () => {} }
  const cgroup = makeCgroup(`podspan-${process.pid}-${name}`, { memoryBytes: 536_870_912, cores: 2 })
  return { by: inside(cgroup), env: { PODSPAN_CGROUP: cgroup.directory }, remove: cgroup.remove }
}
