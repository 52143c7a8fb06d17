/** A look at the container as tables of metrics, by the names that the OTLP metrics have in Prometheus. A figure that can't be read is absent. Pure. */
import type { ContainerSample, Pressures, ResourceSample } from '../resources/sample.ts'
import type { MetricTable, MetricValue } from './metric-tables.ts'

type Read = (container: ContainerSample) => number | undefined

/** Of whatever `scope` says; a pod's have names of their own. */
const SHARED: readonly (readonly [name: string, type: 'gauge' | 'counter', help: string, read: Read])[] = [
  ['cpu_time_seconds_total', 'counter', 'CPU time used.', ({ cpu }) => cpu.timeSeconds],
  ['cpu_usage', 'gauge', 'Cores used since the look before.', ({ cpu }) => cpu.usageCores],
  ['memory_usage_bytes', 'gauge', 'Memory used, with caches.', ({ memory }) => memory.usageBytes],
  ['memory_working_set_bytes', 'gauge', 'Memory that the kubelet evicts by.', ({ memory }) => memory.workingSetBytes],
  ['memory_rss_bytes', 'gauge', 'Anonymous memory.', ({ memory }) => memory.rssBytes],
]

const OF_CONTAINER: typeof SHARED = [
  ['memory_limit_bytes', 'gauge', 'Memory it may have.', ({ memory }) => memory.limitBytes],
  ['cpu_limit', 'gauge', 'Cores that its quota allows.', ({ cpu }) => cpu.limitCores],
  ['cpu_periods_total', 'counter', 'Periods of its CPU quota.', ({ cpu }) => cpu.periods],
  ['cpu_throttled_periods_total', 'counter', 'Those in which it was used up.', ({ cpu }) => cpu.throttledPeriods],
  ['cpu_throttled_time_seconds_total', 'counter', 'Time stood still for it.', ({ cpu }) => cpu.throttledSeconds],
]

export function containerTables({ container, app }: ResourceSample): readonly MetricTable[] {
  return [...(container === undefined ? [] : tablesOf(container)), ...appTables(app)]
}

function tablesOf(container: ContainerSample): MetricTable[] {
  if (container.scope === 'pod') return SHARED.map((row) => table('k8s_pod', {}, row, container))
  const labels = { podspan_resource_scope: container.scope }
  return [
    ...SHARED.map((row) => table('container', labels, row, container)),
    ...OF_CONTAINER.map((row) => table('podspan_container', labels, row, container)),
    {
      name: 'podspan_container_pressure_time_seconds_total',
      help: 'Time for which tasks waited for a resource.',
      type: 'counter',
      values: pressureValues(container.pressure, labels),
    },
  ]
}

function table(
  prefix: string,
  labels: Readonly<Record<string, string>>,
  [name, type, help, read]: (typeof SHARED)[number],
  container: ContainerSample,
): MetricTable {
  const value = read(container)
  return { name: `${prefix}_${name}`, type, help, values: value === undefined ? [] : [{ labels, value }] }
}

function pressureValues(pressures: Pressures, labels: Readonly<Record<string, string>>): MetricValue[] {
  return Object.entries(pressures).flatMap(([resource, { someSeconds, fullSeconds }]) =>
    Object.entries({ some: someSeconds, full: fullSeconds })
      .filter(([, value]) => value !== undefined)
      .map(([kind, value]) => ({
        labels: { ...labels, podspan_pressure_resource: resource, podspan_pressure_kind: kind },
        value: value ?? 0,
      })),
  )
}

function appTables({ exits, oomKills }: ResourceSample['app']): MetricTable[] {
  const count = (name: string, help: string, value: number): MetricTable => {
    return { name, help, type: 'counter', values: [{ labels: {}, value }] }
  }
  return [
    count('podspan_app_exits_total', 'Times that the app was gone.', exits),
    count('podspan_app_oom_kills_total', 'Processes of its container killed for want of memory.', oomKills),
  ]
}
