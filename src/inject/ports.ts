/** Which ports are free in a pod. All containers of a pod share them; on the host's network, all pods of a node do. */
import type { App } from './app.ts'
import type { Cursor } from './cursor.ts'
import type { InjectOptions } from './options.ts'
import { probesOf, type Workload } from './workload.ts'

export interface SidecarPorts {
  /** One for all pods of an input, so that one Service can stand before several of them. */
  readonly listen: number
  readonly health: number
}

const LISTEN = 8_080
const HEALTH = 8_086
/** Of podspan's admin API, on the loopback of the pod. */
const ADMIN = 4_199

export function choosePorts(
  workloads: readonly Workload[],
  apps: readonly App[],
  { port, healthPort }: InjectOptions,
): SidecarPorts {
  const used = new Map([...workloads.flatMap(portsIn), ...apps.map(portOfApp)])
  const listen = port ?? firstFree(LISTEN, (each) => used.has(each) || each === healthPort)
  const health = healthPort ?? firstFree(HEALTH, (each) => used.has(each) || each === listen)
  const free = firstFree(LISTEN, (each) => used.has(each) || each === listen || each === health)
  for (const app of apps) {
    const own = usedBeside(app, workloads)
    own
      .get(listen)
      ?.refuse(`is port ${listen}, where podspan would listen`, `Choose another with --port, such as ${free}`)
    own
      .get(health)
      ?.refuse(
        `is port ${health}, where podspan would answer probes`,
        `Choose another with --health-port, such as ${free}`,
      )
  }
  refuseSharedHost(apps, listen)
  return { listen, health }
}

/** Nothing of the pod may lose its port to the admin API, and no two pods of a node can have it. */
export function isAdminPortTaken({ workload }: App, { listen, health }: SidecarPorts): boolean {
  return isOnHost(workload) || listen === ADMIN || health === ADMIN || new Map(portsIn(workload)).has(ADMIN)
}

export function isOnHost({ pod }: Workload): boolean {
  return pod.at('hostNetwork').value === true
}

function usedBeside(app: App, workloads: readonly Workload[]): ReadonlyMap<number, Cursor> {
  const beside = isOnHost(app.workload) ? workloads.filter(isOnHost) : []
  return new Map([...beside.flatMap(portsIn), ...portsIn(app.workload), portOfApp(app)])
}

function refuseSharedHost(apps: readonly App[], listen: number): void {
  const [first, ...others] = apps.filter(({ workload }) => isOnHost(workload))
  for (const { workload } of others) {
    workload.pod
      .at('hostNetwork')
      .refuse(
        `puts podspan on port ${listen} of the node, as in ${first?.workload.root.source.label}`,
        'Inject the two one by one, each with its own --port and --health-port',
      )
  }
}

function portOfApp({ container, port, declared }: App): readonly [number, Cursor] {
  return [port, declared?.at ?? container.at]
}

function portsIn({ containers, initContainers }: Workload): readonly (readonly [number, Cursor])[] {
  return [...initContainers, ...containers].flatMap((container) => {
    const declared = container.ports.filter(({ isTcp }) => isTcp)
    const probed = probesOf(container).flatMap(({ port, at }) => (port === undefined ? [] : [[port, at] as const]))
    return [...probed, ...declared.map(({ number, at }) => [number, at] as const)]
  })
}

function firstFree(from: number, isTaken: (port: number) => boolean): number {
  let port = from
  while (isTaken(port)) port++
  return port
}
