/** Finds what the sidecar recorded of a request that was just sent by it: by the port of the client that sent it. */
import type { ExchangesAnswer } from '../admin/shapes.ts'
import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import type { AdminClient } from './admin-client.ts'
import { RECORDED_EVERY_MS, RECORDED_MS } from './bounds.ts'
import type { Sent } from './replay-send.ts'

export interface Search {
  readonly client: AdminClient
  readonly clock: Clock
  readonly stopped: AbortSignal
}

/** The newest so many are looked through. */
const NEWEST = 200
/** The clock of the sidecar and that of the system may be apart, after a night in which the machine slept. */
const CLOCKS_APART_MS = 60_000
/** What a filter can say between quotes. */
const QUOTABLE = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,500}$/

/** Undefined: it was recorded nowhere that one could see, until it was of no use to wait. */
export async function recordOf(sent: Sent, first: Exchange, search: Search): Promise<Exchange | undefined> {
  const { client, clock, stopped } = search
  const path = first.request?.path ?? ''
  const where = QUOTABLE.test(path) ? `&where=${encodeURIComponent(`path=="${path}"`)}` : ''
  const untilMs = clock.monotonicMs() + RECORDED_MS
  const sinceMs = clock.wallMs() - sent.durationMs - CLOCKS_APART_MS
  while (!stopped.aborted && clock.monotonicMs() < untilMs) {
    const got = await client.json(`/exchanges?limit=${NEWEST}${where}`, 'ExchangesAnswer')
    if (got.kind !== 'answer') return undefined
    const { exchanges } = got.answer as ExchangesAnswer
    const found = exchanges.findLast(
      ({ peer, request, startedAtMs }) =>
        peer.port === sent.localPort && request?.method === first.request?.method && startedAtMs > sinceMs,
    )
    if (found !== undefined) return found
    await new Promise<void>((resolve) => clock.after(RECORDED_EVERY_MS, resolve))
  }
  return undefined
}
