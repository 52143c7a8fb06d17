/** Exchanges, settings and a clock that a test moves by hand, for the tests of the observer and the hand-off. */
import fc from 'fast-check'
import type { Clock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange, Outcome } from '../../src/exchange.ts'
import type { ObserverSetup } from '../../src/handoff.ts'
import { InflightTable } from '../../src/inflight.ts'
import type { Ledger, SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { listeningMemory } from '../../src/listening.ts'
import { pulseMemory } from '../../src/pulse.ts'
import type { ResourceSample } from '../../src/resources/sample.ts'
import { numbersMemory } from '../../src/threads/numbers.ts'

export function exchangeOf(id: number, changes: Partial<Exchange> = {}): Exchange {
  return {
    id,
    connectionId: 1,
    kind: 'server',
    trace: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true, random: true },
    startedAtMs: 1_700_000_000_000.25,
    startedMonotonicMs: 1_000.5,
    marks: { requestEnd: 0.1, responseHead: 8, responseEnd: 9 },
    durationMs: 9.2,
    peer: { address: '127.0.0.1', port: 40_000 },
    request: { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 },
    response: { status: 200, reason: 'OK', bytes: 5 },
    isFile: false,
    outcome: 'complete',
    ...changes,
  }
}

/** Texts that are long, hostile to JSON and terminals, or outside the basic plane. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc.nat(2_500).map((length) => '\u0001'.repeat(length)),
)
const outcomes: Outcome[] = ['complete', 'client-aborted', 'origin-aborted', 'origin-unreachable', 'refused-request']

export const anyExchange: fc.Arbitrary<Exchange> = fc
  .record({
    id: fc.nat(),
    durationMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    startedAtMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
    isFile: fc.boolean(),
    outcome: fc.constantFrom(...outcomes),
    request: fc.option(
      fc.record({
        method: text,
        path: fc.oneof(fc.constantFrom('/a', '/b', '__proto__'), text),
        query: text,
        userAgent: text,
        scheme: fc.constant('http'),
        httpVersion: fc.constant('1.1'),
        bytes: fc.nat(),
      }),
      { nil: undefined },
    ),
    response: fc.option(fc.record({ status: fc.integer({ min: 100, max: 599 }), reason: text, bytes: fc.nat() }), {
      nil: undefined,
    }),
  })
  .map(({ id, ...changes }) => exchangeOf(id, changes))

export function sampleOf(cores: number): ResourceSample {
  const times = { user: 123_456_789, nice: 0, sys: 98_765_432, idle: 9_876_543_210, irq: 0 }
  const cpu = { model: 'A processor of some length (TM) @ 2.40GHz', speedMhz: 2_400, times }
  return {
    atMonotonicMs: 1,
    container: undefined,
    tookMs: 0.5,
    scope: 'none',
    life: 1,
    app: { isUp: true, exits: 0, oomKills: 0 },
    process: undefined,
    network: undefined,
    node: {
      load: [0, 0, 0],
      pressure: {},
      totalMemoryBytes: 8e9,
      freeMemoryBytes: 2e9,
      availableMemoryBytes: 4e9,
      cpus: Array(cores).fill(cpu),
    },
  }
}

/** Time that passes only when told. */
export class ManualClock implements Clock {
  readonly anchor = { wallMs: 0, monotonicMs: 0 }
  #nowMs = 0
  #timers: { readonly atMs: number; readonly callback: () => void }[] = []

  wallMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  afterReading(callback: () => void): void {
    setImmediate(callback)
  }

  get timers(): number {
    return this.#timers.length
  }

  /** Time passes and nobody is called: the thread is blocked. */
  block(ms: number): void {
    this.#nowMs += ms
  }

  /** Calls whoever is due, at once. */
  due(): void {
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { callback } of due) callback()
  }

  /** Lets time pass, calling every timer in its turn; promises get their turn in between. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((each) => each !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
    }
    this.#nowMs = untilMs
  }
}

export function setupOf(
  ledger: Ledger,
  clock: Clock,
  changes: Partial<Config> & { limits?: Limits } = {},
  threadLedger: SharedArrayBuffer = ledger.memory,
): ObserverSetup {
  const limits = changes.limits ?? DEFAULT_LIMITS
  const off = { enabled: false, protocol: 'http/protobuf' } as const
  return {
    anchor: clock.anchor,
    ledger: ledger.memory,
    threads: [
      {
        ledger: threadLedger,
        inflight: new InflightTable(limits.inflightSlots).memory,
        pulse: pulseMemory(),
        listening: listeningMemory(),
        numbers: numbersMemory(),
      },
    ],
    config: {
      listen: { host: '127.0.0.1', port: 0 },
      target: { kind: 'tcp', host: '127.0.0.1', port: 1 },
      health: undefined,
      readyPath: undefined,
      admin: undefined,
      push: undefined,
      captureBodyBytes: 0,
      opaque: false,
      forwarding: [],
      observation: {
        propagators: ['tracecontext'],
        distrust: false,
        samplingRules: [],
        appInstrumented: false,
        trustedHops: 0,
        routes: [],
        openapi: undefined,
        capture: { request: [], response: [] },
        knownMethods: KNOWN_METHODS,
      },
      app: { pid: undefined, cgroup: undefined },
      blackBox: undefined,
      decorators: [],
      threads: 1,
      dump: { enabled: false, format: 'history', full: false, colour: false },
      telemetry: {
        enabled: false,
        traces: off,
        metrics: off,
        metricForm: { temporality: 'cumulative', histograms: 'explicit_bucket_histogram' },
        logs: off,
        sampler: { name: 'always_on', ratio: 1 },
        resource: { 'k8s.pod.name': 'pod-1' },
      },
      limits,
      drills: true,
      ...changes,
    },
  }
}

export function droppedOf(balance: SignalBalance): number {
  return Object.values(balance.dropped).reduce((sum, count) => sum + count, 0)
}
