import { describe, expect, it } from 'vitest'
import {
  cpuGauge,
  memoryGauge,
  scopeWords,
  waitsOf,
  windowFacts,
  windowVerdict,
} from '../../src/dashboard/container.ts'
import type { ResourceWindow } from '../../src/exchange.ts'

const MIB = 1_048_576

describe('a gauge', () => {
  it('has its figure, its limit, and a tone from there on where it gets near', () => {
    const limit = { memoryLimitBytes: 512 * MIB }
    expect(memoryGauge({ atMs: 0, memoryBytes: 256 * MIB, ...limit })).toEqual({
      value: '256 MiB',
      limit: 'of 512 MiB',
      ratio: 0.5,
      tone: 'neutral',
    })
    expect(memoryGauge({ atMs: 0, memoryBytes: 400 * MIB, ...limit })?.tone).toBe('warn')
    expect(memoryGauge({ atMs: 0, memoryBytes: 500 * MIB, ...limit })?.tone).toBe('bad')
    expect(cpuGauge({ atMs: 0, cpuCores: 0.62, cpuLimitCores: 1 })).toMatchObject({ value: '0.62', limit: 'of 1 core' })
    expect(cpuGauge({ atMs: 0, cpuCores: 0.62, cpuLimitCores: 2 })?.limit).toBe('of 2 cores')
  })

  it('says that there is no limit, and nothing of what cannot be seen', () => {
    expect(cpuGauge({ atMs: 0, cpuCores: 3 })).toEqual({ value: '3', limit: 'no limit', tone: 'neutral' })
    expect(cpuGauge({ atMs: 0 })).toBeUndefined()
    expect(memoryGauge({ atMs: 0, memoryLimitBytes: 1 })).toBeUndefined()
  })
})

it('knows what was waited for, and only that', () => {
  expect(waitsOf({ atMs: 0, throttledMs: 340, ioStalledMs: 0 }).map(({ name, ratio }) => [name, ratio])).toEqual([
    ['CPU quota', 0.34],
    ['disk', 0],
  ])
  expect(waitsOf({ atMs: 0 })).toEqual([])
})

it('says whose figures they are', () => {
  expect(scopeWords('app')).toBe("the app's container")
  expect(scopeWords('none')).toBe('not visible from here')
})

describe('the window of a request', () => {
  const window: ResourceWindow = { scope: 'app', windowMs: 1_000, cpuUsedMs: 100 }

  it('is told figure by figure', () => {
    expect(
      windowFacts({ ...window, cpuThrottledMs: 340, memoryHeadroomBytes: 96 * MIB, openFds: 84, openFdsMax: 1_024 }),
    ).toEqual([
      { name: 'CPU used', value: '100 ms · 10 %', ratio: 0.1 },
      { name: 'Stood still, CPU quota used up', value: '340 ms · 34 %', ratio: 0.34 },
      { name: 'Memory left to the limit', value: '96 MiB' },
      { name: 'Open descriptors', value: '84 of 1024', ratio: 84 / 1_024 },
    ])
    expect(windowFacts({ scope: 'app', windowMs: 0, cpuUsedMs: 1, openFds: 3 })).toEqual([
      { name: 'Open descriptors', value: '3' },
    ])
  })

  it.each<[string, Partial<ResourceWindow>, number, RegExp | undefined]>([
    ['a used-up quota', { cpuThrottledMs: 340, cpuStalledMs: 340 }, 20, /starved: its CPU quota/],
    ['a want of memory', { memoryStalledMs: 200 }, 20, /starved: tasks waited for memory/],
    ['a slow disk', { ioStalledMs: 200 }, 20, /waited for a disk/],
    ['a busy node', { cpuStalledMs: 200 }, 20, /tasks waited for a CPU/],
    ['slow code', { cpuUsedMs: 800 }, 900, /busy computing/],
    ['a slow dependency', { cpuUsedMs: 20 }, 900, /waited for somebody else/],
    ['a short request in a busy second', { cpuUsedMs: 800 }, 20, undefined],
    ['figures that nobody sees', { scope: 'none', cpuThrottledMs: 900 }, 900, undefined],
    ['no time between the looks', { windowMs: 0, cpuThrottledMs: 900 }, 900, undefined],
  ])('blames %s', (_, more, durationMs, words) => {
    const verdict = windowVerdict({ ...window, ...more }, durationMs)
    if (words === undefined) expect(verdict).toBeUndefined()
    else expect(verdict).toMatch(words)
  })

  it('blames nobody where the CPU is not seen', () => {
    expect(windowVerdict({ scope: 'app', windowMs: 1_000 }, 900)).toBeUndefined()
  })
})
