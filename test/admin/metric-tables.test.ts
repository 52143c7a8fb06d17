import { expect, test } from 'vitest'
import { type MetricTable, ownTables, requestTables } from '../../src/admin/metric-tables.ts'
import type { Config } from '../../src/config.ts'
import { seenBy } from '../support/admin.ts'
import { exchangeOf } from '../support/observed.ts'

function tablesOf(config: Partial<Config> = {}): readonly MetricTable[] {
  const seen = seenBy({ config, inflightCount: () => 3 })
  seen.take(exchangeOf(1, { durationMs: 4 }), exchangeOf(2, { durationMs: 30 }), exchangeOf(3, { durationMs: 20_000 }))
  seen.ledger.created('dump', 5)
  seen.ledger.dropped('dump', 'queue_full', 2)
  seen.overview.stop()
  return [...requestTables(seen), ...ownTables(seen)]
}

test('a histogram is cumulative, with its sum and count, and a trace in each bucket that has one', () => {
  const [{ name = '', values = [] } = {}] = tablesOf()
  expect(name).toBe('http_server_request_duration_seconds')
  const buckets = values.filter(({ metricName }) => metricName === `${name}_bucket`)
  expect(
    buckets
      .map(({ labels, value }) => [labels.le, value])
      .filter(([le]) => [0.005, 0.025, 0.05, 10, '+Inf'].includes(le ?? 0)),
  ).toEqual([
    [0.005, 1],
    [0.025, 1],
    [0.05, 2],
    [10, 2],
    ['+Inf', 3],
  ])
  expect(buckets[0]?.labels).toEqual({ http_request_method: 'GET', http_response_status_code: '200', le: 0.005 })
  expect(buckets[0]?.exemplar).toMatchObject({
    labelSet: { trace_id: '0af7651916cd43dd8448eb211c80319c' },
    value: 0.004,
  })
  expect(buckets[1]).not.toHaveProperty('exemplar')
  expect(values.slice(-2).map(({ metricName, value }) => [metricName, value])).toEqual([
    [`${name}_sum`, 20.034],
    [`${name}_count`, 3],
  ])
})

test.each<[Partial<Config>, string]>([
  [{ target: { kind: 'named', allow: ['*'] } }, 'http_client_request_duration_seconds'],
  [{ target: { kind: 'tcp', host: 'localhost', port: 1 } }, 'http_server_request_duration_seconds'],
])('%j is %s', (config, name) => expect(tablesOf(config).map((table) => table.name)).toContain(name))

test('the books, whose ends add up', () => {
  const items = tablesOf().find(({ name }) => name === 'podspan_telemetry_items_total')?.values ?? []
  const dump = items.filter(
    ({ labels }) => labels.podspan_signal === 'dump' && labels.podspan_item_state !== 'exported',
  )
  expect(dump.filter(({ value }) => value > 0)).toEqual([
    { labels: { podspan_signal: 'dump', podspan_item_state: 'created' }, value: 5 },
    { labels: { podspan_signal: 'dump', podspan_item_state: 'dropped', podspan_drop_reason: 'queue_full' }, value: 2 },
  ])
})
