/** The sampler on the machine that runs the test, whatever its cgroups are. */
import childProcess from 'node:child_process'
import fs, { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { cpus, totalmem } from 'node:os'
import { afterEach, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import type { AppHint } from '../../src/resources/app.ts'
import type { ResourceSample } from '../../src/resources/sample.ts'
import type { Visibility } from '../../src/resources/visibility.ts'
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

function start(clock = new ManualClock(), app: AppHint = { target: undefined, pid: process.pid }) {
  const samples: ResourceSample[] = []
  const said: string[] = []
  const visible: Visibility[] = []
  const sampler = startSampler({
    clock,
    limits: DEFAULT_LIMITS,
    app,
    onSample: (sample) => void samples.push(sample),
    onVisible: (visibility) => void visible.push(visibility),
    say: (text) => void said.push(text),
  })
  return { clock, samples, said, visible, sampler }
}

const times = (samples: readonly ResourceSample[]) => samples.map((sample) => sample.atMonotonicMs)

it('samples at once, then every period, until it is stopped', async () => {
  const { clock, samples, sampler } = start()
  expect(samples).toHaveLength(1)
  await clock.pass(2_999)
  expect(times(samples)).toEqual([0, 1_000, 2_000])
  expect(sampler.latest()).toBe(samples[2])
  sampler.stop()
  await clock.pass(5_000)
  expect(samples).toHaveLength(3)
})

it('samples soon for whoever asks, never closer than allowed, and goes on from there', async () => {
  const { clock, samples, sampler } = start()
  await clock.pass(10)
  for (let times = 0; times < 50; times++) sampler.soon()
  await clock.pass(189)
  expect(times(samples)).toEqual([0])
  await clock.pass(1)
  await clock.pass(250)
  sampler.soon()
  await clock.pass(1_000)
  expect(times(samples)).toEqual([0, 200, 450, 1_450])
  sampler.stop()
})

it('looks at the app alone in between: the network and the node are as they were until a look is due', async () => {
  const { clock, samples, sampler } = start()
  for (const ms of [200, 200, 200]) {
    sampler.soon()
    await clock.pass(ms)
  }
  sampler.stop()
  expect(times(samples)).toEqual([0, 200, 400, 600])
  const [first, second, third, last] = samples
  for (const between of [second, third]) {
    expect(between?.node).toBe(first?.node)
    expect(between?.network).toBe(first?.network)
    expect(between?.app).not.toBe(first?.app)
  }
  expect(last?.node).not.toBe(first?.node)
})

onLinux("tells the node's memory, cores, load and disk as /proc and the system do", async () => {
  const { clock, samples, sampler } = start()
  await clock.pass(1_000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  await clock.pass(1_000)
  sampler.stop()
  const totalKibibytes = Number(/^MemTotal: +(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1])
  for (const { node } of samples) {
    expect(node.totalMemoryBytes).toBe(totalKibibytes * 1_024)
    expect(node.freeMemoryBytes).toBeLessThan(node.totalMemoryBytes)
    expect(node.availableMemoryBytes).toBeGreaterThan(0)
    expect(node.cpus.map(({ model }) => model)).toEqual(cpus().map(({ model }) => model))
    expect(node.load).toHaveLength(3)
    expect(node.filesystem?.availableBytes).toBeGreaterThan(0)
  }
})

onLinux('tells the figures of the cgroup that the app and podspan share, and of the process', (context) => {
  const { samples, sampler } = start()
  sampler.stop()
  const [{ container, process: app, scope } = samples[0] as ResourceSample] = samples
  const { heapTotal, rss } = process.memoryUsage()
  expect(app?.pid).toBe(process.pid)
  expect((app?.residentBytes ?? 0) / rss).toBeGreaterThan(0.9)
  expect((app?.residentBytes ?? 0) / rss).toBeLessThan(1.1)
  expect(app?.openFds).toBeGreaterThan(3)
  if (container?.memory.usageBytes === undefined) return context.skip('this machine shows no memory cgroup')
  expect(scope).toBe('shared')
  expect(container.memory.usageBytes).toBeGreaterThan(heapTotal)
  expect(container.memory.workingSetBytes).toBeLessThanOrEqual(container.memory.usageBytes)
})

onLinux('tells the cores that were used since a period ago, of looks in between too', async () => {
  // The root of the hierarchy: there is one everywhere, and what this process uses is in it.
  const { samples, sampler, clock } = start(new ManualClock(), { target: undefined, cgroup: '/' })
  const spinMs = 300
  const before = process.cpuUsage()
  while (process.cpuUsage(before).user < spinMs * 1e3);
  clock.block(spinMs)
  sampler.soon()
  await clock.pass(1)
  sampler.stop()
  const [first, second] = samples
  expect(first?.container?.cpu.timeSeconds).toBeGreaterThan(0)
  expect(first?.container?.cpu).not.toHaveProperty('usageCores')
  expect(second?.container?.cpu.usageCores).toBeGreaterThan(0.9)
})

onLinux('finds the app by the socket it listens on, and starts no process for that either', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { clock, samples, sampler } = start(new ManualClock(), { target: { kind: 'tcp', host: '127.0.0.1', port } })
  await clock.pass(2_000)
  expect(samples.map((sample) => sample.process?.pid)).toEqual([process.pid, process.pid, process.pid])
  await new Promise((resolve) => server.close(resolve))
  await clock.pass(1_000)
  expect(samples.at(-1)?.app).toMatchObject({ isUp: true })
  sampler.stop()
})

it('leaves out what it cannot read and never throws', async () => {
  const readAll = fs.readFileSync
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  let isRefusing = false
  vi.spyOn(fs, 'readFileSync').mockImplementation((...args) => {
    if (isRefusing) throw refused
    return readAll(...args)
  })
  syncBuiltinESMExports()
  const { clock, samples, said, sampler } = start()
  isRefusing = true
  await clock.pass(3_000)
  sampler.stop()
  expect(said).toEqual([])
  expect(samples).toHaveLength(4)
  const last = samples[3]
  expect(last?.process).toBeUndefined()
  expect(last?.network).toBeUndefined()
  expect(last?.container?.memory ?? {}).toEqual({})
  expect(last?.node.totalMemoryBytes).toBe(totalmem())
  expect(last?.node.cpus).toHaveLength(cpus().length)
})

it('costs less than one part in a hundred of a core, at one look a second', () => {
  const { clock, samples, sampler } = start()
  const looks = 200
  // All looks in a row: what they take of this thread, in CPU time and not by the clock on the wall.
  const before = process.threadCpuUsage()
  for (let look = 0; look < looks; look++) {
    clock.block(1_000)
    sampler.soon()
    clock.due()
  }
  const { user, system } = process.threadCpuUsage(before)
  sampler.stop()
  expect(samples.length).toBeGreaterThan(looks)
  expect((user + system) / 1e6 / looks).toBeLessThan(0.01)
})
