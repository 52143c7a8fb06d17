/**
 * The entry of the observer thread: builds its parts from what it was told at birth, joins them, and obeys the data thread.
 * OpenTelemetry is loaded late and may be missing: without `otel/` the thread still keeps the ring and dumps.
 */
import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Clock, createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { FromObserver, ObserverSetup, ThreadMemory, ToObserver } from '../handoff.ts'
import { InflightTable } from '../inflight.ts'
import { Ledger, type Signal } from '../ledger.ts'
import { type PackedExchanges, unpack } from '../packing.ts'
import { type Pulse, readPulse, togetherOf } from '../pulse.ts'
import type { AppHint } from '../resources/app.ts'
import { readOwnUsage } from '../resources/own.ts'
import { startSampler } from '../resources/sampler.ts'
import type { Visibility } from '../resources/visibility.ts'
import { DataPorts } from './data-ports.ts'
import { Dump } from './dump.ts'
import { FanOut } from './fan-out.ts'
import { instrumentedAppHint } from './hints.ts'
import { Inbox } from './inbox.ts'
import { LateTelemetry, type Telemetry } from './late-telemetry.ts'
import { Ring } from './ring.ts'
import { createRoutes, type RouteOf } from './routes.ts'
import { type Observed, type ObservedResource, resourceOf } from './stats.ts'
import { BoundedLines, openStore } from './stdout.ts'

const STDOUT = 1
/** Behind the data thread, which shares its CPU quota, and not so far that it starves. */
const NICENESS = 5

interface Observer {
  /** Resolves when telemetry is there or has been given up. */
  readonly loaded: Promise<void>
  /** What the data thread of this index hands over. */
  take(index: number, exchanges: PackedExchanges): void
  stop(withinMs: number): Promise<void>
}

function observe({ config, anchor, ledger: books, threads }: ObserverSetup, port: MessagePort): Observer {
  const { limits } = config
  const tell = (message: FromObserver): void => port.postMessage(message)
  const say = (text: string): void => tell({ kind: 'say', text })
  const clock = createClock(anchor)
  const threadLedgers = threads.map((thread) => thread.ledger)
  const ledger = new Ledger(books, threadLedgers)

  const ring = new Ring<Observed>(limits.ringExchanges)
  const dump = dumpOf(config, ring, clock, ledger, say)
  const signals: readonly Signal[] = config.telemetry.logs.enabled ? ['span', 'log'] : ['span']
  if (config.telemetry.logs.enabled) ledger.keepLogs()
  const telemetry = new LateTelemetry({ ledger, signals, waitingMax: limits.spanQueueMax, say })
  let resource: ObservedResource | undefined
  const onVisible = ({ summary, advice }: Visibility): void => say([summary, ...advice].join('; '))
  const onSample = (sample: Parameters<Telemetry['sample']>[0]): void => {
    resource = resourceOf(sample, config.dump.full)
    telemetry.sample(sample)
  }
  const sampler = startSampler({ clock, limits, app: appOf(config), onSample, onVisible, say })

  const fanOut = new FanOut(
    [
      { name: 'the ring', take: (exchange) => ring.push({ exchange, resource }) },
      ...(dump ? [{ name: 'the dump', take: () => dump.noted() }] : []),
      { name: 'telemetry', take: telemetry.exchange },
      ...(config.observation.appInstrumented ? [] : [{ name: 'a hint', take: instrumentedAppHint(say) }]),
    ],
    say,
  )
  const routeOf = routesOf(config, say)
  const shared = { textBytesMax: limits.capturedTextBytesMax, routeOf, sink: fanOut.sink }
  const inboxes = threadLedgers.map((memory) => new Inbox({ ...shared, ledger: new Ledger(memory) }))
  const start = async (): Promise<Telemetry> => {
    const { startTelemetry } = await import('../../otel/start.ts')
    const { telemetry: settings, observation } = config
    return startTelemetry({ settings, observation, limits, clock, ledger, say, ...seen(threads, clock) })
  }
  return {
    loaded: config.telemetry.enabled ? telemetry.load(start) : Promise.resolve(),
    take: (index, exchanges) => inboxes[index]?.take(unpack(exchanges)),
    async stop(withinMs) {
      sampler.stop()
      await Promise.allSettled([dump?.close(withinMs), telemetry.shutdown(withinMs)])
      for (const [name, count] of fanOut.failures) say(`${name} failed on ${count} exchanges in all`)
    },
  }
}

/** What can be seen of the data threads without asking them, and of the process. */
function seen(
  threads: readonly ThreadMemory[],
  clock: Clock,
): {
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

/** Egress stands before what the app calls, and so before no app. */
function appOf({ target, app }: Config): AppHint {
  return { target: target.kind === 'named' ? undefined : target, ...app }
}

/** Undefined: nobody asked for one. */
function dumpOf(
  { dump: settings, telemetry, limits }: Config,
  ring: Ring<Observed>,
  clock: Clock,
  ledger: Ledger,
  say: (text: string) => void,
): Dump | undefined {
  if (!settings.enabled) return undefined
  const writer = new BoundedLines({ store: openStore(STDOUT), limits, clock, say })
  return new Dump({ ring, writer, settings, pod: telemetry.resource['k8s.pod.name'], limits, clock, ledger })
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

/** Holds the thread still, or ends it as a bug would: nothing may catch what is thrown here. */
function drill(what: 'block' | 'die', forMs: number): void {
  if (what === 'die') throw new Error('a drill: the observer dies')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, forMs)
}

function lowerPriority(): void {
  try {
    // On Linux 0 means this thread alone.
    setPriority(0, NICENESS)
  } catch {
    // A container may forbid it; the thread then runs as it is.
  }
}

function main(port: MessagePort, { setup, ports }: { setup: ObserverSetup; ports: readonly MessagePort[] }): void {
  lowerPriority()
  const observer = observe(setup, port)
  const dataPorts = new DataPorts(observer.take, ports)
  port.on('message', (message: ToObserver) => {
    if (message.kind === 'thread') dataPorts.open(message.index, message.port as unknown as MessagePort)
    else if (message.kind === 'drill' && setup.config.drills) drill(message.what, message.forMs)
    else if (message.kind === 'shutdown') {
      dataPorts.empty()
      observer.stop(message.withinMs).then(() => port.postMessage({ kind: 'flushed' } satisfies FromObserver))
    }
  })
  observer.loaded.then(() => port.postMessage({ kind: 'ready' } satisfies FromObserver))
}

if (parentPort !== null) main(parentPort, workerData)
