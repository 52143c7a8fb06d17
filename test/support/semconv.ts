/** What the semantic conventions 1.45 say of the names that podspan sends: types, instruments, units, values. */

export type AttributeType = 'string' | 'int' | 'double' | 'boolean' | 'string[]' | readonly string[]
export interface MetricKind {
  readonly instrument: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
  readonly unit: string
}

const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE', '_OTHER']

export const ATTRIBUTES: Readonly<Record<string, AttributeType>> = {
  'client.address': 'string',
  'error.type': 'string',
  'event.name': 'string',
  'http.request.body.size': 'int',
  'http.request.method': METHODS,
  'http.request.method_original': 'string',
  'http.request.resend_count': 'int',
  'http.response.body.size': 'int',
  'http.response.status_code': 'int',
  'http.route': 'string',
  'network.peer.address': 'string',
  'network.peer.port': 'int',
  'network.protocol.version': 'string',
  'server.address': 'string',
  'server.port': 'int',
  'url.full': 'string',
  'url.path': 'string',
  'url.query': 'string',
  'url.scheme': 'string',
  'url.template': 'string',
  'user_agent.original': 'string',
  'system.memory.state': ['used', 'available'],
  'cpu.mode': ['user', 'system', 'nice', 'idle', 'iowait', 'interrupt', 'steal', 'kernel'],
  'system.paging.fault.type': ['major', 'minor'],
  'system.filesystem.state': ['free', 'reserved', 'used'],
  'disk.io.direction': ['read', 'write'],
  'network.io.direction': ['receive', 'transmit'],
  'network.interface.name': 'string',
  'process.context_switch.type': ['involuntary', 'voluntary'],
  'nodejs.eventloop.state': ['active', 'idle'],
  'v8js.gc.type': ['major', 'minor', 'incremental', 'weakcb'],
  'v8js.heap.space.name': 'string',
  'otel.component.name': 'string',
  'otel.component.type': 'string',
  'otel.span.sampling_result': ['DROP', 'RECORD_ONLY', 'RECORD_AND_SAMPLE'],
}

/** Names with something of the user's behind them. */
export const TEMPLATES: readonly (readonly [prefix: string, type: AttributeType])[] = [
  ['http.request.header.', 'string[]'],
  ['http.response.header.', 'string[]'],
]

export const RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  'container.id',
  'container.name',
  'k8s.container.name',
  'k8s.deployment.name',
  'k8s.namespace.name',
  'k8s.node.name',
  'k8s.pod.ip',
  'k8s.pod.name',
  'k8s.pod.uid',
  'k8s.replicaset.name',
  'service.instance.id',
  'service.name',
  'service.namespace',
  'service.version',
  'telemetry.distro.name',
  'telemetry.distro.version',
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
])

const histogram = (unit: string): MetricKind => ({ instrument: 'histogram', unit })
const counter = (unit: string): MetricKind => ({ instrument: 'counter', unit })
const level = (unit: string): MetricKind => ({ instrument: 'updowncounter', unit })
const gauge = (unit: string): MetricKind => ({ instrument: 'gauge', unit })

export const METRICS: Readonly<Record<string, MetricKind>> = {
  'http.server.request.duration': histogram('s'),
  'http.server.request.body.size': histogram('By'),
  'http.server.response.body.size': histogram('By'),
  'http.server.active_requests': level('{request}'),
  'http.client.request.duration': histogram('s'),
  'http.client.request.body.size': histogram('By'),
  'http.client.response.body.size': histogram('By'),
  'http.client.active_requests': level('{request}'),
  'container.cpu.time': counter('s'),
  'container.cpu.usage': gauge('{cpu}'),
  'container.memory.available': level('By'),
  'container.memory.rss': level('By'),
  'container.memory.usage': level('By'),
  'container.memory.working_set': level('By'),
  'container.disk.io': counter('By'),
  'container.paging.faults': counter('{fault}'),
  'container.uptime': gauge('s'),
  'k8s.pod.cpu.time': counter('s'),
  'k8s.pod.cpu.usage': gauge('{cpu}'),
  'k8s.pod.memory.available': level('By'),
  'k8s.pod.memory.rss': level('By'),
  'k8s.pod.memory.usage': level('By'),
  'k8s.pod.memory.working_set': level('By'),
  'k8s.pod.network.errors': counter('{error}'),
  'k8s.pod.network.io': counter('By'),
  'process.context_switches': counter('{context_switch}'),
  'process.memory.virtual': level('By'),
  'process.paging.faults': counter('{fault}'),
  'process.thread.count': level('{thread}'),
  'process.unix.file_descriptor.count': level('{file_descriptor}'),
  'system.cpu.logical.count': level('{cpu}'),
  'system.cpu.time': counter('s'),
  'system.filesystem.usage': level('By'),
  'system.memory.limit': level('By'),
  'system.memory.usage': level('By'),
  'process.cpu.time': counter('s'),
  'process.memory.usage': level('By'),
  'process.uptime': gauge('s'),
  'nodejs.eventloop.delay.max': gauge('s'),
  'nodejs.eventloop.delay.mean': gauge('s'),
  'nodejs.eventloop.delay.min': gauge('s'),
  'nodejs.eventloop.delay.stddev': gauge('s'),
  'nodejs.eventloop.delay.p50': gauge('s'),
  'nodejs.eventloop.delay.p90': gauge('s'),
  'nodejs.eventloop.delay.p99': gauge('s'),
  'nodejs.eventloop.utilization': gauge('1'),
  'nodejs.eventloop.time': counter('s'),
  'v8js.gc.duration': histogram('s'),
  'v8js.memory.heap.used': level('By'),
  'otel.sdk.exporter.span.exported': counter('{span}'),
  'otel.sdk.exporter.span.inflight': level('{span}'),
  'otel.sdk.processor.span.queue.size': level('{span}'),
  'otel.sdk.processor.span.queue.capacity': level('{span}'),
  'otel.sdk.processor.span.processed': counter('{span}'),
  'otel.sdk.exporter.log.exported': counter('{log_record}'),
  'otel.sdk.exporter.metric_data_point.exported': counter('{data_point}'),
}
