/** An exchange, and what is seen of traffic and the container, as small as a test of the dashboard needs them. */
import type { AboutAnswer, InflightAnswer, LedgerAnswer, LiveTick, TrafficPoint } from '../../src/admin/shapes.ts'
import type { Exchange } from '../../src/exchange.ts'
import { Ledger } from '../../src/ledger.ts'

export function anExchange(id: number, more: Partial<Exchange> = {}): Exchange {
  return {
    id,
    connectionId: 1,
    kind: 'server',
    trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true },
    startedAtMs: 1_000 * id,
    startedMonotonicMs: 1_000 * id,
    marks: { requestHeadSent: 0, requestEnd: 0, responseHead: 8, firstByte: 8, responseEnd: 10 },
    durationMs: 10,
    peer: { address: '10.0.0.7', port: 4_711 },
    request: { method: 'GET', path: '/', scheme: 'http', httpVersion: '1.1', bytes: 0 },
    response: { status: 200, reason: 'OK', bytes: 2 },
    isFile: false,
    outcome: 'complete',
    ...more,
  }
}

export function aSecond(atMs: number, more: Partial<TrafficPoint> = {}): TrafficPoint {
  return { atMs, requests: 0, errors: 0, clientErrors: 0, inflight: 0, bytesIn: 0, bytesOut: 0, ...more }
}

export function about(startedAtMs: number): AboutAnswer {
  const listen = { host: '127.0.0.1', port: 8_080 }
  return { version: '0', service: 'shop', target: '127.0.0.1:8087', listen, startedAtMs, ringExchanges: 1_000 }
}

const NOBODY: InflightAnswer = { requests: [], count: 0 }

export function books(write: (ledger: Ledger) => void = () => {}): LedgerAnswer['ledger'] {
  const ledger = new Ledger()
  write(ledger)
  return ledger.snapshot()
}

export function aTick(atMs: number, more: Partial<LiveTick> = {}): LiveTick {
  return {
    traffic: aSecond(atMs),
    routes: [],
    inflight: NOBODY,
    ledger: { ledger: books(), backends: [] },
    ...more,
  }
}
