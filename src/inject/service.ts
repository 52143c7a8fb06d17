/** Traffic comes to podspan by the Services that lead to the app: those in the same input are changed, others are told what to change. */
import type { App } from './app.ts'
import type { Cursor } from './cursor.ts'
import { Draft } from './draft.ts'
import type { InjectOptions } from './options.ts'
import { refuseProtocolOfService } from './protocol.ts'
import { kindOf, portOf, selects, type Workload } from './workload.ts'

export interface Service {
  readonly root: Cursor
  readonly namespace: string
  readonly name: string
  readonly selector: ReadonlyMap<string, string>
  readonly ports: readonly ServicePort[]
  readonly isHeadless: boolean
}

interface ServicePort {
  readonly at: Cursor
  readonly isTcp: boolean
  readonly port: number | undefined
  /** Of the pod, by number or name. */
  readonly target: number | string | undefined
}

export function readService(root: Cursor): Service | undefined {
  if (kindOf(root) !== '/Service') return undefined
  const ports = root
    .at('spec', 'ports')
    .items()
    .map((at) => {
      const port = at.at('port').number()
      return {
        at,
        port,
        isTcp: (at.at('protocol').text() ?? 'TCP') === 'TCP',
        target: at.at('targetPort').port() ?? port,
      }
    })
  return {
    root,
    namespace: root.at('metadata', 'namespace').text() ?? '',
    name: root.at('metadata', 'name').text() ?? '',
    selector: root.at('spec', 'selector').texts(),
    ports,
    isHeadless: root.at('spec', 'clusterIP').value === 'None',
  }
}

/** Apps that a Service leads to, and its ports that do. */
export interface Way {
  readonly service: Service
  readonly apps: readonly App[]
  readonly ports: readonly ServicePort[]
}

/** `workloads`: all of the input, for a Service may select one that gets no podspan. */
export function findWays(
  services: readonly Service[],
  workloads: readonly Workload[],
  apps: readonly App[],
  options: InjectOptions,
): readonly Way[] {
  return services.flatMap((service) => {
    const isSelected = (workload: Workload): boolean =>
      !workload.isKnative && workload.namespace === service.namespace && selects(service.selector, workload.labels)
    const selected = apps.filter(({ workload }) => isSelected(workload))
    if (selected.length === 0) return []
    const ports = service.ports.filter((port) => port.isTcp && selected.some((app) => leadsTo(port, app)))
    const others = workloads.filter((each) => isSelected(each) && !selected.some(({ workload }) => workload === each))
    for (const { at } of ports) {
      const astray = [
        ...others.map(({ root }) => root),
        ...selected
          .filter((app) => !ports.some((port) => port.at === at && leadsTo(port, app)))
          .map(({ workload }) => workload.root),
      ]
      for (const root of astray)
        at.refuse(
          `leads to ${root.source.label} too, where podspan would not be found`,
          'Give each its own Service, or inject both',
        )
      if (options.opaque !== true) refuseProtocolOfService(at)
    }
    return [{ service, apps: selected, ports }]
  })
}

function leadsTo({ target }: ServicePort, { workload, container, port }: App): boolean {
  if (typeof target !== 'string') return target === port
  const owner = workload.containers.find((each) => portOf(each, target) !== undefined)
  return owner === container && portOf(container, target) === port
}

/** A number, because older clusters do not look for names of ports in a native sidecar. */
export function planService({ service, apps, ports }: Way, listen: number, notes: string[]): Draft {
  const draft = new Draft(service.root)
  const { label } = service.root.source
  const names = apps.map(({ workload }) => workload.root.source.label).join(', ')
  for (const { at, port, target } of ports) {
    draft.set([...at.path, 'targetPort'], listen)
    notes.push(`${label}: port ${port} leads to ${listen} in place of ${target}`)
  }
  if (ports.length === 0)
    notes.push(`${label}: selects ${names}, and none of its ports leads to the app: podspan is on ${listen}`)
  else if (service.isHeadless)
    notes.push(
      `${label}: is headless, so that clients may go to the app's port by themselves, past podspan, which is on ${listen}`,
    )
  return draft
}

/** An OpenShift Route names the pod's port, by its number, on the way to a Service that was changed. */
export function planRoute(root: Cursor, ways: readonly Way[], listen: number, notes: string[]): Draft | undefined {
  if (kindOf(root) !== 'route.openshift.io/Route') return undefined
  const namespace = root.at('metadata', 'namespace').text() ?? ''
  const to = root.at('spec', 'to', 'name').text()
  const target = root.at('spec', 'port', 'targetPort')
  const way = ways.find(({ service }) => service.name === to && service.namespace === namespace)
  if (typeof target.value !== 'number' || way?.ports.some((port) => leadsToNumber(port, target.value, way)) !== true)
    return undefined
  const draft = new Draft(root)
  draft.set(target.path, listen)
  notes.push(`${root.source.label}: leads to ${listen} in place of ${target.value}`)
  return draft
}

function leadsToNumber(port: ServicePort, number: unknown, { apps }: Way): boolean {
  return apps.some((app) => app.port === number && leadsTo(port, app))
}

/** What has to be changed where the Service is not in this input. */
export function tellOfServicesElsewhere(app: App, ways: readonly Way[], listen: number, notes: string[]): void {
  const { workload, declared, port } = app
  if (workload.isKnative || ways.some(({ apps }) => apps.includes(app))) return
  const named = declared?.name === undefined ? '' : ` or ${JSON.stringify(declared.name)}`
  const namespace = workload.namespace === '' ? '' : ` -n ${workload.namespace}`
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: listen }])
  notes.push(
    `${workload.root.source.label}: no Service here leads to it. Where one does, its targetPort (${port}${named}) has to become ${listen}, or clients pass podspan by: kubectl${namespace} patch service NAME --type=json -p '${patch}' (0 is the first of its ports)`,
  )
}

/** A policy that lets clients to the app's port lets nobody to podspan's. */
export function tellOfPolicies(root: Cursor, apps: readonly App[], listen: number, notes: string[]): void {
  if (kindOf(root) !== 'networking.k8s.io/NetworkPolicy') return
  const namespace = root.at('metadata', 'namespace').text() ?? ''
  const selector = root.at('spec', 'podSelector', 'matchLabels').texts()
  const ports = root
    .at('spec', 'ingress')
    .items()
    .flatMap((rule) => rule.at('ports').items())
    .map((each) => each.at('port').port())
  for (const { workload, container, port } of apps) {
    const isMeant = workload.namespace === namespace && (selector.size === 0 || selects(selector, workload.labels))
    if (isMeant && !ports.includes(listen) && ports.some((each) => portOf(container, each) === port))
      notes.push(
        `${root.source.label}: lets clients to port ${port} of ${workload.root.source.label}; allow ${listen}, where podspan is`,
      )
  }
}
