/**
 * One data thread's share of the work: it listens, proxies and records, and hands over what it recorded. It runs on the main
 * thread when there is one, and in a worker when there are several; it knows neither.
 */
import { randomFillSync } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createChain } from '../decorators/chain.ts'
import type { Decorator } from '../decorators/decorator.ts'
import type { ThreadMemory } from '../handoff.ts'
import { InflightTable } from '../inflight.ts'
import { Ledger } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { listeningMemory, setListening } from '../listening.ts'
import { pulseMemory, startPulse } from '../pulse.ts'
import { createTracer, type Tracer } from '../trace/context.ts'
import { createIds } from '../trace/ids.ts'
import { createSampler } from '../trace/sampler.ts'
import { createRules } from '../trace/sampling-rules.ts'
import { awaitedDial } from '../tunnel/awaited-dial.ts'
import { BodyRoom } from '../tunnel/body-capture.ts'
import { ConnectionCount } from '../tunnel/connection-count.ts'
import { type FindDestination, namedDestinations, onlyDestination } from '../tunnel/destination.ts'
import { createDial, type Dial, type DialParts, type DialTarget } from '../tunnel/dial.ts'
import { Flushes } from '../tunnel/flushes.ts'
import { type Listener, type ListenFailure, listen } from '../tunnel/listen.ts'
import { Outbox } from '../tunnel/outbox.ts'
import type { TunnelParts } from '../tunnel/parts.ts'
import { ReadBuffers } from '../tunnel/read-buffers.ts'
import { createNumbers, numbersMemory } from './numbers.ts'

export interface DataPathOptions {
  readonly config: Config
  /** Of the data thread, from 0. */
  readonly index: number
  readonly memory: ThreadMemory
  /** How many connections each data thread has. */
  readonly connections: SharedArrayBuffer
  readonly clock: Clock
  readonly decorators: readonly Decorator[]
  /** A line for people. */
  readonly say: (text: string) => void
}

export interface DataPath {
  readonly outbox: Outbox
  /** Once. */
  listen(port: number): Promise<Listener | ListenFailure>
  /** Drains within the time given, then hands over what waits. */
  stop(withinMs: number): Promise<void>
}

export function createThreadMemory({ limits, threads }: Config): ThreadMemory {
  return {
    ledger: new Ledger().memory,
    inflight: new InflightTable(shareOf(limits, threads).inflightSlots).memory,
    pulse: pulseMemory(),
    listening: listeningMemory(),
    numbers: numbersMemory(),
  }
}

export function createDataPath(options: DataPathOptions): DataPath {
  const { config, index, memory, connections, clock, say } = options
  const limits = shareOf(config.limits, config.threads)
  const outbox = new Outbox({ ledger: new Ledger(memory.ledger), clock, limits })
  const state = { draining: false }
  const dialing = { limits: config.limits, clock, buffers: new ReadBuffers(limits) }
  const parts = partsOf(options, outbox, destinationOf(config, dialing), () => state.draining)
  const stopPulse = startPulse(clock, limits.pulseEveryMs, memory.pulse)
  let listener: Listener | undefined
  return {
    outbox,
    async listen(port) {
      const bound = await listen(
        { host: config.listen.host, port },
        {
          parts,
          count: new ConnectionCount(connections, index),
          sharesPort: config.threads > 1,
          opaque: opaqueOf(config, dialing),
          buffers: dialing.buffers,
          say,
        },
      )
      if ('kind' in bound) return bound
      listener = bound
      setListening(memory.listening, bound.port)
      return bound
    },
    async stop(withinMs) {
      state.draining = true
      setListening(memory.listening, 0)
      await listener?.drain(withinMs)
      outbox.close()
      stopPulse()
    },
  }
}

/** What is bounded for the process and kept by each thread for itself is divided. */
function shareOf(limits: Limits, threads: number): Limits {
  return {
    ...limits,
    inflightSlots: Math.ceil(limits.inflightSlots / threads),
    outboxExchangesMax: Math.ceil(limits.outboxExchangesMax / threads),
    bodiesBytesMax: Math.ceil(limits.bodiesBytesMax / threads),
    readBuffersMax: Math.ceil(limits.readBuffersMax / threads),
  }
}

function partsOf(
  { config, index, memory, clock, decorators, say }: DataPathOptions,
  outbox: Outbox,
  destination: FindDestination,
  isDraining: () => boolean,
): TunnelParts {
  const { limits, threads } = config
  const inflight = new InflightTable(memory.inflight)
  inflight.clear()
  return {
    clock,
    limits,
    inflight,
    sink: outbox.sink,
    flushes: new Flushes(clock, inflight),
    chain: createChain(decorators, { clock, limits, report: say }),
    kind: config.target.kind === 'named' ? 'client' : 'server',
    destination,
    trace: tracerOf(config),
    nextExchangeId: createNumbers(memory.numbers, 'exchange', index, threads),
    nextConnectionId: createNumbers(memory.numbers, 'connection', index, threads),
    record: config.observation,
    ...bodiesOf(config),
    forwarding: config.forwarding,
    isDraining,
  }
}

/** With none kept there is no room for any. */
function bodiesOf({ captureBodyBytes: bodyBytesMax, limits, threads }: Config): Pick<TunnelParts, 'bodies'> {
  if (bodyBytesMax === 0) return {}
  return { bodies: new BodyRoom({ bodyBytesMax, bytesMax: shareOf(limits, threads).bodiesBytesMax }) }
}

function destinationOf({ target }: Config, dialing: DialParts): FindDestination {
  if (target.kind !== 'named') return onlyDestination(dialApp(target, dialing))
  return namedDestinations(target.allow, (host, port) => createDial({ kind: 'tcp', host, port }, dialing))
}

function opaqueOf({ opaque, target }: Config, dialing: DialParts): Dial | undefined {
  return opaque && target.kind !== 'named' ? dialApp(target, dialing) : undefined
}

function dialApp(target: DialTarget, dialing: DialParts): Dial {
  const dial = createDial(target, dialing)
  const { limits, clock } = dialing
  const { appStartMs: waitMs, appRetryMs: everyMs } = limits
  return waitMs === 0 ? dial : awaitedDial(dial, { clock, waitMs, everyMs })
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
