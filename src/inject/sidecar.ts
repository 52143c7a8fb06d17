/** podspan as a container, and its volumes: the same as in manifests/base and its overlays, which a test compares. */
import type { Named } from './value.ts'

export const SIDECAR = 'podspan'
export const DEFAULT_IMAGE = 'podspan'
export const POD_INFO = 'podspan-podinfo'
export const BLACK_BOX = 'podspan-black-box'
/** The image's own, for pods that would make it root. */
export const IMAGE_USER = 65_532

const BLACK_BOX_FOLDER = '/var/podspan'
/** Of the two seconds that a native sidecar may have left when the app is gone. */
const LIMITS = 'flushMs=1s'
/** Where nothing starts podspan first: who comes before the app listens waits. */
const WAIT_FOR_APP = '10s'

export interface SidecarSettings {
  readonly image: string
  readonly listen: number
  readonly health: number
  readonly target: number
  /** The app's container. */
  readonly container: string
  readonly form: 'native' | 'plain' | 'knative'
  readonly isOpaque: boolean
  readonly hasBlackBox: boolean
  readonly hasAdmin: boolean
  readonly otlpEndpoint: string | undefined
  /** Where no label says it. */
  readonly serviceName: string | undefined
  readonly namespace: string
  readonly runAsUser: number | undefined
  readonly runAsGroup: number | undefined
  /** Of an ordinary container, which is told to stop when the app is: how long it goes on at least, and at most. */
  readonly stopSeconds: { readonly min: number; readonly max: number }
  /** Knative's: the app's own, which it allows on the container with the port alone. */
  readonly probes: Readonly<Record<string, unknown>>
}

export function sidecarContainer(settings: SidecarSettings): Named {
  const { image, listen, health, target, form, isOpaque, hasBlackBox, runAsUser, runAsGroup, probes } = settings
  const isKnative = form === 'knative'
  return {
    name: SIDECAR,
    image,
    ...(form === 'native' ? { restartPolicy: 'Always' } : {}),
    args: [...['--port', String(listen), '--target', String(target)], ...(isOpaque ? ['--opaque'] : [])],
    ports: [{ containerPort: listen }, ...(isKnative ? [] : [{ containerPort: health }])],
    env: environment(settings),
    ...(isKnative ? probes : ownProbes(health)),
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      ...(runAsUser === undefined ? {} : { runAsUser }),
      ...(runAsGroup === undefined ? {} : { runAsGroup }),
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: POD_INFO, mountPath: '/etc/podinfo', readOnly: true },
      ...(hasBlackBox ? [{ name: BLACK_BOX, mountPath: BLACK_BOX_FOLDER }] : []),
    ],
  }
}

export function sidecarVolumes({ form, hasBlackBox }: SidecarSettings): readonly Named[] {
  const items = ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } }))
  const podInfo =
    form === 'knative' ? { projected: { sources: [{ downwardAPI: { items } }] } } : { downwardAPI: { items } }
  // Twice blackBoxBytesMax.
  const box = { name: BLACK_BOX, emptyDir: { sizeLimit: '16Mi' } }
  return [{ name: POD_INFO, ...podInfo }, ...(hasBlackBox ? [box] : [])]
}

function environment(settings: SidecarSettings): readonly Named[] {
  const { form, otlpEndpoint, serviceName, namespace, health, hasAdmin, hasBlackBox, container, stopSeconds } = settings
  const given = [
    ...variable('OTEL_SERVICE_NAME', serviceName),
    ...variable('OTEL_EXPORTER_OTLP_ENDPOINT', otlpEndpoint),
    ...variable('PODSPAN_HEALTH_PORT', form === 'knative' ? undefined : String(health)),
    ...variable('PODSPAN_ADMIN_PORT', hasAdmin ? undefined : 'off'),
  ]
  // Knative allows no fieldRef unless somebody has switched it on.
  const pod =
    form === 'knative'
      ? variable('PODSPAN_POD_NAMESPACE', namespace === '' ? undefined : namespace)
      : [
          field('PODSPAN_POD_NAME', 'metadata.name'),
          field('PODSPAN_POD_NAMESPACE', 'metadata.namespace'),
          field('PODSPAN_POD_UID', 'metadata.uid'),
          field('PODSPAN_NODE_NAME', 'spec.nodeName'),
        ]
  return [
    ...given,
    ...pod,
    ...variable('PODSPAN_CONTAINER_NAME', container),
    ...variable('PODSPAN_LIMITS', form === 'knative' ? undefined : LIMITS),
    ...variable('PODSPAN_WAIT_FOR_APP', form === 'native' ? undefined : WAIT_FOR_APP),
    ...variable('PODSPAN_MIN_DRAIN', form === 'plain' ? `${stopSeconds.min}s` : undefined),
    ...variable('PODSPAN_DRAIN', form === 'plain' ? `${stopSeconds.max}s` : undefined),
    ...variable('PODSPAN_BLACK_BOX', hasBlackBox ? `${BLACK_BOX_FOLDER}/box` : undefined),
  ]
}

function variable(name: string, value: string | undefined): readonly Named[] {
  return value === undefined ? [] : [{ name, value }]
}

function field(name: string, fieldPath: string): Named {
  return { name, valueFrom: { fieldRef: { fieldPath } } }
}

function ownProbes(port: number): Readonly<Record<string, unknown>> {
  const asks = (path: string): object => ({ httpGet: { path, port } })
  return {
    startupProbe: { ...asks('/healthz'), periodSeconds: 1, failureThreshold: 30 },
    readinessProbe: { ...asks('/readyz'), periodSeconds: 5 },
    livenessProbe: { ...asks('/healthz'), periodSeconds: 10, failureThreshold: 3 },
  }
}
