/** How podspan itself is, and whether anything is lost. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { page, series, stat } from './panels.ts'

const OWN = 'service_name="podspan", k8s_pod_name=~"$pod"'
const ITEMS = 'podspan_telemetry_items_total'
const now = (metric: string): string => `${metric}{${OWN}}`
const rate = (metric: string, labels = OWN): string => `rate(${metric}{${labels}}[$__rate_interval])`
const CREATED = `${ITEMS}{${OWN}, podspan_item_state="created"}`
const ENDED = `${ITEMS}{${OWN}, podspan_item_state!="created"}`
const DROPPED = `${OWN}, podspan_item_state="dropped"`
const POD = '{{k8s_pod_name}}'

export const healthPage: Dashboard = page({
  uid: 'podspan-health',
  title: 'podspan: itself',
  help: 'The books of everything that podspan recorded, and what it costs.',
  variables: [{ name: 'pod', label: 'Pod', query: `label_values(${ITEMS}{service_name="podspan"}, k8s_pod_name)` }],
  rows: [
    {
      title: 'Is anything lost?',
      panels: [
        stat({
          title: 'Lost',
          help: 'Items that were dropped in the time shown, for whatever reason. 0: nothing is lost.',
          unit: 'short',
          queries: [{ expr: `sum(increase(${ITEMS}{${DROPPED}}[$__range])) or vector(0)` }],
          alarmFrom: 1,
        }),
        stat({
          title: 'Spans waiting',
          help: 'Created and not ended: in the queue for the collector.',
          unit: 'short',
          queries: [
            {
              expr: `sum(${CREATED.replace('}', ', podspan_signal="span"}')}) - sum(${ENDED.replace('}', ', podspan_signal="span"}')})`,
            },
          ],
        }),
        stat({
          title: 'Exported',
          help: 'Spans per second that the backend took.',
          unit: 'short',
          queries: [{ expr: `sum(${rate('otel_sdk_exporter_span_exported_total', `${OWN}, error_type=""`)})` }],
        }),
        stat({
          title: 'Loop delay',
          help: 'The longest that the data thread was late.',
          unit: 's',
          queries: [{ expr: `max(${now('nodejs_eventloop_delay_max_seconds')})` }],
          alarmFrom: 0.1,
        }),
        stat({
          title: 'Memory',
          help: 'Resident, of the whole process.',
          unit: 'bytes',
          queries: [{ expr: `max(${now('process_memory_usage_bytes')})` }],
        }),
        stat({
          title: 'CPU',
          help: 'Cores, of the whole process.',
          unit: 'short',
          queries: [{ expr: `sum(${rate('process_cpu_time_seconds_total')})` }],
        }),
      ],
    },
    {
      title: 'The books',
      panels: [
        series({
          title: 'Created',
          help: 'Items per second, by signal.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (podspan_signal) (${rate(ITEMS, `${OWN}, podspan_item_state="created"`)})`,
              legend: '{{podspan_signal}}',
            },
          ],
        }),
        series({
          title: 'Ended',
          help: 'Items per second, by what became of them.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (podspan_item_state) (${rate(ITEMS, `${OWN}, podspan_item_state!="created"`)})`,
              legend: '{{podspan_item_state}}',
            },
          ],
        }),
        series({
          title: 'Dropped',
          help: 'Items per second, by signal and reason; the reasons are in docs/architecture.md.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (podspan_signal, podspan_drop_reason) (${rate(ITEMS, DROPPED)}) or vector(0)`,
              legend: '{{podspan_signal}} {{podspan_drop_reason}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'What it costs',
      panels: [
        series({
          title: 'Event loop',
          help: 'Part of the time in which the data thread was at work.',
          unit: 'percentunit',
          queries: [{ expr: `max by (k8s_pod_name) (${now('nodejs_eventloop_utilization_ratio')})`, legend: POD }],
        }),
        series({
          title: 'Memory',
          help: 'Resident, and the part of it that is the data thread’s heap.',
          unit: 'bytes',
          queries: [
            { expr: `sum by (k8s_pod_name) (${now('process_memory_usage_bytes')})`, legend: `resident ${POD}` },
            { expr: `sum by (k8s_pod_name) (${now('v8js_memory_heap_used_bytes')})`, legend: `heap ${POD}` },
          ],
        }),
        series({
          title: 'Garbage collection',
          help: 'Seconds a second.',
          unit: 's',
          queries: [{ expr: `sum by (k8s_pod_name) (${rate('podspan_gc_time_seconds_total')})`, legend: POD }],
        }),
      ],
    },
  ],
})
