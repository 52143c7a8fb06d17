/**
 * The entry of the observer thread: builds its parts from what it was told at birth, joins them, and obeys the data thread.
 * OpenTelemetry is loaded late and may be missing: without `otel/` the thread still keeps the ring and dumps.
 */
import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Clock, createClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { ExchangeSink } from '../exchange.ts'
import type { FromObserver, ObserverBirth, ObserverSetup, ThreadMemory, ToObserver } from '../handoff.ts'
import { type InflightRequest, InflightTable } from '../inflight.ts'
import { Ledger, type Signal } from '../ledger.ts'
import { type PackedExchanges, unpack } from '../packing.ts'
import { type Pulse, readPulse, togetherOf } from '../pulse.ts'
import type { AppHint } from '../resources/app.ts'
import { readOwnUsage } from '../resources/own.ts'
import { BlackBox, type Death } from './black-box.ts'
import { BlackBoxFile } from './black-box-file.ts'
import { crashLine } from './crashes.ts'
import { DataPorts } from './data-ports.ts'
import { Dump } from './dump.ts'
import { FanOut } from './fan-out.ts'
import { instrumentedAppHint } from './hints.ts'
import { Inbox } from './inbox.ts'
import { LateTelemetry, type Telemetry } from './late-telemetry.ts'
import { Push } from './push.ts'
import { Ring } from './ring.ts'
import { createRoutes, type RouteOf } from './routes.ts'
import { type Observed, type ObservedResource, resourceOf } from './stats.ts'
import { BoundedLines, openStore } from './stdout.ts'
import { startWatch } from './watch.ts'

const STDOUT = 1
/** Behind the data thread, which shares its CPU quota, and not so far that it starves. */
const NICENESS = 5

interface Observer {
  /** Resolves when telemetry is there or has been given up. */
  readonly loaded: Promise<void>
  /** What the data thread of this index hands over. */
  take(index: number, exchanges: PackedExchanges): void
  fatal(death: Death): void
  stop(withinMs: number): Promise<void>
}

/** What nearly every part is given. */
interface Common {
  readonly config: Config
  readonly clock: Clock
  readonly ledger: Ledger
  readonly threads: readonly ThreadMemory[]
  /** Of all data threads, under way now. */
  readonly inflight: () => readonly InflightRequest[]
  readonly say: (text: string) => void
}

function commonOf({ config, anchor, ledger: books, threads }: ObserverSetup, say: (text: string) => void): Common {
  const ledgers = threads.map((thread) => thread.ledger)
  const tables = threads.map(({ inflight }) => new InflightTable(inflight))
  const inflight = (): InflightRequest[] => tables.flatMap((table) => table.list())
  return { config, clock: createClock(anchor), ledger: new Ledger(books, ledgers), threads, inflight, say }
}

function observe(setup: ObserverSetup, say: (text: string) => void): Observer {
  const common = commonOf(setup, say)
  const { config } = common
  const ring = new Ring<Observed>(config.limits.ringExchanges)
  const dump = dumpOf(common, ring)
  const push = pushOf(common, ring)
  const blackBox = blackBoxOf(common)
  const telemetry = telemetryOf(common)
  let resource: ObservedResource | undefined
  const fanOut = new FanOut(
    [
      { name: 'the ring', take: (exchange) => ring.push({ exchange, resource }) },
      ...(dump ? [{ name: 'the dump', take: () => dump.noted() }] : []),
      ...(push ? [{ name: 'the push', take: () => push.noted() }] : []),
      ...(blackBox ? [{ name: 'the black box', take: blackBox.enriched }] : []),
      { name: 'telemetry', take: telemetry.exchange },
      ...(config.observation.appInstrumented ? [] : [{ name: 'a hint', take: instrumentedAppHint(say) }]),
    ],
    say,
  )
  const watch = startWatch({
    ...{ ...common, limits: config.limits, app: appOf(config), sink: fanOut.sink },
    onSample(sample) {
      resource = resourceOf(sample, config.dump.full)
      telemetry.sample(sample)
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
  return {
    loaded: config.telemetry.enabled ? telemetry.load(() => loadTelemetry(common)) : Promise.resolve(),
    take(index, exchanges) {
      inboxes[index]?.take(unpack(exchanges))
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

/** One for each data thread's books. The black box has everything at once, and a second time what was found out about it. */
function inboxesOf({ config, threads, say }: Common, blackBox: BlackBox | undefined, next: ExchangeSink): Inbox[] {
  const sink: ExchangeSink = (exchange) => {
    blackBox?.exchange(exchange)
    next(exchange)
  }
  const shared = { textBytesMax: config.limits.capturedTextBytesMax, routeOf: routesOf(config, say), sink }
  return threads.map(({ ledger }) => new Inbox({ ...shared, ledger: new Ledger(ledger) }))
}

function telemetryOf({ config, ledger, say }: Common): LateTelemetry {
  const { telemetry, limits } = config
  const signals: readonly Signal[] = telemetry.logs.enabled ? ['span', 'log'] : ['span']
  if (telemetry.logs.enabled) ledger.keepLogs()
  return new LateTelemetry({ ledger, signals, waitingMax: limits.spanQueueMax, say })
}

async function loadTelemetry({ config, clock, ledger, threads, say }: Common): Promise<Telemetry> {
  const { startTelemetry } = await import('../../otel/start.ts')
  const { telemetry: settings, observation, limits } = config
  return startTelemetry({ settings, observation, limits, clock, ledger, say, ...seen(threads, clock) })
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

/** Undefined: nobody asked for one, or it can't be had. */
function blackBoxOf({ config: { blackBox: path, limits }, clock, inflight, say }: Common): BlackBox | undefined {
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
function appOf({ target, app }: Config): AppHint {
  return { target: target.kind === 'named' ? undefined : target, ...app }
}

/** Undefined: nobody asked for one. */
function dumpOf({ config, clock, ledger, say }: Common, ring: Ring<Observed>): Dump | undefined {
  const { dump: settings, telemetry, limits } = config
  if (!settings.enabled) return undefined
  const writer = new BoundedLines({ store: openStore(STDOUT), limits, clock, say })
  return new Dump({ ring, writer, settings, pod: telemetry.resource['k8s.pod.name'], limits, clock, ledger })
}

/** Undefined: nobody asked for one. */
function pushOf({ config, ...common }: Common, ring: Ring<Observed>): Push | undefined {
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

function main(port: MessagePort, { setup, ports, written }: ObserverBirth): void {
  lowerPriority()
  const tell = (message: FromObserver): void => port.postMessage(message)
  const observer = observe(setup, (text) => tell({ kind: 'say', text }))
  const dataPorts = new DataPorts(observer.take, ports as readonly unknown[] as readonly MessagePort[])
  port.on('message', (message: ToObserver) => {
    if (message.kind === 'thread') dataPorts.open(message.index, message.port as unknown as MessagePort)
    else if (message.kind === 'drill' && setup.config.drills) drill(message.what, message.forMs)
    else if (message.kind === 'fatal') {
      dataPorts.empty()
      observer.fatal(message)
      announce(new Int32Array(written))
    } else if (message.kind === 'shutdown') {
      dataPorts.empty()
      observer.stop(message.withinMs).then(() => tell({ kind: 'flushed' }))
    }
  })
  observer.loaded.then(() => tell({ kind: 'ready' }))
}

/** To a thread that holds still for it. */
function announce(written: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(written, 0, 1)
  Atomics.notify(written, 0)
}

if (parentPort !== null) main(parentPort, workerData)
