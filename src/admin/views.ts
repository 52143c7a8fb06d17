/** What is seen at this moment, as the answers of the API. Pure. */
import { targetText } from '../config.ts'
import type { AdminParts } from './parts.ts'
import type {
  AboutAnswer,
  InflightAnswer,
  LedgerAnswer,
  LiveHello,
  LiveTick,
  ResourcePoint,
  ResourcesAnswer,
  RoutesAnswer,
  TrafficPoint,
} from './shapes.ts'

export function aboutAnswer({ config, clock, listeningPort }: AdminParts): AboutAnswer {
  const { resource } = config.telemetry
  const [pod, namespace] = [resource['k8s.pod.name'], resource['k8s.namespace.name']]
  return {
    version: versionOf(config.telemetry),
    service: resource['service.name'] ?? '',
    ...(pod !== undefined && { pod }),
    ...(namespace !== undefined && { namespace }),
    target: targetText(config.target),
    listen: { host: config.listen.host, port: listeningPort() || config.listen.port },
    startedAtMs: Math.round(clock.anchor.wallMs),
    ringExchanges: config.limits.ringExchanges,
  }
}

export function versionOf({ resource }: AdminParts['config']['telemetry']): string {
  return resource['telemetry.distro.version'] ?? ''
}

/** Those that have taken longest first, at most `countMax` of them. */
export function inflightAnswer(
  { inflight, inflightCount, clock }: Pick<AdminParts, 'inflight' | 'inflightCount' | 'clock'>,
  countMax: number = Number.POSITIVE_INFINITY,
): InflightAnswer {
  const nowMs = clock.monotonicMs()
  const oldest = [...inflight()].sort((a, b) => a.startedMonotonicMs - b.startedMonotonicMs).slice(0, countMax)
  const requests = oldest.map(({ startedMonotonicMs, ...request }) => ({
    ...request,
    ageMs: Math.max(0, Math.round(nowMs - startedMonotonicMs)),
  }))
  return { requests, count: inflightCount() }
}

export function routesAnswer({ overview }: Pick<AdminParts, 'overview'>): RoutesAnswer {
  return { routes: overview.routes.views(), sinceAtMs: Math.round(overview.startedAtMs) }
}

export function resourcesAnswer({ overview: { resources } }: Pick<AdminParts, 'overview'>): ResourcesAnswer {
  return { latest: resources.latest ?? null, history: resources.points() }
}

export function ledgerAnswer({ ledger, backends }: Pick<AdminParts, 'ledger' | 'backends'>): LedgerAnswer {
  return { ledger: ledger.snapshot(), backends: backends() }
}

export function helloOf(parts: AdminParts, exchanges: LiveHello['exchanges']): LiveHello {
  const { traffic, resources } = parts.overview
  return { about: aboutAnswer(parts), traffic: traffic.points(), resources: resources.points(), exchanges }
}

/** A person looks at the oldest; all of them are in `/inflight`. */
const TICK_INFLIGHT_MAX = 100

export function tickOf(parts: AdminParts, traffic: TrafficPoint, resources: ResourcePoint | undefined): LiveTick {
  const { latest } = parts.overview.resources
  return {
    traffic,
    ...(resources && { resources }),
    routes: parts.overview.routes.views(),
    inflight: inflightAnswer(parts, TICK_INFLIGHT_MAX),
    ledger: ledgerAnswer(parts),
    ...(latest && { app: { app: latest.app, scope: latest.scope } }),
  }
}
