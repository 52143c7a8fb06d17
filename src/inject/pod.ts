/** What has to change in a pod for podspan to stand before its app. */
import { type App, idOf } from './app.ts'
import { Draft } from './draft.ts'
import { knativeProbes, planKnative } from './knative.ts'
import type { InjectOptions } from './options.ts'
import { isAdminPortTaken, isOnHost, type SidecarPorts } from './ports.ts'
import { DEFAULT_IMAGE, IMAGE_USER, type SidecarSettings, sidecarContainer, sidecarVolumes } from './sidecar.ts'
import { planStop, stopSeconds } from './stopping.ts'
import { type Probe, probesOf } from './workload.ts'

const SERVICE_LABELS = ['app.kubernetes.io/instance', 'app.kubernetes.io/name']
const SERVICE_ANNOTATION = 'resource.opentelemetry.io/service.name'

export function planPod(app: App, ports: SidecarPorts, options: InjectOptions, notes: string[]): Draft {
  const { workload, container } = app
  const { pod, root } = workload
  const draft = new Draft(root)
  const say = (note: string): number => notes.push(`${root.source.label}: ${note}`)
  const settings = settingsFor(app, ports, options)
  say(`podspan listens on ${ports.listen} before container ${container.name}, which listens on ${app.port}`)
  // Behind the app's own: it needs podspan only when it serves, and a sidecar that carries the telemetry must outlive podspan.
  draft.append([...pod.path, settings.form === 'native' ? 'initContainers' : 'containers'], sidecarContainer(settings))
  for (const volume of sidecarVolumes(settings)) draft.append([...pod.path, 'volumes'], volume)
  if (workload.isKnative) planKnative(app, draft, say)
  else planStop(app, options, draft, say)
  if (options.probes === 'through' && !workload.isKnative) planProbes(app, ports.listen, draft, say)
  if (options.sharedPid === true) planSharedPid(app, draft, say)
  tellBesides(app, settings, say)
  return draft
}

function settingsFor(app: App, ports: SidecarPorts, options: InjectOptions): SidecarSettings {
  const { workload, container } = app
  const { root, labels, annotations, namespace } = workload
  const isNamed = SERVICE_LABELS.some((label) => labels.has(label)) || annotations.has(SERVICE_ANNOTATION)
  const name = root.at('metadata', 'name').text() ?? root.at('metadata', 'generateName').text()?.replace(/-$/, '')
  const isRoot = workload.pod.at('securityContext', 'runAsUser').value === 0
  return {
    image: options.image ?? DEFAULT_IMAGE,
    ...ports,
    target: app.port,
    container: container.name,
    form: workload.isKnative ? 'knative' : options.plain === true ? 'plain' : 'native',
    isOpaque: options.opaque === true,
    hasBlackBox: options.blackBox === true,
    hasAdmin: !isAdminPortTaken(app, ports),
    otlpEndpoint: options.otlpEndpoint,
    serviceName: isNamed ? undefined : name,
    namespace,
    runAsUser: options.sharedPid === true ? idOf(app, 'runAsUser') : isRoot ? IMAGE_USER : undefined,
    runAsGroup: options.sharedPid === true ? idOf(app, 'runAsGroup') : undefined,
    stopSeconds: stopSeconds(workload, options),
    probes: workload.isKnative ? knativeProbes(app) : {},
  }
}

type Say = (note: string) => number

function planProbes(app: App, listen: number, draft: Draft, say: Say): void {
  for (const { name, at } of httpProbesOf(app)) {
    draft.set([...at.path, 'port'], listen)
    say(`the ${name} of container ${app.container.name} passes podspan`)
  }
}

function httpProbesOf(app: App): readonly Probe[] {
  return probesOf(app.container).filter(({ kind, port }) => kind === 'httpGet' && port === app.port)
}

function planSharedPid(app: App, draft: Draft, say: Say): void {
  const { pod } = app.workload
  const shared = pod.at('shareProcessNamespace')
  if (shared.value !== true) draft.set(shared.path, true)
  const missing = (['runAsUser', 'runAsGroup'] as const).filter((name) => idOf(app, name) === undefined)
  if (missing.length > 0)
    say(
      `podspan sees the process of container ${app.container.name} only as the same user and group: OpenShift sees to that, elsewhere give the app its ${missing.join(' and ')} in this file`,
    )
  if (app.workload.isKnative)
    say('Knative takes shareProcessNamespace only with kubernetes.podspec-shareprocessnamespace')
}

function tellBesides(app: App, { hasAdmin, image }: SidecarSettings, say: Say): void {
  const { workload, declared, port } = app
  if (image === DEFAULT_IMAGE) say(`its image is ${DEFAULT_IMAGE}, as in manifests/: --image names yours`)
  if (!hasAdmin) say(`the admin API is off: its port is ${isOnHost(workload) ? "the node's" : 'used here'}`)
  if (declared?.hostPort !== undefined && !isOnHost(workload))
    say(`its hostPort ${declared.hostPort} leads to the app's port ${port}, past podspan`)
  if (['Pod', 'Job'].includes(workload.kind))
    say(`a ${workload.kind} that runs cannot be changed: delete it before it is applied`)
}
