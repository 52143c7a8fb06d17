/**
 * The composition: the one file that knows every part, so that the command line and the Ambassador of a program start the
 * very same thing. It reads no argv, no environment and sets no signal handler.
 */
import { type Clock, createClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Decorator } from './decorators/decorator.ts'
import { loadDecorators } from './decorators/load.ts'
import type { ThreadMemory } from './handoff.ts'
import { Ledger, type LedgerSnapshot } from './ledger.ts'
import { listeningPort } from './listening.ts'
import type { Data, DataFailure } from './threads/data.ts'
import { createDataPath, createThreadMemory } from './threads/data-path.ts'
import { ObserverThread, type ObserverThreadOptions } from './threads/observer-thread.ts'
import { createAppProbe } from './tunnel/app-probe.ts'
import { countMemory } from './tunnel/connection-count.ts'
import { type HealthServer, serveHealth } from './tunnel/health.ts'
import type { ListenFailure } from './tunnel/listen.ts'

export interface Sidecar {
  readonly listener: { readonly host: string; readonly port: number }
  readonly health: { readonly host: string; readonly port: number } | undefined
  /** Where the admin API and the dashboard are. */
  readonly admin: { readonly host: string; readonly port: number } | undefined
  /** Resolves when the observer thread has started; the traffic never waits for it. */
  observed(): Promise<void>
  ledger(): LedgerSnapshot
  /** For drills: hold the observer still, or kill it. */
  drill(what: 'block' | 'die', forMs?: number): void
  /** The process is about to end by this error: it is written into the black box first, where there is one. */
  fatal(text: string): void
  /** Drains, flushes, ends. Safe to call twice. */
  close(): Promise<void>
}

export interface SidecarOptions {
  readonly config: Config
  /** Beside those of `config.decorators`. With several data threads there may be none: a function stays on its thread. */
  readonly decorators: readonly Decorator[]
  /** Lines for people: what started, what failed, what was lost. */
  readonly say: (text: string) => void
}

type Address = { readonly host: string; readonly port: number }
export type SidecarFailure =
  | (ListenFailure & { readonly address: Address })
  | Exclude<DataFailure, { kind: 'cannot-listen' }>

export async function startSidecar(options: SidecarOptions): Promise<Sidecar | SidecarFailure> {
  const { config, say } = options
  const { limits } = config
  const clock = createClock()
  const memories = Array.from({ length: config.threads }, () => createThreadMemory(config))
  const threadLedgers = memories.map((memory) => memory.ledger)
  const ledger = new Ledger(undefined, threadLedgers)
  let observer: ObserverThread | undefined
  const data = await startData(options, memories, clock, () => observer)
  if ('kind' in data) return failure(data, config.listen)
  const setup = { config, anchor: clock.anchor, ledger: ledger.memory, threads: memories }
  observer = startObserver({ setup, producers: data.producers, ledger, clock, limits, say })
  const state = { draining: false }
  const stop = stopper(data, observer, state)
  const listener = await data.listen()
  if ('kind' in listener) {
    await stop(0, 0)
    return failure(listener, config.listen)
  }
  const isReady = (): boolean => !state.draining && data.isListening()
  const { readyPath: path } = config
  const appProbe = path === undefined ? undefined : createAppProbe({ address: listener, path, clock, limits })
  const health = config.health && (await serveHealth(config.health, { clock, limits, isReady, appProbe, say }))
  if (health !== undefined && 'kind' in health) {
    await stop(0, 0)
    return failure(health, config.health ?? config.listen)
  }
  const admin = await adminOf(config, observer, say)
  if (admin !== undefined && 'kind' in admin) {
    await stop(0, 0, health)
    return admin
  }
  return {
    listener: { host: listener.host, port: listener.port },
    health,
    admin,
    observed: () => observer.ready(),
    ledger: () => ledger.snapshot(),
    drill: (what, forMs) => observer.drill(what, forMs),
    fatal(text) {
      if (config.blackBox === undefined) return
      data.flush()
      observer.fatal(text, limits.fatalMs)
    },
    close: () => stop(limits.drainMs, limits.flushMs, health),
  }
}

