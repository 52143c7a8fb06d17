import { expect, test } from 'vitest'
import { ResourceHistory } from '../../src/observer/resource-history.ts'
import type { ContainerSample, ResourceSample } from '../../src/resources/sample.ts'
import { lookOf } from '../support/looks.ts'

const historyOf = (...looks: readonly ResourceSample[]): ResourceHistory => {
  const history = new ResourceHistory(100)
  for (const look of looks) history.push(look)
  return history
}
const cpu = (timeSeconds: number, throttledSeconds: number): Partial<ContainerSample> => ({
  cpu: { timeSeconds, throttledSeconds },
})

test('the window is from the last look before to the first look after, and says how long it is', () => {
  const history = historyOf(
    lookOf(1_000, { container: cpu(1, 0.1) }),
    lookOf(2_000, { container: cpu(2, 0.2) }),
    lookOf(2_300, { container: cpu(2.25, 0.5) }),
    lookOf(3_300, { container: cpu(9, 9) }),
  )
  // 20 ms of work never wear the figures of a second as their own: the window is told.
  expect(history.windowOf(2_200, 2_220, false)).toEqual({
    scope: 'app',
    windowMs: 300,
    cpuUsedMs: 250,
    cpuThrottledMs: expect.closeTo(300),
  })
  expect(history.windowOf(1_500, 2_100, false)).toMatchObject({ windowMs: 1_300, cpuUsedMs: 1_250 })
  expect(history.windowOf(2_000, 2_300, false)).toMatchObject({ windowMs: 300 })
})

test('tells pressure by kind, and headroom and descriptors as they were at the end', () => {
  const history = historyOf(
    lookOf(0, {
      container: {
        memory: { limitBytes: 100, workingSetBytes: 20 },
        pressure: { cpu: { someSeconds: 1 }, memory: { someSeconds: 2 }, io: { someSeconds: 3 } },
      },
      process: { pid: 1, openFds: 5, openFdsMax: 64 },
    }),
    lookOf(1_000, {
      container: {
        memory: { limitBytes: 100, workingSetBytes: 90 },
        pressure: { cpu: { someSeconds: 1.5 }, memory: { someSeconds: 2.25 }, io: { someSeconds: 3 } },
      },
      process: { pid: 1, openFds: 60, openFdsMax: 64 },
    }),
  )
  expect(history.windowOf(100, 900, false)).toEqual({
    scope: 'app',
    windowMs: 1_000,
    cpuStalledMs: 500,
    memoryStalledMs: 250,
    ioStalledMs: 0,
    memoryHeadroomBytes: 10,
    openFds: 60,
    openFdsMax: 64,
  })
})

test('a request that is older than what is kept gets the figures of its last part', () => {
  const history = new ResourceHistory(2)
  for (const second of [1, 2, 3, 4]) history.push(lookOf(second * 1_000, { container: cpu(second, 0) }))
  expect(history.windowOf(500, 3_900, false)).toMatchObject({ windowMs: 1_000, cpuUsedMs: 1_000 })
})

test('without a look after it, the last one ends the window; with one look there are levels only', () => {
  const history = historyOf(lookOf(1_000, { container: cpu(1, 0), process: { pid: 1, openFds: 5 } }))
  expect(history.windowOf(1_100, 1_200, false)).toEqual({ scope: 'app', windowMs: 0, openFds: 5 })
  expect(new ResourceHistory(5).windowOf(0, 1, false)).toBeUndefined()
})

test('no figure is a difference of two lives: a request belongs to the later one, or to the one it ended with', () => {
  const history = historyOf(
    lookOf(1_000, { container: cpu(50, 0) }),
    lookOf(2_000, { container: cpu(51, 0) }),
    lookOf(3_000, { life: 2, container: cpu(0.5, 0) }),
    lookOf(3_500, { life: 2, container: cpu(0.75, 0) }),
  )
  expect(history.windowOf(1_100, 2_500, true)).toMatchObject({ windowMs: 1_000, cpuUsedMs: 1_000 })
  expect(history.windowOf(2_900, 3_100, false)).toMatchObject({ windowMs: 500, cpuUsedMs: 250 })
})

test('an app that has gone keeps its last figures, and one that is not to be seen has none', () => {
  const history = historyOf(
    lookOf(1_000, { container: cpu(1, 0) }),
    lookOf(2_000, { container: cpu(3, 0) }),
    lookOf(3_000, { scope: 'none', container: undefined }),
  )
  expect(history.windowOf(1_500, 2_500, true)).toMatchObject({ windowMs: 1_000, cpuUsedMs: 2_000 })
  expect(historyOf(lookOf(1, { scope: 'none', container: undefined })).isEmpty).toBe(true)
})
