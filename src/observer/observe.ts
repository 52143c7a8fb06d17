/**
 * The observer: joins its parts, so that every exchange passes the black box, the enrichment and the fan-out, and every look
 * at the container is heard by all who want it. It knows nothing of the thread it runs in.
 */
import type { ExchangeSink } from '../exchange.ts'
import type { AdminWhere, ObserverBirth } from '../handoff.ts'
import type { PackedExchanges } from '../packing.ts'
import type { BlackBox, Death } from './black-box.ts'
import { Bodies } from './bodies.ts'
import { crashLine } from './crashes.ts'
import type { Dump } from './dump.ts'
import { ExchangeSlots } from './exchange-slots.ts'
import { FanOut, type NamedSink } from './fan-out.ts'
import { instrumentedAppHint } from './hints.ts'
import type { LateTelemetry } from './late-telemetry.ts'
import { Overview } from './overview.ts'
import {
  appOf,
  blackBoxOf,
  type Common,
  commonOf,
  dumpOf,
  inboxesOf,
  loadTelemetry,
  pushOf,
  seen,
  telemetryOf,
} from './parts.ts'
import type { Push } from './push.ts'
import { Ring } from './ring.ts'
import { serveAdmin } from './serve-admin.ts'
import { type Observed, type ObservedResource, resourceOf } from './stats.ts'
import { startWatch } from './watch.ts'

export interface Observer {
  /** Resolves when telemetry is there or has been given up. */
  readonly loaded: Promise<void>
  /** Resolves when the admin API is served, or cannot be; undefined: nobody asked for it. */
  readonly admin: Promise<AdminWhere> | undefined
  /** What the data thread of this index hands over. */
  take(index: number, exchanges: PackedExchanges): void
  fatal(death: Death): void
  stop(withinMs: number): Promise<void>
}

export function observe({ setup, adminPort }: ObserverBirth, say: (text: string) => void): Observer {
  const common = commonOf(setup, say)
  const { config } = common
  const ring = new Ring(config.limits.ringExchanges, new ExchangeSlots())
  const bodies = new Bodies(config.limits.bodiesBytesMax)
  const parts = partsOf(common, ring)
  const { dump, push, blackBox, telemetry, overview } = parts
  let resource: ObservedResource | undefined
  const remembered = named('the ring', (exchange) => remember(ring, bodies, { exchange, resource }))
  const fanOut = new FanOut([...remembered, ...sinksOf(parts, common)], say)
  const watch = startWatch({
    ...{ ...common, limits: config.limits, app: appOf(config), sink: fanOut.sink },
    onSample(sample) {
      resource = resourceOf(sample, config.dump.full)
      telemetry.sample(sample)
      overview?.sample(sample)
      push?.sample(sample)
      blackBox?.sample(sample)
    },
    onCrash(report) {
      say(crashLine(report))
      telemetry.crash(report)
      blackBox?.crash(report)
    },
  })
  const inboxes = inboxesOf(common, blackBox, watch.sink)
  const backends = () => [...telemetry.backends(), ...(push?.backends() ?? [])]
  const shown = { ...common, ...seen(common), ring, bodies, backends }
  return {
    admin: overview && serveAdmin({ ...shown, overview, port: adminPort }),
    loaded: config.telemetry.enabled ? telemetry.load(() => loadTelemetry(common)) : Promise.resolve(),
    take(index, exchanges) {
      if (exchanges.bodies !== undefined) bodies.take(exchanges.bodies)
      inboxes[index]?.take(exchanges)
      blackBox?.flush()
    },
    fatal: (death) => blackBox?.fatal(death),
    async stop(withinMs) {
      watch.stop()
      blackBox?.close()
      await Promise.allSettled([dump?.close(withinMs), push?.close(withinMs), telemetry.shutdown(withinMs)])
      for (const [name, count] of fanOut.failures) say(`${name} failed on ${count} exchanges in all`)
    },
  }
}

interface Parts {
  readonly dump: Dump | undefined
  readonly push: Push | undefined
  readonly blackBox: BlackBox | undefined
  readonly telemetry: LateTelemetry
  readonly overview: Overview | undefined
}

function partsOf(common: Common, ring: Ring<Observed>): Parts {
  return {
    dump: dumpOf(common, ring),
    push: pushOf(common, ring),
    blackBox: blackBoxOf(common),
    telemetry: telemetryOf(common),
    overview: common.config.admin && new Overview({ ...common, ...seen(common) }),
  }
}

function sinksOf({ dump, push, blackBox, telemetry, overview }: Parts, { config, say }: Common): NamedSink[] {
  return [
    ...named('the dump', dump && (() => dump.noted())),
    ...named('the push', push && (() => push.noted())),
    ...named('the black box', blackBox?.enriched),
    ...named('telemetry', telemetry.exchange),
    ...named('the admin API', overview?.exchange),
    ...named('a hint', config.observation.appInstrumented ? undefined : instrumentedAppHint(say)),
  ]
}

/** With an exchange its body is forgotten. */
function remember(ring: Ring<Observed>, bodies: Bodies, observed: Observed): void {
  const leaving = bodies.isEmpty ? undefined : ring.leaving
  if (leaving !== undefined) bodies.drop(leaving.exchange.id)
  ring.push(observed)
}

/** None, where it is not wanted. */
function named(name: string, take: ExchangeSink | undefined): NamedSink[] {
  return take === undefined ? [] : [{ name, take }]
}
