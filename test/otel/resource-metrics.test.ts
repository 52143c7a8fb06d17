import { expect, test } from 'vitest'
import { resourceMetrics } from '../../otel/resource-metrics.ts'
import type { ContainerSample, ResourceSample } from '../../src/resources/sample.ts'
import { collect } from '../support/metrics.ts'
import { sampleOf } from '../support/observed.ts'

const NODE = {
  totalMemoryBytes: 10,
  freeMemoryBytes: 1,
  availableMemoryBytes: 4,
  cpus: [],
  load: [2, 1, 0],
  pressure: {},
} as const
const container = (changes: Partial<ContainerSample>): ContainerSample => ({
  scope: 'app',
  cgroup: 'v2',
  memory: {},
  cpu: {},
  pressure: {},
  pids: {},
  io: {},
  ...changes,
})
const sample = (changes: Partial<ResourceSample>): ResourceSample => ({ ...sampleOf(0), node: NODE, ...changes })

/** Names to values of what was sent, without the node's. */
async function sent(...samples: readonly ResourceSample[]) {
  const found = await collect((provider) => {
    const take = resourceMetrics(provider.getMeter('t'), 100)
    for (const each of samples) take(each)
  })
  return Object.fromEntries(
    [...found]
      .filter(([name, points]) => points.length > 0 && !/^system|^podspan.(node|app)/.test(name))
      .map(([name, points]) => [name, points.map(({ value }) => value)]),
  )
}

test('a figure that could not be read makes no point', async () => {
  const memory = { usageBytes: 5, limitBytes: 9, workingSetBytes: 4 }
  expect(await sent(sample({ container: container({ memory }) }))).toEqual({
    'container.memory.usage': [5],
    'container.memory.working_set': [4],
    'container.memory.available': [5],
    'podspan.container.memory.limit': [9],
  })
  expect(await sent(sample({}))).toEqual({})
})

test("what is the whole pod's is not the container's", async () => {
  const pod = container({
    scope: 'pod',
    memory: { usageBytes: 5, oomKills: 1 },
    cpu: { timeSeconds: 3, throttledSeconds: 1 },
  })
  expect(await sent(sample({ container: pod }))).toEqual({ 'k8s.pod.memory.usage': [5], 'k8s.pod.cpu.time': [3] })
})

test('every point of the container says whose it is', async () => {
  const found = await collect((provider) => {
    const take = resourceMetrics(provider.getMeter('t'), 100)
    take(
      sample({
        container: container({
          scope: 'shared',
          memory: { usageBytes: 5, minorFaults: 1, majorFaults: 2, oomKills: 3 },
        }),
      }),
    )
  })
  for (const name of ['container.memory.usage', 'container.paging.faults', 'podspan.container.memory.events'])
    for (const { attributes } of found.get(name) ?? [])
      expect(attributes).toMatchObject({ 'podspan.resource.scope': 'shared' })
  expect(found.get('podspan.container.memory.events')?.map(({ value }) => value)).toEqual([3])
})

test('counters go on growing when the container is another one, however often', async () => {
  const used = (timeSeconds: number) => sample({ container: container({ cpu: { timeSeconds } }) })
  const gone = sample({ container: undefined })
  expect(await sent(used(10), used(12), gone, used(1), used(3), gone, used(0), used(0.5))).toEqual({
    'container.cpu.time': [12 + 3 + 0.5],
  })
})

test("the app's process, the pod's network, the node", async () => {
  const found = await collect((provider) => {
    const take = resourceMetrics(provider.getMeter('t'), 100)
    const process = {
      pid: 7,
      residentBytes: 8,
      userSeconds: 1,
      systemSeconds: 2,
      openFds: 3,
      openFdsMax: 4,
      threads: 5,
    }
    const eth0 = { name: 'eth0', receivedBytes: 6, sentBytes: 7, receiveErrors: 0, sendErrors: 1 }
    take(
      sample({
        process,
        network: { interfaces: [eth0], tcpRetransmits: 9 },
        node: { ...NODE, filesystem: { totalBytes: 100, availableBytes: 30 } },
      }),
    )
  })
  const values = (name: string) => found.get(name)?.map(({ value }) => value)
  expect(values('process.memory.usage')).toEqual([8])
  expect(values('process.cpu.time')).toEqual([1, 2])
  expect(values('process.unix.file_descriptor.count')).toEqual([3])
  expect(values('podspan.process.file_descriptor.limit')).toEqual([4])
  expect(values('k8s.pod.network.io')).toEqual([6, 7])
  expect(values('k8s.pod.network.errors')).toEqual([0, 1])
  expect(values('podspan.pod.tcp.retransmits')).toEqual([9])
  expect(values('system.memory.usage')).toEqual([6])
  expect(values('system.filesystem.usage')).toEqual([70, 30])
  expect(values('podspan.node.load')).toEqual([2])
})

test('interfaces that come and go take the place of each other, and never of a counter that is still seen', async () => {
  const eth = (index: number) => ({
    network: {
      interfaces: [{ name: `veth${index}`, receivedBytes: 200 - index, sentBytes: 1, receiveErrors: 0, sendErrors: 0 }],
    },
  })
  const used = (timeSeconds: number, index: number) =>
    sample({ container: container({ cpu: { timeSeconds } }), ...eth(index) })
  const lives = Array.from({ length: 200 }, (_, index) => used(index < 100 ? 7 : 2, index))
  // The first one again, and nothing is known of it any more.
  const again = sample({
    network: { interfaces: [{ name: 'veth0', receivedBytes: 3, sentBytes: 1, receiveErrors: 0, sendErrors: 0 }] },
  })
  expect(await sent(...lives)).toMatchObject({ 'container.cpu.time': [7 + 2], 'k8s.pod.network.io': [1, 1] })
  expect(await sent(...lives, again)).toMatchObject({ 'k8s.pod.network.io': [3, 1] })
})
