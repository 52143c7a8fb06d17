/**
 * The composition: the one file that knows every part, so that the command line and the Ambassador of a program start the
 * very same thing. It reads no argv, no environment and sets no signal handler.
 */
import { randomFillSync } from 'node:crypto'
import { type Clock, createClock } from './clock.ts'
import type { Config } from './config.ts'
import { createChain } from './decorators/chain.ts'
import type { Decorator } from './decorators/decorator.ts'
import type { ExchangeSink } from './exchange.ts'
import { InflightTable } from './inflight.ts'
import { Ledger, type LedgerSnapshot } from './ledger.ts'
import { startPulse } from './pulse.ts'
import { createTracer, type Tracer } from './trace/context.ts'
import { createIds } from './trace/ids.ts'
import { createSampler } from './trace/sampler.ts'
import { createRules } from './trace/sampling-rules.ts'
import { type FindDestination, namedDestinations, onlyDestination } from './tunnel/destination.ts'
import { createDial, type Dial } from './tunnel/dial.ts'
import { Flushes } from './tunnel/flushes.ts'
import { type HealthServer, serveHealth } from './tunnel/health.ts'
import { type Listener, type ListenFailure, listen } from './tunnel/listen.ts'
import { Outbox } from './tunnel/outbox.ts'
import type { TunnelParts } from './tunnel/parts.ts'

export interface Sidecar {
  readonly listener: { readonly host: string; readonly port: number }
  readonly health: { readonly host: string; readonly port: number } | undefined
  /** Resolves when the observer thread has started; the traffic never waits for it. */
  observed(): Promise<void>
  ledger(): LedgerSnapshot
  /** For drills: hold the observer still, or kill it. */
  drill(what: 'block' | 'die', forMs?: number): void
  /** Drains, flushes, ends. Safe to call twice. */
  close(): Promise<void>
}

export interface SidecarOptions {
  readonly config: Config
  readonly decorators: readonly Decorator[]
  /** Lines for people: what started, what failed, what was lost. */
  readonly say: (text: string) => void
}

export type SidecarFailure = ListenFailure & { readonly address: { readonly host: string; readonly port: number } }

export async function startSidecar({ config, decorators, say }: SidecarOptions): Promise<Sidecar | SidecarFailure> {
  const { limits } = config
  const clock = createClock()
  const ledger = new Ledger()
  const inflight = new InflightTable(limits.inflightSlots)
  const pulse = startPulse(clock, limits.pulseEveryMs)
  const outbox = new Outbox({
    setup: { config, anchor: clock.anchor, ledger: ledger.memory, inflight: inflight.memory, pulse: pulse.memory },
    workerUrl: new URL(import.meta.url.endsWith('.ts') ? './observer/worker.ts' : './worker.js', import.meta.url),
    ledger,
    clock,
    limits,
    say,
    // What is young dies within a batch: without a bound V8 lets it grow to 100 MB before it looks.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: limits.observerHeapBytesMax / 1_048_576 },
  })
  const state = { draining: false }
  const parts = partsOf({ config, decorators, say }, clock, inflight, outbox.sink, () => state.draining)
  const abandon = async (failure: ListenFailure, address: SidecarFailure['address']): Promise<SidecarFailure> => {
    await outbox.close(0)
    return { ...failure, address }
  }
  const listener = await listen(config.listen, { parts, opaque: opaqueOf(config, clock), say })
  if ('kind' in listener) return abandon(listener, config.listen)
  const health =
    config.health && (await serveHealth(config.health, { clock, limits, isReady: () => !state.draining, say }))
  if (health !== undefined && 'kind' in health) {
    await listener.drain(0)
    return abandon(health, config.health ?? config.listen)
  }
  const stop = stopper(config, listener, health, outbox, state)
  const close = (): Promise<void> => stop().finally(pulse.stop)
  return {
    listener,
    health,
    observed: () => outbox.ready(),
    ledger: () => ledger.snapshot(),
    drill: (what, forMs) => outbox.drill(what, forMs),
    close,
  }
}

function partsOf(
  { config, decorators, say }: SidecarOptions,
  clock: Clock,
  inflight: InflightTable,
  sink: ExchangeSink,
  isDraining: () => boolean,
): TunnelParts {
  const { limits } = config
  return {
    clock,
    limits,
    inflight,
    sink,
    flushes: new Flushes(clock),
    chain: createChain(decorators, { clock, limits, report: say }),
    kind: config.target.kind === 'named' ? 'client' : 'server',
    destination: destinationOf(config, clock),
    trace: tracerOf(config),
    nextExchangeId: counter(),
    nextConnectionId: counter(),
    record: config.observation,
    forwarding: config.forwarding,
    isDraining,
  }
}

function stopper(
  { limits }: Config,
  listener: Listener,
  health: HealthServer | undefined,
  outbox: Outbox,
  state: { draining: boolean },
): () => Promise<void> {
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    state.draining = true
    await listener.drain(limits.drainMs)
    await outbox.close(limits.flushMs)
    health?.close()
  }
  return () => {
    stopping ??= stop()
    return stopping
  }
}

function destinationOf({ target, limits }: Config, clock: Clock): FindDestination {
  if (target.kind !== 'named') return onlyDestination(createDial(target, limits, clock))
  return namedDestinations(target.allow, (host, port) => createDial({ kind: 'tcp', host, port }, limits, clock))
}

function opaqueOf({ opaque, target, limits }: Config, clock: Clock): Dial | undefined {
  return opaque && target.kind !== 'named' ? createDial(target, limits, clock) : undefined
}

function tracerOf({ telemetry, observation }: Config): Tracer {
  const { propagators, distrust, appInstrumented, samplingRules } = observation
  return createTracer({
    ids: createIds(randomFillSync),
    sampler: createSampler(telemetry.sampler.name, telemetry.sampler.ratio),
    ruleFor: createRules(samplingRules),
    propagators,
    distrust,
    appInstrumented,
  })
}

function counter(): () => number {
  let last = 0
  return () => ++last
}
