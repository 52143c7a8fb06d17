/** What the container had and what it was denied: slow code, or a starved container? */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { page, series, stat } from './panels.ts'

const OF = 'service_name=~"$service", k8s_pod_name=~"$pod"'
const now = (metric: string): string => `${metric}{${OF}}`
const rate = (metric: string, labels = OF): string => `rate(${metric}{${labels}}[$__rate_interval])`
const byPod = (expr: string): string => `sum by (k8s_pod_name) (${expr})`
const POD = '{{k8s_pod_name}}'
const throttled = `${byPod(rate('podspan_container_cpu_throttled_periods_total'))} / ${byPod(rate('podspan_container_cpu_periods_total'))}`

export const containerPage: Dashboard = page({
  uid: 'podspan-container',
  title: 'podspan: container',
  help: 'Memory, CPU, throttling and pressure of the app’s own container, as cgroups tell them.',
  variables: [
    { name: 'service', label: 'Service', query: 'label_values(container_memory_usage_bytes, service_name)' },
    {
      name: 'pod',
      label: 'Pod',
      query: 'label_values(container_memory_usage_bytes{service_name=~"$service"}, k8s_pod_name)',
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Memory used',
          help: 'Working set against the limit: at 100 % the kernel kills.',
          unit: 'percentunit',
          queries: [
            {
              expr: `max(${now('container_memory_working_set_bytes')} / ${now('podspan_container_memory_limit_bytes')})`,
            },
          ],
          alarmFrom: 0.9,
        }),
        stat({
          title: 'CPU used',
          help: 'Against the quota: at 100 % the container is throttled.',
          unit: 'percentunit',
          queries: [{ expr: `max(${now('container_cpu_usage')} / ${now('podspan_container_cpu_limit')})` }],
          alarmFrom: 0.9,
        }),
        stat({
          title: 'Throttled',
          help: 'Part of the periods in which the quota was used up.',
          unit: 'percentunit',
          queries: [{ expr: `max(${throttled})` }],
          alarmFrom: 0.1,
        }),
        stat({
          title: 'Exits',
          help: 'Times that the app’s process was gone, since podspan started.',
          unit: 'short',
          queries: [{ expr: `sum(${now('podspan_app_exits_total')})` }],
          alarmFrom: 1,
        }),
        stat({
          title: 'Killed',
          help: 'Processes of the container that the kernel killed for want of memory.',
          unit: 'short',
          queries: [{ expr: `sum(${now('podspan_app_oom_kills_total')})` }],
          alarmFrom: 1,
        }),
        stat({
          title: 'Up for',
          help: 'Since the app’s process was started.',
          unit: 's',
          queries: [{ expr: `min(${now('process_uptime_seconds')})` }],
        }),
      ],
    },
    {
      title: 'Memory and CPU',
      panels: [
        series({
          title: 'Memory',
          help: 'The working set is what cannot be given back; the kubelet evicts by it.',
          unit: 'bytes',
          queries: [
            { expr: byPod(now('container_memory_usage_bytes')), legend: `usage ${POD}` },
            { expr: byPod(now('container_memory_working_set_bytes')), legend: `working set ${POD}` },
            { expr: byPod(now('podspan_container_memory_limit_bytes')), legend: `limit ${POD}` },
          ],
        }),
        series({
          title: 'CPU',
          help: 'Cores used, and cores that the quota allows.',
          unit: 'short',
          queries: [
            { expr: byPod(rate('container_cpu_time_seconds_total')), legend: `used ${POD}` },
            { expr: byPod(now('podspan_container_cpu_limit')), legend: `limit ${POD}` },
          ],
        }),
        series({
          title: 'Throttled',
          help: 'Seconds a second in which tasks stood still for a used-up quota.',
          unit: 's',
          queries: [{ expr: byPod(rate('podspan_container_cpu_throttled_time_seconds_total')), legend: POD }],
        }),
        series({
          title: 'Pressure',
          help: 'Part of the time in which some task waited for CPU, memory or disk: the container’s where the kernel tells it, and the node’s.',
          unit: 'percentunit',
          queries: [
            {
              expr: `sum by (podspan_pressure_resource) (${rate('podspan_container_pressure_time_seconds_total', `${OF}, podspan_pressure_kind="some"`)}) or sum by (podspan_pressure_resource) (${rate('podspan_node_pressure_time_seconds_total', `${OF}, podspan_pressure_kind="some"`)})`,
              legend: '{{podspan_pressure_resource}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'The process and its pod',
      panels: [
        series({
          title: 'Page faults',
          help: 'Major ones had to wait for a disk.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (system_paging_fault_type) (${rate('container_paging_faults_total')})`,
              legend: '{{system_paging_fault_type}}',
            },
          ],
        }),
        series({
          title: 'Descriptors',
          help: 'Open in the app’s process, and how many it may have.',
          unit: 'short',
          queries: [
            { expr: byPod(now('process_unix_file_descriptor_count')), legend: `open ${POD}` },
            { expr: byPod(now('podspan_process_file_descriptor_limit')), legend: `limit ${POD}` },
          ],
        }),
        series({
          title: 'Network',
          help: 'Of the pod, which all its containers share.',
          unit: 'Bps',
          queries: [
            {
              expr: `sum by (network_io_direction) (${rate('k8s_pod_network_io_bytes_total')})`,
              legend: '{{network_io_direction}}',
            },
          ],
        }),
        series({
          title: 'Retransmits',
          help: 'TCP segments that the pod sent again.',
          unit: 'percentunit',
          queries: [
            {
              expr: `sum(${rate('podspan_pod_tcp_retransmits_total')}) / sum(${rate('podspan_pod_tcp_segments_total')})`,
              legend: 'of all segments',
            },
          ],
        }),
      ],
    },
  ],
})
