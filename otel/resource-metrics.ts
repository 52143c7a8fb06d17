/**
 * Resource samples → metrics. The app's container by container.* (and podspan.container.* where the conventions have no name),
 * the whole pod by k8s.pod.*, the app's process by process.*, the node by system.*: never one under the name of another.
 */
import type { Meter } from '@opentelemetry/api'
import type { ContainerSample, NodeSample, Pressures, ProcessSample, ResourceSample } from '../src/resources/sample.ts'
import * as own from './podspan-names.ts'
import { type Point, Points, type Row } from './points.ts'

/** `seriesMax`: counters that are kept; those that were not seen for the longest go first. */
export function resourceMetrics(meter: Meter, seriesMax: number): (sample: ResourceSample) => void {
  const points = new Points(meter, [...CONTAINER, ...POD, ...PROCESS, ...NETWORK, ...NODE], seriesMax)
  return (sample) => points.take(sample)
}

type Read<From> = (from: From) => number | undefined

type MakeRow<Points> = (kind: Row['kind'], name: string, unit: string, points: Points) => Row

const row: MakeRow<Row['points']> = (kind, name, unit, points) => ({ kind, name, unit, points })

/** Of the app's container, or of the one that it shares with podspan; of the pod the name is another. */
function ofApp(read: (container: ContainerSample) => readonly Point[]): Row['points'] {
  return ({ container }) =>
    container === undefined || container.scope === 'pod'
      ? []
      : read(container).map(([value, attributes]) => [
          value,
          { ...attributes, [own.PODSPAN_RESOURCE_SCOPE]: container.scope },
        ])
}

const one: MakeRow<Read<ContainerSample>> = (kind, name, unit, read) =>
  row(
    kind,
    name,
    unit,
    ofApp((container) => [[read(container), {}]]),
  )

const CONTAINER: readonly Row[] = [
  one('counter', 'container.cpu.time', 's', ({ cpu }) => cpu.timeSeconds),
  one('gauge', 'container.cpu.usage', '{cpu}', ({ cpu }) => cpu.usageCores),
  one('level', 'container.memory.usage', 'By', ({ memory }) => memory.usageBytes),
  one('level', 'container.memory.working_set', 'By', ({ memory }) => memory.workingSetBytes),
  one('level', 'container.memory.rss', 'By', ({ memory }) => memory.rssBytes),
  one('level', 'container.memory.available', 'By', availableBytes),
  row(
    'counter',
    'container.paging.faults',
    '{fault}',
    ofApp(({ memory }) => faultPoints(memory)),
  ),
  row('counter', 'container.disk.io', 'By', ofApp(diskPoints)),
  row('gauge', 'container.uptime', 's', uptime),
  one('level', own.METRIC_PODSPAN_CONTAINER_MEMORY_LIMIT, 'By', ({ memory }) => memory.limitBytes),
  one('level', own.METRIC_PODSPAN_CONTAINER_MEMORY_HIGH, 'By', ({ memory }) => memory.highBytes),
  one('level', own.METRIC_PODSPAN_CONTAINER_MEMORY_PEAK, 'By', ({ memory }) => memory.peakBytes),
  row('counter', own.METRIC_PODSPAN_CONTAINER_MEMORY_EVENTS, '{event}', ofApp(memoryEventPoints)),
  one('level', own.METRIC_PODSPAN_CONTAINER_CPU_LIMIT, '{cpu}', ({ cpu }) => cpu.limitCores),
  one('counter', own.METRIC_PODSPAN_CONTAINER_CPU_PERIODS, '{period}', ({ cpu }) => cpu.periods),
  one('counter', own.METRIC_PODSPAN_CONTAINER_CPU_THROTTLED_PERIODS, '{period}', ({ cpu }) => cpu.throttledPeriods),
  one('counter', own.METRIC_PODSPAN_CONTAINER_CPU_THROTTLED_TIME, 's', ({ cpu }) => cpu.throttledSeconds),
  row(
    'counter',
    own.METRIC_PODSPAN_CONTAINER_PRESSURE_TIME,
    's',
    ofApp(({ pressure }) => pressurePoints(pressure)),
  ),
  one('level', own.METRIC_PODSPAN_CONTAINER_PIDS_COUNT, '{process}', ({ pids }) => pids.current),
  one('level', own.METRIC_PODSPAN_CONTAINER_PIDS_LIMIT, '{process}', ({ pids }) => pids.limit),
  row('counter', own.METRIC_PODSPAN_APP_EXITS, '{exit}', ({ app }) => [[app.exits, {}]]),
  row('counter', own.METRIC_PODSPAN_APP_OOM_KILLS, '{process}', ({ app }) => [[app.oomKills, {}]]),
]

