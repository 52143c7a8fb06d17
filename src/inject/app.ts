/** Which container of a pod is the app, and which of its ports clients come to: the only one, or the one that was named. */
import type { InjectOptions } from './options.ts'
import type { Container, ContainerPort, Workload } from './workload.ts'

export interface App {
  readonly workload: Workload
  readonly container: Container
  readonly port: number
  /** As the container declares it, which it need not. */
  readonly declared: ContainerPort | undefined
}

/** Knative sends requests there when no port is declared. */
const KNATIVE_PORT = 8_080

/** A text says why there is no app here; undefined is a problem that was reported. */
export function findApp(workload: Workload, { container: name, appPort }: InjectOptions): App | string | undefined {
  if (workload.containers.length === 0) return undefined
  const candidates = workload.containers.filter((each) =>
    name === undefined ? tcpPorts(each, appPort).length > 0 : each.name === name,
  )
  const [container = onlyOf(workload.containers), ...more] = candidates
  if (name !== undefined && candidates.length === 0) return `has no container ${name}`
  if (container === undefined) return 'declares no port in any of its containers'
  if (more.length > 0) {
    const names = candidates.map((each) => each.name).join(', ')
    workload.pod.at('containers').refuse(`has several that could be the app: ${names}`, 'Name one with --container')
    return undefined
  }
  const ports = tcpPorts(container, appPort)
  const [declared, ...others] = ports
  if (others.length > 0) {
    const list = ports
      .map((each) => (each.name === undefined ? each.number : `${each.number} (${each.name})`))
      .join(', ')
    container.at.at('ports').refuse(`of ${container.name} has several: ${list}`, 'Name one with --app-port')
    return undefined
  }
  const port = declared?.number ?? (typeof appPort === 'number' ? appPort : undefined)
  if (port !== undefined) return { workload, container, port, declared }
  if (typeof appPort === 'string') return `has no port ${appPort} in container ${container.name}`
  if (workload.isKnative) return { workload, container, port: KNATIVE_PORT, declared }
  return `declares no port in container ${container.name}`
}

function tcpPorts({ ports }: Container, wanted: number | string | undefined): readonly ContainerPort[] {
  return ports.filter(
    ({ isTcp, number, name }) => isTcp && (wanted === undefined || wanted === number || wanted === name),
  )
}

function onlyOf<Item>(list: readonly Item[]): Item | undefined {
  return list.length === 1 ? list[0] : undefined
}

/** Of the app's container, as far as the file says. */
export function idOf({ container, workload }: App, name: 'runAsUser' | 'runAsGroup'): number | undefined {
  return container.at.at('securityContext', name).number() ?? workload.pod.at('securityContext', name).number()
}
