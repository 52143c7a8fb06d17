/** A look at the container, the pod and the node as JSON Schema, by the names of resources/sample.ts. Data. */
import { array, COUNT, NUMBER, object, oneOf, ref, type Schema, TEXT } from './schema.ts'

const PRESSURE = object({ someSeconds: NUMBER, 'fullSeconds?': NUMBER })
const PRESSURES = object({ 'cpu?': PRESSURE, 'memory?': PRESSURE, 'io?': PRESSURE })

const MEMORY = object({
  'usageBytes?': COUNT,
  'limitBytes?': COUNT,
  'highBytes?': COUNT,
  'peakBytes?': COUNT,
  'workingSetBytes?': COUNT,
  'rssBytes?': COUNT,
  'minorFaults?': COUNT,
  'majorFaults?': COUNT,
  'highEvents?': COUNT,
  'maxEvents?': COUNT,
  'oomEvents?': COUNT,
  'oomKills?': COUNT,
})

const CPU = object({
  'timeSeconds?': NUMBER,
  'userSeconds?': NUMBER,
  'systemSeconds?': NUMBER,
  'limitCores?': NUMBER,
  'usageCores?': NUMBER,
  'periods?': COUNT,
  'throttledPeriods?': COUNT,
  'throttledSeconds?': NUMBER,
})

const CONTAINER = object({
  scope: oneOf('app', 'shared', 'pod'),
  cgroup: oneOf('v1', 'v2'),
  memory: MEMORY,
  cpu: CPU,
  pressure: PRESSURES,
  pids: object({ 'current?': COUNT, 'limit?': COUNT }),
  io: object({ 'readBytes?': COUNT, 'writeBytes?': COUNT }),
})

const PROCESS = object({
  pid: COUNT,
  'uptimeSeconds?': NUMBER,
  'residentBytes?': COUNT,
  'virtualBytes?': COUNT,
  'proportionalBytes?': COUNT,
  'userSeconds?': NUMBER,
  'systemSeconds?': NUMBER,
  'threads?': COUNT,
  'minorFaults?': COUNT,
  'majorFaults?': COUNT,
  'openFds?': COUNT,
  'openFdsMax?': COUNT,
  'voluntarySwitches?': COUNT,
  'involuntarySwitches?': COUNT,
})

const NETWORK = object({
  interfaces: array(
    object({ name: TEXT, receivedBytes: COUNT, sentBytes: COUNT, receiveErrors: COUNT, sendErrors: COUNT }),
  ),
  'tcpSegmentsSent?': COUNT,
  'tcpRetransmits?': COUNT,
})

const NODE = object({
  totalMemoryBytes: COUNT,
  freeMemoryBytes: COUNT,
  availableMemoryBytes: COUNT,
  cpus: array(
    object({
      model: TEXT,
      speedMhz: NUMBER,
      times: object({ user: NUMBER, nice: NUMBER, sys: NUMBER, idle: NUMBER, irq: NUMBER }),
    }),
  ),
  load: { type: 'array', items: NUMBER, minItems: 3, maxItems: 3 },
  pressure: PRESSURES,
  'filesystem?': object({ totalBytes: COUNT, availableBytes: COUNT }),
})

export const RESOURCE_SAMPLE: Schema = object({
  atMonotonicMs: NUMBER,
  tookMs: NUMBER,
  scope: ref('Scope'),
  life: COUNT,
  app: ref('AppSample'),
  'container?': CONTAINER,
  'process?': PROCESS,
  'network?': NETWORK,
  node: NODE,
})
