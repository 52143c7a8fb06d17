/** The node's memory, cores, load, pressure and disk: none of it is namespaced, so it is nobody's container's. No child is ever started. */
import { statfsSync } from 'node:fs'
import { cpus, freemem, loadavg, platform, totalmem } from 'node:os'
import type * as systeminformation from 'systeminformation'
// @ts-expect-error: the package has types for the whole only, which is half a megabyte of text in the observer.
import { mem as memoryOf } from 'systeminformation/lib/memory.js'
import { pressuresOf } from './pressure.ts'
import { parseCoreTimes, parseMeminfo } from './proc.ts'
import type { CpuTimes, NodeSample } from './sample.ts'
import { textOf } from './text-of.ts'

const mem: typeof systeminformation.mem = memoryOf

type NodeMemory = Pick<NodeSample, 'totalMemoryBytes' | 'freeMemoryBytes' | 'availableMemoryBytes'>

export function createNodeLook(say: (text: string) => void): () => NodeSample {
  // Models and speeds do not change, and asking for them is dear: the kernel may interrupt every core to tell its MHz.
  const models = cpus()
  let memory: NodeMemory | undefined
  let hasFailed = false
  const refresh = (): void => {
    // Elsewhere mem() starts a child process; so do cpu(), fsSize() and currentLoad() everywhere.
    if (platform() !== 'linux') return
    mem().then(
      ({ total, free, available }) => {
        memory = { totalMemoryBytes: total, freeMemoryBytes: free, availableMemoryBytes: available }
      },
      (error) => {
        if (!hasFailed) say(`cannot read the memory of the node: ${error}`)
        hasFailed = true
      },
    )
  }
  return () => {
    // The answer comes later: a sample carries the one to the question of the sample before.
    refresh()
    const [one = 0, five = 0, fifteen = 0] = loadavg()
    return {
      ...(memory ?? firstMemory()),
      cpus: coresOf(textOf('/proc/stat'), models),
      load: [one, five, fifteen],
      pressure: pressuresOf((resource) => textOf(`/proc/pressure/${resource}`)),
      ...filesystem(),
    }
  }
}

/** Before systeminformation has answered for the first time, and where it can't. */
function firstMemory(): NodeMemory {
  const known = parseMeminfo(textOf('/proc/meminfo') ?? '')
  return {
    totalMemoryBytes: known?.totalBytes ?? totalmem(),
    freeMemoryBytes: known?.freeBytes ?? freemem(),
    availableMemoryBytes: known?.availableBytes ?? freemem(),
  }
}

function coresOf(stat: string | undefined, models: ReturnType<typeof cpus>): CpuTimes[] {
  const all = parseCoreTimes(stat ?? '')
  if (all.length === 0) return cpus().map(({ model, speed, times }) => ({ model, speedMhz: speed, times }))
  return all.map((times, index) => {
    const { model, speed } = models[index] ?? { model: 'unknown', speed: 0 }
    return { model, speedMhz: speed, times }
  })
}

function filesystem(): Pick<NodeSample, 'filesystem'> {
  try {
    const { blocks, bavail, bsize } = statfsSync('/')
    return { filesystem: { totalBytes: blocks * bsize, availableBytes: bavail * bsize } }
  } catch {
    return {}
  }
}
