import { expect, test } from 'vitest'
import { resourceMetrics } from '../../otel/resource-metrics.ts'
import { collect } from '../support/metrics.ts'
import { sampleOf } from '../support/observed.ts'

test('a figure that could not be read makes no point', async () => {
  const node = {
    load: [0, 0, 0] as const,
    pressure: {},
    totalMemoryBytes: 10,
    freeMemoryBytes: 1,
    availableMemoryBytes: 4,
    cpus: [],
  }
  const container = {
    cgroup: 'v2',
    scope: 'app',
    memory: { usageBytes: 5, limitBytes: 9, workingSetBytes: 4 },
    cpu: {},
    pressure: {},
    pids: {},
    io: {},
  } as const
  const found = await collect((provider) =>
    resourceMetrics(provider.getMeter('t'), () => ({ ...sampleOf(0), container, node })),
  )
  const values = Object.fromEntries(
    [...found].map(([name, points]) => [name, points.map(({ value }) => value)]).filter(([, points]) => points?.length),
  )
  expect(values).toEqual({
    'container.memory.usage': [5],
    'container.memory.working_set': [4],
    'container.memory.available': [5],
    'podspan.container.memory.limit': [9],
    'system.memory.limit': [10],
    'system.memory.usage': [6],
  })
})
