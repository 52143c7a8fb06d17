/** Kubernetes objects that run pods → what of a pod matters here. It reads, and says what has the wrong shape; it decides nothing. */
import type { Cursor } from './cursor.ts'

export interface Workload {
  readonly root: Cursor
  readonly kind: string
  /** Runs to its end. */
  readonly isJob: boolean
  readonly isKnative: boolean
  readonly namespace: string
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly pod: Cursor
  readonly containers: readonly Container[]
  readonly initContainers: readonly Container[]
}

export interface Container {
  readonly at: Cursor
  readonly name: string
  readonly ports: readonly ContainerPort[]
}

export interface ContainerPort {
  readonly at: Cursor
  readonly number: number
  readonly name: string | undefined
  readonly isTcp: boolean
  readonly hostPort: number | undefined
}

interface Kind {
  /** From the object to the pod's template. */
  readonly template: readonly string[]
  readonly isJob?: boolean
  readonly isKnative?: boolean
}

/** By API group and kind. */
const KINDS: Readonly<Record<string, Kind>> = {
  'apps/Deployment': { template: ['spec', 'template'] },
  'apps/StatefulSet': { template: ['spec', 'template'] },
  'apps/DaemonSet': { template: ['spec', 'template'] },
  'apps/ReplicaSet': { template: ['spec', 'template'] },
  'batch/Job': { template: ['spec', 'template'], isJob: true },
  'batch/CronJob': { template: ['spec', 'jobTemplate', 'spec', 'template'], isJob: true },
  '/Pod': { template: [] },
  'serving.knative.dev/Service': { template: ['spec', 'template'], isKnative: true },
}

/** Undefined for every other kind. */
export function readWorkload(root: Cursor): Workload | undefined {
  const kind = kindOf(root)
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (known === undefined) return undefined
  const template = root.at(...known.template)
  const pod = template.at('spec')
  const containers = readContainers(pod.at('containers'))
  if (containers.length === 0) pod.refuse('has no containers', 'See kubectl explain pod.spec')
  const name = root.at('metadata', 'name').text() ?? root.at('metadata', 'generateName').text()
  if (name === undefined) root.refuse('has no name', 'Give it metadata.name')
  return {
    root,
    kind: root.at('kind').text() ?? '',
    isJob: known.isJob === true || isPodThatEnds(known, pod),
    isKnative: known.isKnative === true,
    namespace: root.at('metadata', 'namespace').text() ?? '',
    labels: template.at('metadata', 'labels').texts(),
    annotations: template.at('metadata', 'annotations').texts(),
    pod,
    containers,
    initContainers: readContainers(pod.at('initContainers')),
  }
}

/** `apps/Deployment`; of the core, `/Service`. */
export function kindOf(root: Cursor): string {
  const [group = '', version] = (root.at('apiVersion').text() ?? '').split('/')
  return `${version === undefined ? '' : group}/${root.at('kind').text() ?? ''}`
}

/** A kind that is not known and has pods all the same. */
export function hasPods(root: Cursor): boolean {
  const value = root.value as {
    readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: unknown } } }
  }
  return Array.isArray(value.spec?.template?.spec?.containers)
}

function isPodThatEnds({ template }: Kind, pod: Cursor): boolean {
  return template.length === 0 && ['Never', 'OnFailure'].includes(pod.at('restartPolicy').text() ?? '')
}

function readContainers(list: Cursor): readonly Container[] {
  return list.items().map((at) => {
    const name = at.at('name').text()
    if (name === undefined) at.refuse('has no name', 'Every container needs one')
    return { at, name: name ?? '', ports: at.at('ports').items().flatMap(readPort) }
  })
}

function readPort(at: Cursor): readonly ContainerPort[] {
  const number = at.at('containerPort').number()
  if (number === undefined) {
    if (!at.at('containerPort').isThere) at.refuse('has no containerPort', 'Every port needs a number')
    return []
  }
  const isTcp = (at.at('protocol').text() ?? 'TCP') === 'TCP'
  return [{ at, number, name: at.at('name').text(), isTcp, hostPort: at.at('hostPort').number() }]
}

/** Ports that probes and hooks of a container ask, by number. */
export interface Probe {
  readonly name: 'startupProbe' | 'readinessProbe' | 'livenessProbe'
  readonly kind: 'httpGet' | 'tcpSocket' | 'grpc'
  readonly at: Cursor
  readonly port: number | undefined
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const
const PROBE_KINDS = ['httpGet', 'tcpSocket', 'grpc'] as const

export function probesOf(container: Container): readonly Probe[] {
  return PROBES.flatMap((name) =>
    PROBE_KINDS.flatMap((kind) => {
      const at = container.at.at(name, kind)
      return at.isThere ? [{ name, kind, at, port: portOf(container, at.at('port').port()) }] : []
    }),
  )
}

/** A port of this container by its number or name. */
export function portOf({ ports }: Container, port: number | string | undefined): number | undefined {
  return typeof port === 'string' ? ports.find(({ name }) => name === port)?.number : port
}

/** Whether a selector by labels means pods with these. */
export function selects(selector: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): boolean {
  return selector.size > 0 && [...selector].every(([name, value]) => labels.get(name) === value)
}
