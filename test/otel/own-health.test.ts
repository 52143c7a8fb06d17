import { expect, test } from 'vitest'
import { ledgerMetrics, ownHealthMetrics, ownResource } from '../../otel/own-health.ts'
import { Ledger } from '../../src/ledger.ts'
import { collect } from '../support/metrics.ts'

test('its resource is podspan in the same pod, with nothing of the app', () => {
  const app = {
    'service.name': 'shop',
    'service.version': '7',
    'service.namespace': 'eu',
    'service.instance.id': 'eu.shop-1.app.podspan',
    'k8s.pod.name': 'shop-1',
    'k8s.container.name': 'app',
    'container.id': 'abc',
    'telemetry.distro.name': 'podspan',
  }
  expect(ownResource(app, '1.2').attributes).toEqual({
    'service.name': 'podspan',
    'service.version': '1.2',
    'service.namespace': 'eu',
    'service.instance.id': 'eu.shop-1.app.podspan',
    'k8s.pod.name': 'shop-1',
    'telemetry.distro.name': 'podspan',
  })
})

test('threads, memory, and what was delivered and not', async () => {
  const ledger = new Ledger()
  ledger.ended('exchange', 'exported', 5)
  ledger.ended('span', 'exported', 3)
  ledger.dropped('span', 'rejected', 2)
  // As in the real one, a delay is told once.
  const delays = [0.1]
  const found = await collect((provider) =>
    ownHealthMetrics(provider.getMeter('t'), {
      ledger,
      usage: () => ({ residentBytes: 7, userSeconds: 1, systemSeconds: 2 }),
      uptimeSeconds: () => 9,
      pulse: () => {
        const delayMaxSeconds = delays.shift() ?? 0
        return { utilization: 0.5, delayMaxSeconds, heapUsedBytes: 11, gcSeconds: 0.25 }
      },
    }),
  )
  const values = (name: string): unknown[] => (found.get(name) ?? []).map(({ value }) => value)
  expect(values('process.memory.usage')).toEqual([7])
  expect(values('process.cpu.time')).toEqual([1, 2])
  expect(values('process.uptime')).toEqual([9])
  expect(values('nodejs.eventloop.utilization')).toEqual([0.5])
  expect(values('nodejs.eventloop.delay.max')).toEqual([0.1])
  expect(values('v8js.memory.heap.used')).toEqual([11])
  expect(values('podspan.gc.time')).toEqual([0.25])
  expect(found.get('otel.sdk.exporter.span.exported')).toEqual([
    { value: 3, attributes: {} },
    { value: 2, attributes: { 'error.type': 'rejected' } },
  ])
})

test('the books are metrics too', async () => {
  const ledger = new Ledger()
  ledger.ended('exchange', 'exported', 3)
  ledger.dropped('span', 'queue_full', 2)
  const found = await collect((provider) => ledgerMetrics(provider.getMeter('t'), ledger))
  const points = found.get('podspan.telemetry.items') ?? []
  const spans = points.filter(
    ({ attributes }) => 'podspan.signal' in attributes && attributes['podspan.signal'] === 'span',
  )
  expect(spans).toContainEqual({ value: 3, attributes: { 'podspan.signal': 'span', 'podspan.item.state': 'created' } })
  expect(spans).toContainEqual({
    value: 2,
    attributes: { 'podspan.signal': 'span', 'podspan.item.state': 'dropped', 'podspan.drop.reason': 'queue_full' },
  })
})
