/**
 * Makes the observer's parts of what it was told at birth, each or none, as the configuration says. They are joined in observe.ts.
 * OpenTelemetry is loaded late and may be missing: without `otel/` all else is there.
 */
import { type Clock, createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { ExchangeSink } from '../exchange.ts'
import type { ObserverSetup, ThreadMemory } from '../handoff.ts'
import { type InflightRequest, InflightTable } from '../inflight.ts'
import { Ledger, type Signal } from '../ledger.ts'
import { type Pulse, readPulse, togetherOf } from '../pulse.ts'
import type { AppHint } from '../resources/app.ts'
import { readOwnUsage } from '../resources/own.ts'
import { BlackBox } from './black-box.ts'
import { BlackBoxFile } from './black-box-file.ts'
import { Dump } from './dump.ts'
import { Inbox } from './inbox.ts'
import { LateTelemetry, type Telemetry } from './late-telemetry.ts'
import { Push } from './push.ts'
import type { Ring } from './ring.ts'
import { createRoutes, type RouteOf } from './routes.ts'
import type { Observed } from './stats.ts'
import { BoundedLines, openStore } from './stdout.ts'

const STDOUT = 1

/** What nearly every part is given. */
export interface Common {
  readonly config: Config
  readonly clock: Clock
  readonly ledger: Ledger
  readonly threads: readonly ThreadMemory[]
  /** Of all data threads, under way now. */
  readonly inflight: () => readonly InflightRequest[]
  readonly say: (text: string) => void
}

export function commonOf(
  { config, anchor, ledger: books, threads }: ObserverSetup,
  say: (text: string) => void,
): Common {
  const ledgers = threads.map((thread) => thread.ledger)
  const tables = threads.map(({ inflight }) => new InflightTable(inflight))
  const inflight = (): InflightRequest[] => tables.flatMap((table) => table.list())
  return { config, clock: createClock(anchor), ledger: new Ledger(books, ledgers), threads, inflight, say }
}

/** One for each data thread's books. The black box has everything at once, and a second time what was found out about it. */
export function inboxesOf(
  { config, threads, say }: Common,
  blackBox: BlackBox | undefined,
  next: ExchangeSink,
): Inbox[] {
  const sink: ExchangeSink = (exchange) => {
    blackBox?.exchange(exchange)
    next(exchange)
  }
  const shared = { textBytesMax: config.limits.capturedTextBytesMax, routeOf: routesOf(config, say), sink }
  return threads.map(({ ledger }) => new Inbox({ ...shared, ledger: new Ledger(ledger) }))
}

export function telemetryOf({ config, ledger, say }: Common): LateTelemetry {
  const { telemetry, limits } = config
  const signals: readonly Signal[] = telemetry.logs.enabled ? ['span', 'log'] : ['span']
  if (telemetry.logs.enabled) ledger.keepLogs()
  return new LateTelemetry({ ledger, signals, waitingMax: limits.spanQueueMax, say })
}

export async function loadTelemetry(common: Common): Promise<Telemetry> {
  const { config, clock, ledger, say } = common
  const { startTelemetry } = await import('../../otel/start.ts')
  const { telemetry: settings, observation, limits } = config
  return startTelemetry({ settings, observation, limits, clock, ledger, say, ...seen(common) })
}

/** What can be seen of the data threads without asking them, and of the process. */
export function seen({ threads, clock }: Common): {
  readonly usage: typeof readOwnUsage
  readonly uptimeSeconds: () => number
  readonly pulse: () => Pulse
  readonly inflightCount: () => number
} {
  const tables = threads.map(({ inflight }) => new InflightTable(inflight))
  return {
    usage: readOwnUsage,
    uptimeSeconds: () => (clock.monotonicMs() - clock.anchor.monotonicMs) / 1e3,
    pulse: () => togetherOf(threads.map(({ pulse }) => readPulse(pulse))),
    inflightCount: () => tables.reduce((sum, table) => sum + table.count(), 0),
  }
}

/** Undefined: nobody asked for one, or it can't be had. */
export function blackBoxOf({ config: { blackBox: path, limits }, clock, inflight, say }: Common): BlackBox | undefined {
  if (path === undefined) return undefined
  try {
    const file = new BlackBoxFile(path, limits.blackBoxBytesMax)
    return new BlackBox({ file, clock, inflight, batchMs: limits.batchMs, say })
  } catch (error) {
    say(`no black box: ${error}`)
    return undefined
  }
}

/** Egress stands before what the app calls, and so before no app. */
export function appOf({ target, app }: Config): AppHint {
  return { target: target.kind === 'named' ? undefined : target, ...app }
}

/** Undefined: nobody asked for one. */
export function dumpOf({ config, clock, ledger, say }: Common, ring: Ring<Observed>): Dump | undefined {
  const { dump: settings, telemetry, limits } = config
  if (!settings.enabled) return undefined
  const writer = new BoundedLines({ store: openStore(STDOUT), limits, clock, say })
  return new Dump({ ring, writer, settings, pod: telemetry.resource['k8s.pod.name'], limits, clock, ledger })
}

/** Undefined: nobody asked for one. */
export function pushOf({ config, ...common }: Common, ring: Ring<Observed>): Push | undefined {
  const { push: url, telemetry, limits } = config
  const { 'k8s.pod.name': pod, 'telemetry.distro.version': version = '' } = telemetry.resource
  return url === undefined
    ? undefined
    : new Push({ ...common, limits, url, ring, pod, userAgent: `podspan/${version}` })
}

/** By the templates given, and by those of an OpenAPI document as soon as it is read. */
function routesOf({ observation }: Config, say: (text: string) => void): RouteOf {
  const { routes, openapi } = observation
  let routeOf = createRoutes(routes)
  if (openapi !== undefined) {
    const read = async (): Promise<void> => {
      const { openapiTemplates } = await import('./openapi.ts')
      routeOf = createRoutes([...routes, ...openapiTemplates(openapi)])
    }
    read().catch((error: Error) => say(`no routes from ${openapi}: ${error.message}`))
  }
  return (path) => routeOf(path)
}
