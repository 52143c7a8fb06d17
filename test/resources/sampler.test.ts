/** The sampler on the machine that runs the test, whatever its cgroups are. */
import childProcess from 'node:child_process'
import fs, { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { afterEach, expect, it, vi } from 'vitest'
import { createClock } from '../../src/clock.ts'
import type { ResourceSample } from '../../src/resources/sample.ts'
import { ManualClock } from '../support/observed.ts'

// Before anything that could start a child is loaded: a library may keep `exec` in a constant of its own.
const started = vi.fn(() => {
  throw new Error('the sampler started a child process')
})
Object.assign(childProcess.ChildProcess.prototype, { spawn: started })
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  Object.assign(childProcess, { [name]: started })
}
syncBuiltinESMExports()
const { startSampler } = await import('../../src/resources/sampler.ts')

const onLinux = it.runIf(process.platform === 'linux')

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
  expect(started).not.toHaveBeenCalled()
})

function start(clock = new ManualClock()) {
  const samples: ResourceSample[] = []
  const said: string[] = []
  const options = { clock, everyMs: 1_000, onSample: (sample: ResourceSample) => void samples.push(sample) }
  return { clock, samples, said, sampler: startSampler({ ...options, say: (text) => said.push(text) }) }
}

it('samples at once, then every period, until it is stopped', async () => {
  const { clock, samples, sampler } = start()
  expect(samples).toHaveLength(1)
  await clock.pass(999)
  expect(samples).toHaveLength(1)
  await clock.pass(1)
  await clock.pass(1_000)
  expect(samples).toHaveLength(3)
  expect(sampler.latest()).toBe(samples[2])
  const times = samples.map((sample) => sample.atMonotonicMs)
  expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 1_000, 2_000])
  sampler.stop()
  await clock.pass(5_000)
  expect(samples).toHaveLength(3)
})

it('samples on demand without telling onSample', () => {
  const { samples, sampler } = start()
  const sample = sampler.sampleNow()
  expect(sampler.latest()).toBe(sample)
  expect(samples).toHaveLength(1)
  sampler.stop()
})

onLinux("tells the node's memory and cores, before systeminformation has answered and after", async () => {
  const read = vi.spyOn(fs, 'readFileSync')
  syncBuiltinESMExports()
  const { sampler } = start()
  const first = sampler.sampleNow().node
  expect(read).toHaveBeenCalledWith('/proc/meminfo', 'utf8')
  await vi.waitFor(() => {
    read.mockClear()
    sampler.sampleNow()
    expect(read).not.toHaveBeenCalledWith('/proc/meminfo', 'utf8')
  })
  const later = sampler.sampleNow().node
  for (const node of [first, later]) {
    expect(node.totalMemoryBytes).toBe(totalmem())
    expect(node.freeMemoryBytes).toBeGreaterThan(0)
    expect(node.freeMemoryBytes).toBeLessThan(node.totalMemoryBytes)
    expect(node.availableMemoryBytes).toBeGreaterThan(0)
    expect(node.availableMemoryBytes).toBeLessThanOrEqual(node.totalMemoryBytes)
    expect(node.cpus.map(({ model }) => model)).toEqual(cpus().map(({ model }) => model))
  }
  sampler.stop()
})

onLinux('agrees with /proc/meminfo, and with os.cpus() on the times of the cores', () => {
  const { sampler } = start()
  const before = cpus()
  const { node } = sampler.sampleNow()
  const after = cpus()
  const totalKibibytes = Number(/^MemTotal: +(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1])
  expect(node.totalMemoryBytes).toBe(totalKibibytes * 1_024)
  node.cpus.forEach(({ times }, index) => {
    for (const name of ['user', 'nice', 'sys', 'idle', 'irq'] as const) {
      expect(times[name]).toBeGreaterThanOrEqual(before[index]?.times[name] ?? Number.NaN)
      expect(times[name]).toBeLessThanOrEqual(after[index]?.times[name] ?? Number.NaN)
    }
  })
  sampler.stop()
})

onLinux('tells the figures of its own cgroup, which hold this process', (context) => {
  const { sampler } = start()
  const container = sampler.sampleNow().container
  sampler.stop()
  if (container?.memory.usageBytes === undefined) return context.skip('this machine shows no memory cgroup')
  expect(container.scope).toBe('self')
  const { usageBytes, workingSetBytes, rssBytes } = container.memory
  // Anonymous memory of this process is charged to its cgroup; the pages of shared libraries may be charged to another.
  const { heapTotal } = process.memoryUsage()
  expect(usageBytes).toBeGreaterThan(heapTotal)
  expect(workingSetBytes).toBeLessThanOrEqual(usageBytes)
  if (rssBytes !== undefined) expect(rssBytes).toBeGreaterThan(heapTotal)
})

onLinux('tells the cores that were used since the sample before', (context) => {
  const clock = createClock()
  const samples: ResourceSample[] = []
  const sampler = startSampler({ clock, everyMs: 60_000, onSample: (sample) => samples.push(sample), say: () => {} })
  const first = sampler.latest()
  const cpuBefore = process.cpuUsage()
  const until = clock.monotonicMs() + 300
  while (clock.monotonicMs() < until);
  const { user, system } = process.cpuUsage(cpuBefore)
  const second = sampler.sampleNow()
  sampler.stop()
  if (first?.container?.cpu.timeSeconds === undefined) return context.skip('this machine shows no CPU cgroup')
  expect(first.container.cpu).not.toHaveProperty('usageCores')
  const elapsedMs = second.atMonotonicMs - first.atMonotonicMs
  // What this process used is the least; others may stand in the same cgroup. The counter steps in ticks of some ms.
  const ownCores = (user + system) / 1_000 / elapsedMs
  expect(second.container?.cpu.usageCores).toBeGreaterThan(ownCores * 0.8)
  expect(second.container?.cpu.usageCores).toBeLessThanOrEqual(cpus().length * 1.1)
})

it('leaves out what it cannot read, says each file once and never throws', async () => {
  const readAll = fs.readFileSync
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  let isRefusing = false
  vi.spyOn(fs, 'readFileSync').mockImplementation((...args) => {
    if (isRefusing) throw refused
    return readAll(...args)
  })
  syncBuiltinESMExports()
  const { clock, samples, said, sampler } = start()
  expect(said).toEqual([])
  isRefusing = true
  await clock.pass(1_000)
  const heard = [...said]
  expect(new Set(heard).size).toBe(heard.length)
  expect(heard).toContainEqual(expect.stringMatching(/^cannot read \/proc\/stat, .*EACCES/))
  await clock.pass(5_000)
  expect(said).toEqual(heard)
  expect(samples).toHaveLength(7)
  const { container, node } = sampler.sampleNow()
  expect(container?.memory ?? {}).toEqual({})
  expect(container?.cpu ?? {}).toEqual({})
  expect(node.totalMemoryBytes).toBe(totalmem())
  expect(node.cpus).toHaveLength(cpus().length)
  sampler.stop()
})

it('says once that it sees no cgroup', async () => {
  vi.spyOn(fs, 'readFileSync').mockImplementation(() => '')
  syncBuiltinESMExports()
  const { clock, said, sampler } = start()
  await clock.pass(3_000)
  expect(said).toEqual([expect.stringContaining('no cgroup of this process')])
  expect(sampler.latest()?.container).toBeUndefined()
  sampler.stop()
})