const pod: MakeRow<Read<ContainerSample>> = (kind, name, unit, read) =>
  row(kind, name, unit, ({ container }) => (container?.scope === 'pod' ? [[read(container), {}]] : []))

const POD: readonly Row[] = [
  pod('counter', 'k8s.pod.cpu.time', 's', ({ cpu }) => cpu.timeSeconds),
  pod('gauge', 'k8s.pod.cpu.usage', '{cpu}', ({ cpu }) => cpu.usageCores),
  pod('level', 'k8s.pod.memory.usage', 'By', ({ memory }) => memory.usageBytes),
  pod('level', 'k8s.pod.memory.working_set', 'By', ({ memory }) => memory.workingSetBytes),
  pod('level', 'k8s.pod.memory.rss', 'By', ({ memory }) => memory.rssBytes),
  pod('level', 'k8s.pod.memory.available', 'By', availableBytes),
]

function ofProcess(read: (app: ProcessSample) => readonly Point[]): Row['points'] {
  return ({ process: app }) => (app === undefined ? [] : read(app))
}

const single: MakeRow<Read<ProcessSample>> = (kind, name, unit, read) =>
  row(
    kind,
    name,
    unit,
    ofProcess((app) => [[read(app), {}]]),
  )

const PROCESS: readonly Row[] = [
  single('gauge', 'process.uptime', 's', ({ uptimeSeconds }) => uptimeSeconds),
  single('level', 'process.memory.usage', 'By', ({ residentBytes }) => residentBytes),
  single('level', 'process.memory.virtual', 'By', ({ virtualBytes }) => virtualBytes),
  single('level', 'process.thread.count', '{thread}', ({ threads }) => threads),
  single('level', 'process.unix.file_descriptor.count', '{file_descriptor}', ({ openFds }) => openFds),
  row('counter', 'process.cpu.time', 's', ofProcess(processTimePoints)),
  row('counter', 'process.paging.faults', '{fault}', ofProcess(faultPoints)),
  row('counter', 'process.context_switches', '{context_switch}', ofProcess(switchPoints)),
  single(
    'level',
    own.METRIC_PODSPAN_PROCESS_FILE_DESCRIPTOR_LIMIT,
    '{file_descriptor}',
    ({ openFdsMax }) => openFdsMax,
  ),
  single('level', own.METRIC_PODSPAN_PROCESS_MEMORY_PROPORTIONAL, 'By', ({ proportionalBytes }) => proportionalBytes),
]

const NETWORK: readonly Row[] = [
  row('counter', 'k8s.pod.network.io', 'By', networkPoints('receivedBytes', 'sentBytes')),
  row('counter', 'k8s.pod.network.errors', '{error}', networkPoints('receiveErrors', 'sendErrors')),
  row('counter', own.METRIC_PODSPAN_POD_TCP_SEGMENTS, '{segment}', ({ network }) => [[network?.tcpSegmentsSent, {}]]),
  row('counter', own.METRIC_PODSPAN_POD_TCP_RETRANSMITS, '{segment}', ({ network }) => [[network?.tcpRetransmits, {}]]),
]

const NODE: readonly Row[] = [
  row('level', 'system.memory.limit', 'By', ({ node }) => [[node.totalMemoryBytes, {}]]),
  row('level', 'system.memory.usage', 'By', ({ node }) => [
    [node.totalMemoryBytes - node.availableMemoryBytes, { 'system.memory.state': 'used' }],
  ]),
  row('counter', 'system.cpu.time', 's', ({ node }) => cpuTimePoints(node)),
  row('level', 'system.cpu.logical.count', '{cpu}', ({ node }) => [[node.cpus.length, {}]]),
  row('level', 'system.filesystem.usage', 'By', ({ node }) => filesystemPoints(node)),
  row('gauge', own.METRIC_PODSPAN_NODE_LOAD, '1', ({ node }) => [[node.load[0], {}]]),
  row('counter', own.METRIC_PODSPAN_NODE_PRESSURE_TIME, 's', ({ node }) => pressurePoints(node.pressure)),
]

