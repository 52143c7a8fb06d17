/** Whose telemetry this is: the app's pod and container. Never a word of podspan's own process. Pure. */
import type { Environment } from './config-reader.ts'

export interface PodReadings {
  readonly hostname: string
  /** Of podspan. */
  readonly version: string
  /** Whether a person looks at stdout; no, where it is left out. */
  readonly stdoutIsTty?: boolean
  /** What the pod's labels and annotations say. */
  readonly podInfo?: Readonly<Record<string, string>>
}

/** Attribute → variables, first found wins: ours (downward API), then what the OpenTelemetry Operator injects. */
const POD_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'k8s.pod.name': ['PODSPAN_POD_NAME', 'OTEL_RESOURCE_ATTRIBUTES_POD_NAME'],
  'k8s.namespace.name': ['PODSPAN_POD_NAMESPACE'],
  'k8s.pod.uid': ['PODSPAN_POD_UID', 'OTEL_RESOURCE_ATTRIBUTES_POD_UID'],
  'k8s.pod.ip': ['PODSPAN_POD_IP', 'OTEL_POD_IP'],
  'k8s.node.name': ['PODSPAN_NODE_NAME', 'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME'],
  'k8s.container.name': ['PODSPAN_CONTAINER_NAME'],
}
/** Two streams of one identity overwrite each other in a backend: an SDK inside the app must never be mistaken for us. */
const INSTANCE_SUFFIX = '.podspan'

export function readResource(
  env: Environment,
  { hostname, version, podInfo = {} }: PodReadings,
  notes: string[],
): Record<string, string> {
  const given = parseAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '', notes)
  const pod: Record<string, string> = { 'k8s.pod.name': hostname }
  for (const [attribute, variables] of Object.entries(POD_ATTRIBUTES)) {
    const value = variables.map((name) => env[name]).find((text) => text !== undefined && text !== '')
    if (value !== undefined) pod[attribute] = value
  }
  const merged = { ...workload(pod['k8s.pod.name'] ?? ''), ...pod, ...podInfo, ...given }
  const namespace = merged['k8s.namespace.name']
  const serviceName = env.OTEL_SERVICE_NAME || merged['service.name'] || workloadName(merged['k8s.pod.name'] ?? '')
  const instance =
    merged['service.instance.id'] ??
    [namespace, merged['k8s.pod.name'], merged['k8s.container.name']].filter((part) => part !== undefined).join('.')
  return {
    ...(namespace === undefined ? {} : { 'service.namespace': namespace }),
    ...merged,
    'service.name': serviceName,
    'service.instance.id': instance.endsWith(INSTANCE_SUFFIX) ? instance : instance + INSTANCE_SUFFIX,
    'telemetry.distro.name': 'podspan',
    'telemetry.distro.version': version,
  }
}

/** `key=value,…`, percent-decoded. A bad pair costs itself, never the others. */
function parseAttributes(text: string, notes: string[]): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const pair of text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const at = pair.indexOf('=')
    const key = pair.slice(0, at).trim()
    const value = decoded(pair.slice(at + 1).trim())
    if (at < 1 || key === '' || key === '__proto__' || value === undefined) {
      notes.push(`OTEL_RESOURCE_ATTRIBUTES: left out ${JSON.stringify(pair.slice(0, 80))}, which is not key=value`)
    } else attributes[key] = value
  }
  return attributes
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** DEPLOYMENT-HASH-LETTERS, as a Deployment's pods are called. */
const OF_DEPLOYMENT = /^((.+?)-[a-f0-9bcdfghjklmnpqrstvwxz]{6,10})-[a-z0-9]{5}$/

function workload(pod: string): Record<string, string> {
  const [, replicaSet, deployment] = OF_DEPLOYMENT.exec(pod) ?? []
  if (replicaSet === undefined || deployment === undefined) return {}
  return { 'k8s.deployment.name': deployment, 'k8s.replicaset.name': replicaSet }
}

/** The workload behind a pod's generated name, which may also be STATEFULSET-ORDINAL. */
function workloadName(pod: string): string {
  const name = OF_DEPLOYMENT.exec(pod)?.[2] ?? /^(.+)-[0-9]+$/.exec(pod)?.[1]
  return name ?? (pod === '' ? 'unknown_service' : pod)
}
