/**
 * A play: a client and an origin made of duplex pairs around one real connection of the tunnel. A test reads as a script:
 * what arrives, what leaves, in order.
 */
import { type Duplex, duplexPair } from 'node:stream'
import { expect } from 'vitest'
import { type Clock, createClock } from '../../src/clock.ts'
import { createChain } from '../../src/decorators/chain.ts'
import type { Decorator } from '../../src/decorators/decorator.ts'
import type { Exchange, KeptBody } from '../../src/exchange.ts'
import { InflightTable } from '../../src/inflight.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import type { BodyRoom } from '../../src/tunnel/body-capture.ts'
import { ClientConnection } from '../../src/tunnel/connection.ts'
import { onlyDestination } from '../../src/tunnel/destination.ts'
import { Flushes } from '../../src/tunnel/flushes.ts'
import type { TunnelParts } from '../../src/tunnel/parts.ts'
import { abort, type Wire } from '../../src/tunnel/wire.ts'

const PATIENCE_MS = 3_000

/** One end of a wire in the hand of the test. */
export class End {
  readonly wire: Wire
  #received = ''
  #wake = (): void => {}
  closed = false
  ended = false

  constructor(wire: Wire) {
    this.wire = wire
    wire.on('data', (bytes: Buffer) => {
      this.#received += bytes.toString('latin1')
      this.#wake()
    })
    wire.on('error', () => {})
    wire.on('end', () => {
      this.ended = true
      this.#wake()
    })
    wire.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  sends(text: string): void {
    this.wire.write(Buffer.from(text, 'latin1'))
  }

  finishes(): void {
    this.wire.end()
  }

  /** Breaks off without a clean end. */
  vanishes(): void {
    abort(this.wire)
  }

  /** Exactly this, next. */
  async receives(expected: string): Promise<void> {
    await this.#until(
      () => this.#received.length >= expected.length || this.closed || this.ended,
      `receive ${expected}`,
    )
    expect(this.#received.slice(0, expected.length)).toBe(expected)
    this.#received = this.#received.slice(expected.length)
  }

  /** Everything up to and including this text; returns it. */
  async receivesUpTo(mark: string): Promise<string> {
    await this.#until(() => this.#received.includes(mark) || this.closed || this.ended, `receive up to ${mark}`)
    const at = this.#received.indexOf(mark)
    expect(at, `"${mark}" in ${JSON.stringify(this.#received)}`).toBeGreaterThanOrEqual(0)
    const text = this.#received.slice(0, at + mark.length)
    this.#received = this.#received.slice(at + mark.length)
    return text
  }

  /** Takes what came, whatever it is. */
  async receivesAnything(): Promise<void> {
    await settled()
    this.#received = ''
  }

  /** A clean end, with nothing before it that was not received. */
  async seesEnd(): Promise<void> {
    await this.#until(() => this.ended, 'end')
    expect(this.#received).toBe('')
  }

  /** The wire broke without a clean end. */
  async seesBreak(): Promise<void> {
    await this.#until(() => this.closed, 'break')
    expect(this.ended).toBe(false)
  }

  /** Nothing has come, after everything that was under way had its turn. */
  async seesNothing(): Promise<void> {
    await settled()
    expect(this.#received).toBe('')
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(
      () => reject(new Error(`did not ${what}; has ${JSON.stringify(this.#received)}`)),
      PATIENCE_MS,
    )
    this.#wake = () => {
      if (done()) resolve()
    }
    this.#wake()
    await promise.finally(() => clearTimeout(timer))
  }
}

/** Watches everything and decides later, changing nothing: what it sees takes the general path in place of the synchronous one. */
export const LATER: Decorator = {
  name: 'later',
  request: async () => undefined,
  response: async () => undefined,
  tap: () => {},
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A duplex pair whose sides can also break off: the other side then sees an error and no end, as after a RST. */
export function wirePair(): [Wire, Wire] {
  const [near, far] = duplexPair()
  const reset = (from: Duplex, to: Duplex) => (): void => {
    to.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    from.destroy()
  }
  return [
    Object.assign(near, { resetAndDestroy: reset(near, far) }),
    Object.assign(far, { resetAndDestroy: reset(far, near) }),
  ]
}

export interface Play {
  readonly client: End
  readonly connection: ClientConnection
  readonly exchanges: Exchange[]
  /** Beside them, of those that had one to keep. */
  readonly kept: KeptBody[]
  readonly inflight: InflightTable
  /** The number of times the origin was dialled. */
  readonly dials: () => number
  /** The newest connection the origin accepted; with a number, that one. */
  origin(nth?: number): Promise<End>
  /** The same, if there is one already. */
  reached(): End | undefined
  /** The one record of it, waited for. */
  exchange(): Promise<Exchange>
}

export interface PlayOptions {
  readonly decorators?: readonly Decorator[]
  readonly limits?: Partial<Limits>
  readonly clock?: Clock
  /** What the dial answers instead of a connection, in order; undefined is a connection. */
  readonly failures?: readonly (string | undefined)[]
  readonly draining?: boolean
  /** Others are under way on the same thread: writes wait for the end of the turn, to go with theirs. */
  readonly isBusy?: boolean
  readonly forwarding?: TunnelParts['forwarding']
  readonly record?: TunnelParts['record']
  readonly bodies?: BodyRoom
  /** Takes the app's end of each connection itself; `origin()` then has none to give. */
  readonly app?: (wire: Wire) => void
}

export function play(options: PlayOptions = {}): Play {
  const clock = options.clock ?? createClock()
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const exchanges: Exchange[] = []
  const kept: KeptBody[] = []
  const origins: End[] = []
  const inflight = new InflightTable(16)
  const failures = [...(options.failures ?? [])]
  let dials = 0
  let exchangeId = 0
  const parts: TunnelParts = {
    clock,
    limits,
    inflight,
    sink(exchange, body) {
      exchanges.push(exchange)
      if (body !== undefined) kept.push(body)
    },
    chain: createChain(options.decorators ?? [], { clock, limits, report: () => {} }),
    kind: 'server',
    destination: onlyDestination((done) => {
      dials++
      const failure = failures.shift()
      const timer = setImmediate(() => {
        if (failure !== undefined) return done({ kind: 'unreachable', code: failure })
        const [near, far] = wirePair()
        if (options.app === undefined) origins.push(new End(far))
        else options.app(far)
        done(near)
      })
      return () => clearImmediate(timer)
    }),
    trace: () => ({
      trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true },
      lines: 'traceparent: T\r\n',
      replaces: new Set(['traceparent', 'tracestate']),
    }),
    nextExchangeId: () => ++exchangeId,
    flushes: new Flushes(clock, options.isBusy ? { underWay: 2 } : inflight),
    nextConnectionId: () => 1,
    record: options.record ?? { trustedHops: 0, capture: { request: [], response: [] } },
    ...(options.bodies && { bodies: options.bodies }),
    forwarding: options.forwarding ?? [],
    isDraining: () => options.draining === true,
  }
  const [near, far] = wirePair()
  const connection = new ClientConnection(parts, near, () => {})
  const waitFor = async <T>(read: () => T | undefined, what: string): Promise<T> => {
    for (const started = Date.now(); Date.now() - started < PATIENCE_MS; ) {
      const value = read()
      if (value !== undefined) return value
      await new Promise((resolve) => setImmediate(resolve))
    }
    throw new Error(`no ${what} came`)
  }
  return {
    client: new End(far),
    connection,
    exchanges,
    kept,
    inflight,
    dials: () => dials,
    origin: (nth = 0) => waitFor(() => origins.at(nth - 1), 'origin connection'),
    reached: () => origins.at(-1),
    exchange: () => waitFor(() => exchanges.at(-1), 'exchange'),
  }
}