function availableBytes({ memory: { limitBytes, workingSetBytes } }: ContainerSample): number | undefined {
  return limitBytes === undefined || workingSetBytes === undefined
    ? undefined
    : Math.max(0, limitBytes - workingSetBytes)
}

/** A container is as old as the first process in it: the app's, as far as is known. */
function uptime({ container, process: app }: ResourceSample): readonly Point[] {
  return container?.scope === 'app' ? [[app?.uptimeSeconds, { [own.PODSPAN_RESOURCE_SCOPE]: 'app' }]] : []
}

function faultPoints(from: { readonly minorFaults?: number; readonly majorFaults?: number }): readonly Point[] {
  return [
    [from.minorFaults, { 'system.paging.fault.type': 'minor' }],
    [from.majorFaults, { 'system.paging.fault.type': 'major' }],
  ]
}

function diskPoints({ io }: ContainerSample): readonly Point[] {
  return [
    [io.readBytes, { 'disk.io.direction': 'read' }],
    [io.writeBytes, { 'disk.io.direction': 'write' }],
  ]
}

function memoryEventPoints({ memory }: ContainerSample): readonly Point[] {
  const { highEvents, maxEvents, oomEvents, oomKills } = memory
  const counts = { high: highEvents, max: maxEvents, oom: oomEvents, oom_kill: oomKills }
  return Object.entries(counts).map(([event, count]) => [count, { [own.PODSPAN_MEMORY_EVENT]: event }])
}

function pressurePoints(pressures: Pressures): readonly Point[] {
  return Object.entries(pressures).flatMap(([resource, { someSeconds, fullSeconds }]): Point[] => [
    [someSeconds, { [own.PODSPAN_PRESSURE_RESOURCE]: resource, [own.PODSPAN_PRESSURE_KIND]: 'some' }],
    [fullSeconds, { [own.PODSPAN_PRESSURE_RESOURCE]: resource, [own.PODSPAN_PRESSURE_KIND]: 'full' }],
  ])
}

function processTimePoints({ userSeconds, systemSeconds }: ProcessSample): readonly Point[] {
  return [
    [userSeconds, { 'cpu.mode': 'user' }],
    [systemSeconds, { 'cpu.mode': 'system' }],
  ]
}

function switchPoints({ voluntarySwitches, involuntarySwitches }: ProcessSample): readonly Point[] {
  return [
    [voluntarySwitches, { 'process.context_switch.type': 'voluntary' }],
    [involuntarySwitches, { 'process.context_switch.type': 'involuntary' }],
  ]
}

type NetworkCount = 'receivedBytes' | 'sentBytes' | 'receiveErrors' | 'sendErrors'

function networkPoints(received: NetworkCount, sent: NetworkCount): Row['points'] {
  return ({ network }) =>
    (network?.interfaces ?? []).flatMap((each): Point[] => [
      [each[received], { 'network.interface.name': each.name, 'network.io.direction': 'receive' }],
      [each[sent], { 'network.interface.name': each.name, 'network.io.direction': 'transmit' }],
    ])
}

/** Of all cores together. */
function cpuTimePoints({ cpus }: NodeSample): readonly Point[] {
  const modes = { user: 'user', nice: 'nice', sys: 'system', idle: 'idle', irq: 'interrupt' } as const
  return Object.entries(modes).map(([name, mode]) => [
    cpus.reduce((sum, { times }) => sum + times[name as keyof typeof modes], 0) / 1e3,
    { 'cpu.mode': mode },
  ])
}

function filesystemPoints({ filesystem }: NodeSample): readonly Point[] {
  if (filesystem === undefined) return []
  const { totalBytes, availableBytes: free } = filesystem
  return [
    [totalBytes - free, { 'system.filesystem.state': 'used' }],
    [free, { 'system.filesystem.state': 'free' }],
  ]
}
