/**
 * Looks at the container and its node every so often. Files are read synchronously, on a thread that may wait for them; no
 * child process is ever started. A figure that can't be read is left out, and the failing file said once.
 */
import { readFileSync } from 'node:fs'
import { cpus, freemem, platform, totalmem } from 'node:os'
import { mem } from 'systeminformation'
import { type Clock, every } from '../clock.ts'
import { containerFigures, present, type ReadText, usageCores } from './cgroup.ts'
import { findCgroup, parseCoreTimes, parseMeminfo } from './proc.ts'
import type { ContainerSample, CpuTimes, NodeSample, ResourceSample } from './sample.ts'

export interface SamplerOptions {
  readonly clock: Clock
  readonly everyMs: number
  /** Told of the first sample before startSampler returns, then of one every period. */
  readonly onSample: (sample: ResourceSample) => void
  readonly say: (text: string) => void
}

export interface Sampler {
  latest(): ResourceSample | undefined
  /** Looks at once; the sample becomes the latest and is not given to onSample. Never throws. */
  sampleNow(): ResourceSample
  stop(): void
}

export function startSampler({ clock, everyMs, onSample, say }: SamplerOptions): Sampler {
  const read = createReader(say)
  const lookAtContainer = createContainerLook(read, say)
  const lookAtNode = createNodeLook(read, say)
  let latest: ResourceSample | undefined
  const sampleNow = (): ResourceSample => {
    const atMonotonicMs = clock.monotonicMs()
    const container = lookAtContainer()
    latest = {
      atMonotonicMs,
      container: container && withUsage(container, atMonotonicMs, latest),
      node: lookAtNode(),
    }
    return latest
  }
  const turn = (): void => onSample(sampleNow())
  turn()
  return { latest: () => latest, sampleNow, stop: every(clock, everyMs, turn) }
}

function createReader(say: (text: string) => void): ReadText {
  const failed = new Set<string>()
  return (path) => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      if (!failed.has(path)) say(`cannot read ${path}, its figures are left out: ${error}`)
      failed.add(path)
      return undefined
    }
  }
}

/** Where the cgroup stands is found once: a container does not move. */
function createContainerLook(read: ReadText, say: (text: string) => void): () => ContainerSample | undefined {
  const place = findCgroup(read('/proc/self/cgroup') ?? '', read('/proc/self/mountinfo') ?? '')
  if (place === undefined) say('no cgroup of this process is to be seen: the figures of the container are left out')
  return () => place && containerFigures(place, read)
}

function withUsage(now: ContainerSample, atMs: number, before: ResourceSample | undefined): ContainerSample {
  const { cpu } = now
  const used =
    before &&
    usageCores(
      { atMs: before.atMonotonicMs, timeSeconds: before.container?.cpu.timeSeconds },
      { atMs, timeSeconds: cpu.timeSeconds },
    )
  return { ...now, cpu: { ...cpu, ...present({ usageCores: used }) } }
}

type NodeMemory = Omit<NodeSample, 'cpus'>

function createNodeLook(read: ReadText, say: (text: string) => void): () => NodeSample {
  // Models and speeds do not change, and asking for them is dear: the kernel may interrupt every core to tell its MHz.
  const models = cpus()
  let memory: NodeMemory | undefined
  let hasFailed = false
  const refresh = (): void => {
    // Elsewhere mem() starts a child process.
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
    return { ...(memory ?? firstMemory(read)), cpus: coresOf(read('/proc/stat'), models) }
  }
}

/** Before systeminformation has answered for the first time, and where it can't. */
function firstMemory(read: ReadText): NodeMemory {
  const known = parseMeminfo(read('/proc/meminfo') ?? '')
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
