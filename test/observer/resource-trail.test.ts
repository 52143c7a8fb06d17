import { expect, test } from 'vitest'
import { ResourceTrail } from '../../src/observer/resource-trail.ts'
import type { ContainerSample, ResourceSample } from '../../src/resources/sample.ts'
import { sampleOf } from '../support/observed.ts'

const ANCHOR = { wallMs: 1_000_000, monotonicMs: 1_000 }

function containerOf(seconds: number): ContainerSample {
  return {
    scope: 'app',
    cgroup: 'v2',
    memory: { usageBytes: 200, workingSetBytes: 100, limitBytes: 400 },
    cpu: { timeSeconds: seconds, throttledSeconds: seconds / 10, limitCores: 2 },
    pressure: { cpu: { someSeconds: seconds / 5 }, memory: { someSeconds: 0 }, io: { someSeconds: 1 } },
    pids: {},
    io: {},
  }
}

function sampleAt(atMonotonicMs: number, changes: Partial<ResourceSample>): ResourceSample {
  return { ...sampleOf(1), atMonotonicMs, ...changes }
}

test('levels as they are, counts as what they grew by in a second', () => {
  const trail = new ResourceTrail(10, ANCHOR)
  const process = { pid: 1, openFds: 12 }
  trail.take(sampleAt(1_500, { container: containerOf(10), process }))
  const levels = { memoryBytes: 100, memoryLimitBytes: 400, cpuLimitCores: 2, openFds: 12 }
  expect(trail.endSecond()).toEqual({ atMs: 1_000_500, ...levels })
  // Two looks in a second are one point.
  trail.take(sampleAt(2_000, { container: containerOf(10.9), process }))
  trail.take(sampleAt(3_500, { container: containerOf(11), process }))
  expect(trail.endSecond()).toEqual({
    ...{ atMs: 1_002_500, ...levels },
    ...{ cpuCores: 0.5, throttledMs: 50, cpuStalledMs: 100, memoryStalledMs: 0, ioStalledMs: 0 },
  })
  expect(trail.endSecond()).toBeUndefined()
  expect(trail.points()).toHaveLength(2)
})

test('of two lives there is no rate, and of a container that is not seen its process tells', () => {
  const trail = new ResourceTrail(10, ANCHOR)
  trail.take(sampleAt(1_000, { container: containerOf(10) }))
  trail.endSecond()
  const process = { pid: 1, residentBytes: 77, userSeconds: 1, systemSeconds: 1 }
  trail.take(sampleAt(2_000, { life: 2, process }))
  expect(trail.endSecond()).toEqual({ atMs: 1_001_000, memoryBytes: 77 })
  trail.take(sampleAt(3_000, { life: 2, process: { ...process, systemSeconds: 1.5 } }))
  expect(trail.endSecond()).toEqual({ atMs: 1_002_000, memoryBytes: 77, cpuCores: 0.5 })
})
