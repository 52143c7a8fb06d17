/** What the admin API is given, put together by hand, and how it is asked: with every header as a test wants it. */
import { get, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AdminParts } from '../../src/admin/parts.ts'
import { createClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import type { Exchange } from '../../src/exchange.ts'
import { Ledger } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { Bodies } from '../../src/observer/bodies.ts'
import { ExchangeSlots } from '../../src/observer/exchange-slots.ts'
import { Overview } from '../../src/observer/overview.ts'
import { Ring } from '../../src/observer/ring.ts'
import { setupOf } from './observed.ts'

export interface Seen extends AdminParts {
  /** Into the ring, and to whoever counts or listens. */
  take(...exchanges: readonly Exchange[]): void
}

export function seenBy(
  changes: Partial<Omit<AdminParts, 'config'>> & {
    readonly config?: Partial<Config>
    readonly limits?: Partial<Limits>
  } = {},
): Seen {
  const { config: own, limits, ...parts } = changes
  const clock = parts.clock ?? createClock()
  const ledger = new Ledger()
  const { config } = setupOf(ledger, clock, { ...own, limits: { ...DEFAULT_LIMITS, ...limits } })
  const ring = new Ring(config.limits.ringExchanges, new ExchangeSlots())
  const overview = new Overview({ clock, config, inflightCount: () => 0 })
  const seen: AdminParts = {
    config,
    clock,
    ledger,
    ring,
    overview,
    bodies: new Bodies(config.limits.bodiesBytesMax),
    inflight: () => [],
    inflightCount: () => 0,
    listeningPort: () => 8080,
    backends: () => [],
    spansJson: async () => undefined,
    say: () => {},
    ...parts,
  }
  const take = (...exchanges: readonly Exchange[]): void => {
    for (const exchange of exchanges) {
      ring.push({ exchange, resource: undefined })
      overview.exchange(exchange)
    }
  }
  return { ...seen, take }
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The path as it is, unlike fetch. */
export function ask(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: own } = answer
      // Broken off, it is no answer.
      text(answer).then((body) => resolve({ status, headers: own, body }), reject)
    })
    asked.on('error', reject).end()
  })
}

/** Sends these very bytes, and what comes back until the other side closes. */
export function askRaw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const received: Buffer[] = []
    socket.on('data', (piece: Buffer) => received.push(piece))
    socket.on('end', () => resolve(Buffer.concat(received).toString('latin1')))
    socket.on('error', (error) =>
      received.length > 0 ? resolve(Buffer.concat(received).toString('latin1')) : reject(error),
    )
  })
}

export interface OpenStream {
  readonly status: number
  /** All that came so far. */
  text(): string
  pause(): void
  resume(): void
  close(): void
}

export function openStream(port: number, path: string): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      let received = ''
      answer.setEncoding('utf8').on('data', (piece: string) => (received += piece))
      answer.on('error', () => {})
      resolve({
        status: answer.statusCode ?? 0,
        text: () => received,
        pause: () => answer.pause(),
        resume: () => answer.resume(),
        close: () => asked.destroy(),
      })
    })
    asked.on('error', reject)
  })
}

/** Server-sent events, as far as they are whole. */
export function eventsOf(stream: string): readonly { readonly event: string; readonly data: unknown }[] {
  return stream
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const field = (name: string): string =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2) ?? ''
      return { event: field('event'), data: JSON.parse(field('data')) }
    })
}
