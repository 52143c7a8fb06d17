/** Resource samples → instruments: the container's figures by container.*, the node's by system.*. */
import type { Attributes, Meter, ObservableResult } from '@opentelemetry/api'
import type { ResourceSample } from '../src/resources/sample.ts'

/** What the container and its node look like now; a figure that can't be read makes no point. */
export function resourceMetrics(meter: Meter, latest: () => ResourceSample | undefined): void {
  const container = (read: (sample: NonNullable<ResourceSample['container']>) => number | undefined) =>
    observe(() => {
      const sample = latest()?.container
      return sample && read(sample)
    })
  const node = (read: (sample: ResourceSample['node']) => number | undefined, attributes?: Attributes) =>
    observe(() => {
      const sample = latest()?.node
      return sample && read(sample)
    }, attributes)
  const bytes = (name: string): ReturnType<Meter['createObservableUpDownCounter']> =>
    meter.createObservableUpDownCounter(name, { unit: 'By' })
  bytes('container.memory.usage').addCallback(container(({ memory }) => memory.usageBytes))
  bytes('container.memory.working_set').addCallback(container(({ memory }) => memory.workingSetBytes))
  bytes('container.memory.rss').addCallback(container(({ memory }) => memory.rssBytes))
  bytes('container.memory.available').addCallback(
    container(({ memory }) => difference(memory.limitBytes, memory.workingSetBytes)),
  )
  bytes('podspan.container.memory.limit').addCallback(container(({ memory }) => memory.limitBytes))
  meter
    .createObservableCounter('container.cpu.time', { unit: 's' })
    .addCallback(container(({ cpu }) => cpu.timeSeconds))
  meter
    .createObservableGauge('container.cpu.usage', { unit: '{cpu}' })
    .addCallback(container(({ cpu }) => cpu.usageCores))
  meter
    .createObservableUpDownCounter('podspan.container.cpu.limit', { unit: '{cpu}' })
    .addCallback(container(({ cpu }) => cpu.limitCores))
  bytes('system.memory.limit').addCallback(node(({ totalMemoryBytes }) => totalMemoryBytes))
  const used = node(({ totalMemoryBytes, availableMemoryBytes }) => totalMemoryBytes - availableMemoryBytes, {
    'system.memory.state': 'used',
  })
  bytes('system.memory.usage').addCallback(used)
}

function observe(read: () => number | undefined, attributes: Attributes = {}): (result: ObservableResult) => void {
  return (result) => {
    const value = read()
    if (value !== undefined) result.observe(value, attributes)
  }
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : Math.max(0, whole - part)
}
