import type { ServerResponse } from 'node:http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { emptyResource } from '@opentelemetry/resources'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SpanDelivery } from '../../otel/delivery.ts'
import { toSpan } from '../../otel/spans.ts'
import { createClock } from '../../src/clock.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { exchangeOf } from '../support/observed.ts'
import { type OtlpServer, startOtlpServer } from '../support/otlp-server.ts'

let server: OtlpServer
let ledger: Ledger
let said: string[]
beforeEach(async () => {
  server = await startOtlpServer()
  ledger = new Ledger()
  said = []
})
afterEach(() => server.close())

function delivery(limits: Partial<Limits> = {}, url = server.url): SpanDelivery {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 400 })
  const options = {
    clock: createClock(),
    limits: { ...DEFAULT_LIMITS, spanBatchMs: 20, exportMs: 800, ...limits },
    ledger,
  }
  return new SpanDelivery(exporter, { ...options, say: (text) => said.push(text) })
}

function give(to: SpanDelivery, count: number): void {
  const owner = { resource: emptyResource(), scope: { name: 'podspan', version: '0' } }
  for (let each = 0; each < count; each++) {
    ledger.ended('exchange', 'exported')
    to.onEnd(toSpan(exchangeOf(1), owner))
  }
}

function books(): SignalBalance {
  const balance = ledger.snapshot().span
  const dropped = Object.values(balance.dropped).reduce((sum, count) => sum + count, 0)
  expect(balance.created).toBe(balance.exported + balance.unsupported + dropped + balance.queued)
  return balance
}

const status =
  (code: number) =>
  (response: ServerResponse): void =>
    void response.writeHead(code).end()

describe('delivery', () => {
  test('everything given arrives, in batches, by itself', async () => {
    give(delivery({ spanBatchMax: 10 }), 95)
    await expect.poll(() => server.spans.length, { timeout: 5_000 }).toBe(95)
    await expect.poll(() => books()).toMatchObject({ created: 95, exported: 95, queued: 0 })
    expect(server.requests()).toBeGreaterThanOrEqual(10)
    expect(said).toEqual([])
  })

  test.each([
    ['400', (response: ServerResponse) => status(400)(response)],
    ['503 for ever', (response: ServerResponse) => status(503)(response)],
    ['an answer that never comes', () => {}],
  ])('%s: dropped and counted, said once, and again when it works', async (_name, respond) => {
    const spans = delivery()
    server.answer(respond)
    give(spans, 5)
    await spans.forceFlush()
    give(spans, 5)
    await spans.forceFlush()
    expect(books()).toMatchObject({ created: 10, exported: 0, dropped: { export_failed: 10 }, queued: 0 })
    expect(said).toHaveLength(1)
    server.answer((response) => void response.writeHead(200).end('{}'))
    give(spans, 5)
    await spans.forceFlush()
    expect(books()).toMatchObject({ exported: 5 })
    expect(said).toHaveLength(2)
  })

  test('a 404 is a backend without this signal: said once, left alone, not shown as loss', async () => {
    const spans = delivery()
    server.answer(status(404))
    for (let round = 0; round < 3; round++) {
      give(spans, 5)
      await spans.forceFlush()
    }
    expect(books()).toMatchObject({ created: 15, unsupported: 15, dropped: {}, queued: 0 })
    expect(server.requests()).toBe(1)
    expect(said).toHaveLength(1)
  })

  test('nobody listens: dropped and counted', async () => {
    const spans = delivery({}, 'http://127.0.0.1:1/v1/traces')
    give(spans, 3)
    await spans.forceFlush()
    expect(books()).toMatchObject({ dropped: { export_failed: 3 } })
  })

  test('a full queue drops the newest and counts it', async () => {
    const spans = delivery({ spanQueueMax: 10, spanBatchMax: 10 })
    server.answer(() => {})
    give(spans, 50)
    expect(books().dropped.queue_full).toBe(30)
    spans.abandon()
    await expect
      .poll(() => books())
      .toMatchObject({ created: 50, queued: 0, dropped: { queue_full: 30, shutdown: 20 } })
  })

  test('shutdown sends what is queued', async () => {
    const spans = delivery({ spanBatchMs: 60_000 })
    give(spans, 7)
    await spans.shutdown()
    expect(server.spans).toHaveLength(7)
    give(spans, 1)
    expect(books()).toMatchObject({ exported: 7, dropped: { shutdown: 1 }, queued: 0 })
  })
})
