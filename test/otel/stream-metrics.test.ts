import type { Histogram } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { collectRequests } from '../support/metrics.ts'
import { exchangeOf } from '../support/observed.ts'

describe('a stream', () => {
  const bytes = { bytesIn: 1, bytesOut: 1 }

  async function streamsOf(changes: readonly Partial<Exchange>[]): ReturnType<typeof collectRequests> {
    return collectRequests((record) => {
      for (const change of changes) record(exchangeOf(1, { durationMs: 90_000, ...change }))
    })
  }

  test.each<[kind: string, Partial<Exchange>]>([
    ['websocket', { upgrade: { protocol: 'WebSocket', ...bytes } }],
    ['sse', { eventStream: { events: 1 } }],
    ['opaque', { request: undefined, upgrade: { protocol: 'opaque', ...bytes } }],
    ['other-upgrade', { upgrade: { protocol: 'opaque', ...bytes } }],
    ['other-upgrade', { upgrade: { protocol: 'x'.repeat(1_000), ...bytes } }],
  ])('%s: its lifetime is measured, and is no request duration', async (kind, change) => {
    const found = await streamsOf([change])
    expect(found.get('http.server.request.duration') ?? []).toEqual([])
    expect(found.get('http.server.response.body.size') ?? []).toHaveLength(kind === 'sse' ? 1 : 0)
    expect(found.get('podspan.stream.duration')).toMatchObject([
      { value: { count: 1, sum: 90 }, attributes: { 'podspan.stream.kind': kind } },
    ])
  })

  test('an answer that ends is none', async () => {
    const found = await streamsOf([{}])
    expect(found.get('podspan.stream.duration') ?? []).toEqual([])
    expect(found.get('http.server.request.duration')).toHaveLength(1)
  })

  test('hours still fall into a bucket', async () => {
    const hours = { durationMs: 5 * 3_600_000, eventStream: {} }
    const point = (await streamsOf([hours])).get('podspan.stream.duration')?.[0]?.value
    const { boundaries, counts } = (point as Histogram).buckets
    const at = counts.indexOf(1)
    expect([boundaries[at - 1], boundaries[at]]).toEqual([14_400, 28_800])
  })

  test('its messages are counted each way, and not where they are not known', async () => {
    const found = await streamsOf([
      { upgrade: { protocol: 'websocket', ...bytes, messagesIn: 2, messagesOut: 3 } },
      { upgrade: { protocol: 'websocket', ...bytes, messagesIn: 5 } },
      { upgrade: { protocol: 'mqtt', ...bytes } },
      { eventStream: { events: 7 } },
      { eventStream: {} },
    ])
    const of = (kind: string, direction: string) => ({
      'podspan.stream.kind': kind,
      'podspan.stream.direction': direction,
    })
    expect(found.get('podspan.stream.messages')).toEqual([
      { value: 7, attributes: of('websocket', 'in') },
      { value: 3, attributes: of('websocket', 'out') },
      { value: 7, attributes: of('sse', 'out') },
    ])
  })
})
