/**
 * What podspan itself uses and does: its threads, its memory, its books. It goes out under a resource of its own, so that
 * nobody takes the sidecar's heap for the app's.
 */
import type { Attributes, Meter } from '@opentelemetry/api'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import type { Ledger, SignalBalance } from '../src/ledger.ts'
import type { Pulse } from '../src/pulse.ts'
import type { OwnUsage } from '../src/resources/own.ts'
import * as names from './attributes.ts'
import * as own from './podspan-names.ts'

export interface OwnHealth {
  readonly ledger: Ledger
  readonly usage: () => OwnUsage | undefined
  readonly uptimeSeconds: () => number
  /** Of the threads that carry the traffic: the observer's own loop delays nobody. Reading begins the longest delay anew. */
  readonly pulse: () => Pulse
}

const SERVICE = 'podspan'
/** What says whose the app is has no place on our own resource. */
const OF_THE_APP = /^service\.|^container\.|^k8s\.container\./

/** The pod's attributes, and podspan for the service. */
export function ownResource(app: Readonly<Record<string, string>>, version: string): Resource {
  const shared = Object.entries(app).filter(([name]) => !OF_THE_APP.test(name))
  const namespace = app['service.namespace']
  return resourceFromAttributes({
    ...Object.fromEntries(shared),
    'service.name': SERVICE,
    'service.version': version,
    ...(namespace === undefined ? {} : { 'service.namespace': namespace }),
    'service.instance.id': app['service.instance.id'] ?? SERVICE,
  })
}

export function ownHealthMetrics(meter: Meter, { ledger, usage, uptimeSeconds, pulse }: OwnHealth): void {
  const bytes = { unit: 'By' }
  meter
    .createObservableUpDownCounter('process.memory.usage', bytes)
    .addCallback((result) => result.observe(usage()?.residentBytes ?? 0))
  meter.createObservableCounter('process.cpu.time', { unit: 's' }).addCallback((result) => {
    const { userSeconds = 0, systemSeconds = 0 } = usage() ?? {}
    result.observe(userSeconds, { 'cpu.mode': 'user' })
    result.observe(systemSeconds, { 'cpu.mode': 'system' })
  })
  meter.createObservableGauge('process.uptime', { unit: 's' }).addCallback((result) => result.observe(uptimeSeconds()))
  pulseMetrics(meter, pulse)
  ledgerMetrics(meter, ledger)
  sdkMetrics(meter, ledger)
}

function pulseMetrics(meter: Meter, pulse: () => Pulse): void {
  const utilization = meter.createObservableGauge('nodejs.eventloop.utilization', { unit: '1' })
  const delayMax = meter.createObservableGauge('nodejs.eventloop.delay.max', { unit: 's' })
  const heapUsed = meter.createObservableUpDownCounter('v8js.memory.heap.used', { unit: 'By' })
  const gcTime = meter.createObservableCounter(own.METRIC_PODSPAN_GC_TIME, { unit: 's' })
  // Read once for all of them: a second reading would find that nothing was late since the first.
  meter.addBatchObservableCallback(
    (result) => {
      const { utilization: part, delayMaxSeconds, heapUsedBytes, gcSeconds } = pulse()
      result.observe(utilization, part)
      result.observe(delayMax, delayMaxSeconds)
      result.observe(heapUsed, heapUsedBytes)
      result.observe(gcTime, gcSeconds)
    },
    [utilization, delayMax, heapUsed, gcTime],
  )
}

/** The books themselves, so that a dashboard can ask whether anything is lost. */
export function ledgerMetrics(meter: Meter, ledger: Ledger): void {
  meter.createObservableCounter('podspan.telemetry.items', { unit: '{item}' }).addCallback((result) => {
    for (const [signal, { dropped, queued: _queued, ...counts }] of Object.entries(ledger.snapshot())) {
      for (const [state, count] of Object.entries(counts)) {
        result.observe(count, { 'podspan.signal': signal, 'podspan.item.state': state })
      }
      for (const [reason, count] of Object.entries(dropped)) {
        result.observe(count, {
          'podspan.signal': signal,
          'podspan.item.state': 'dropped',
          'podspan.drop.reason': reason,
        })
      }
    }
  })
}

/** The SDK's own metrics, as the conventions have them; ours are counted by the ledger, which is exact. */
function sdkMetrics(meter: Meter, ledger: Ledger): void {
  const exported = (name: string, unit: string, signal: 'span' | 'log' | 'metric'): void => {
    meter.createObservableCounter(name, { unit }).addCallback((result) => {
      for (const [count, attributes] of outcomes(ledger.snapshot()[signal])) result.observe(count, attributes)
    })
  }
  exported('otel.sdk.exporter.span.exported', '{span}', 'span')
  exported('otel.sdk.exporter.log.exported', '{log_record}', 'log')
  exported('otel.sdk.exporter.metric_data_point.exported', '{data_point}', 'metric')
}

/** Delivered, without error.type; and what was not, by why. */
function outcomes({ exported, dropped }: SignalBalance): [number, Attributes][] {
  const failed = Object.entries(dropped).map(([reason, count]): [number, Attributes] => [
    count,
    { [names.ERROR_TYPE]: reason },
  ])
  return [[exported, {}], ...failed]
}