/** A port that was asked for must be had; one that is only usual may be another podspan's, and then there is no admin API here. */
async function adminOf(
  { admin }: Config,
  observer: ObserverThread,
  say: (text: string) => void,
): Promise<Address | SidecarFailure | undefined> {
  const where = admin && (await observer.admin())
  if (admin === undefined || where === undefined) return undefined
  if (where.kind === 'admin') return { host: where.host, port: where.port }
  if (admin.asked) return { kind: 'cannot-listen', code: where.code, address: admin }
  say(
    `no dashboard and no admin API: ${admin.host}:${admin.port} cannot be listened on (${where.code}); --admin-port PORT`,
  )
  return undefined
}

/** What went wrong, for people. */
export function describeFailure(failure: SidecarFailure): string {
  if (failure.kind === 'bad-decorators') return failure.problems.map((problem) => `podspan: ${problem}`).join('\n')
  if (failure.kind === 'thread-ended') return `podspan: a bug, please report it: ${failure.how} before it listened`
  const { address, code } = failure
  const why = code === 'ENOTSUP' ? '; this system does not share a port between threads, so --threads 1 it is' : ''
  return `podspan: cannot listen on ${address.host}:${address.port} (${code})${why}`
}

function failure(failed: DataFailure, address: Address): SidecarFailure {
  return failed.kind === 'cannot-listen' ? { ...failed, address } : failed
}

/** An entry of another thread, as source or in the bundle, where all files lie flat. */
function entry(path: string): URL {
  const isSource = import.meta.url.endsWith('.ts')
  return new URL(isSource ? `./${path}.ts` : `./${path.slice(path.lastIndexOf('/') + 1)}.js`, import.meta.url)
}

function startObserver(options: Omit<ObserverThreadOptions, 'workerUrl' | 'resourceLimits'>): ObserverThread {
  const { observerHeapBytesMax } = options.limits
  return new ObserverThread({
    ...options,
    workerUrl: entry('observer/worker'),
    // What is young dies within a batch: without a bound V8 lets it grow to 100 MB before it looks.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: observerHeapBytesMax / 1_048_576 },
  })
}

/** One data thread is this one; several are workers, and then this thread only watches over them. */
async function startData(
  { config, decorators, say }: SidecarOptions,
  memories: readonly ThreadMemory[],
  clock: Clock,
  observerNow: () => ObserverThread | undefined,
): Promise<Data | DataFailure> {
  const [memory] = memories
  if (memory === undefined || memories.length > 1) {
    if (decorators.length > 0)
      throw new Error(`decorators that are functions cannot go to ${config.threads} data threads`)
    const { startDataThreads } = await import('./threads/data-threads.ts')
    const observer = (): number | undefined => observerNow()?.number
    const join = (index: number): void => observerNow()?.join(index)
    const failed = (text: string): void => observerNow()?.tellFailure(text)
    const workerUrl = entry('threads/data-worker')
    return startDataThreads({ config, memories, clock, say, failed, observer, join, workerUrl })
  }
  const loaded = await loadDecorators(config.decorators, say)
  if (!loaded.ok) return { kind: 'bad-decorators', problems: loaded.problems }
  const path = createDataPath({
    config,
    index: 0,
    memory,
    connections: countMemory(1),
    clock,
    decorators: [...loaded.decorators, ...decorators],
    say,
  })
  return {
    ...path,
    producers: [path.outbox],
    listen: () => path.listen(config.listen.port),
    isListening: () => listeningPort(memory.listening) !== 0,
    flush: () => path.outbox.flush(),
  }
}

function stopper(
  data: Data,
  observer: ObserverThread,
  state: { draining: boolean },
): (drainMs: number, flushMs: number, health?: HealthServer) => Promise<void> {
  let stopping: Promise<void> | undefined
  const stop = async (drainMs: number, flushMs: number, health?: HealthServer): Promise<void> => {
    state.draining = true
    await data.stop(drainMs)
    await observer.close(flushMs)
    health?.close()
  }
  return (...args) => {
    stopping ??= stop(...args)
    return stopping
  }
}
