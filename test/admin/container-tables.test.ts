import { expect, test } from 'vitest'
import { containerTables } from '../../src/admin/container-tables.ts'
import type { ContainerSample } from '../../src/resources/sample.ts'
import { sampleOf } from '../support/observed.ts'

function valuesOf(container: ContainerSample | undefined): Record<string, unknown> {
  const tables = containerTables({ ...sampleOf(1), container, app: { isUp: true, exits: 2, oomKills: 1 } })
  return Object.fromEntries(
    tables.flatMap(({ name, values }) =>
      values.map(({ labels, value }) => [`${name} ${Object.values(labels).join(' ')}`.trim(), value]),
    ),
  )
}

const CONTAINER: ContainerSample = {
  scope: 'app',
  cgroup: 'v2',
  memory: { usageBytes: 5, limitBytes: 9 },
  cpu: { timeSeconds: 3, throttledSeconds: 1 },
  pressure: { cpu: { someSeconds: 2 } },
  pids: {},
  io: {},
}
const APP = { podspan_app_exits_total: 2, podspan_app_oom_kills_total: 1 }

test('figures that are known, with whose they are', () => {
  expect(valuesOf(CONTAINER)).toEqual({
    'container_cpu_time_seconds_total app': 3,
    'container_memory_usage_bytes app': 5,
    'podspan_container_memory_limit_bytes app': 9,
    'podspan_container_cpu_throttled_time_seconds_total app': 1,
    'podspan_container_pressure_time_seconds_total app cpu some': 2,
    ...APP,
  })
})

test('of a whole pod by the names of a pod', () => {
  expect(valuesOf({ ...CONTAINER, scope: 'pod' })).toEqual({
    k8s_pod_cpu_time_seconds_total: 3,
    k8s_pod_memory_usage_bytes: 5,
    ...APP,
  })
})

test('of a container that is not seen nothing', () => expect(valuesOf(undefined)).toEqual(APP))
