/** Rate, errors and duration of what a service answers, by route: the first page to look at. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { page, series, stat, table } from './panels.ts'

const DURATION = 'http_server_request_duration_seconds'
const OF = 'service_name=~"$service", k8s_pod_name=~"$pod"'
const rate = (metric: string, labels = OF): string => `rate(${metric}{${labels}}[$__rate_interval])`
const FAILED = `${rate(`${DURATION}_count`, `${OF}, error_type!=""`)}`
const all = rate(`${DURATION}_count`)
const quantile = (part: number, by = 'le'): string =>
  `histogram_quantile(${part}, sum by (${by}) (${rate(`${DURATION}_bucket`)}))`
/** Where nothing passed there is no ratio. */
const errorRatio = (by = ''): string => `(sum ${by} (${FAILED}) or 0 * sum ${by} (${all})) / (sum ${by} (${all}) > 0)`

export const requestsPage: Dashboard = page({
  uid: 'podspan-requests',
  title: 'podspan: requests',
  help: 'Rate, errors and duration of every request that passed, by service, pod and route.',
  variables: [
    { name: 'service', label: 'Service', query: `label_values(${DURATION}_count, service_name)` },
    { name: 'pod', label: 'Pod', query: `label_values(${DURATION}_count{service_name=~"$service"}, k8s_pod_name)` },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Requests',
          help: 'Answered per second.',
          unit: 'reqps',
          queries: [{ expr: `sum(${all})` }],
        }),
        stat({
          title: 'Errors',
          help: 'Part of the requests that failed: 5xx, aborted, refused by the app.',
          unit: 'percentunit',
          queries: [{ expr: errorRatio() }],
          alarmFrom: 0.05,
        }),
        stat({
          title: 'p50',
          help: 'Half of the requests were faster.',
          unit: 's',
          queries: [{ expr: quantile(0.5) }],
        }),
        stat({
          title: 'p95',
          help: 'One request in twenty was slower.',
          unit: 's',
          queries: [{ expr: quantile(0.95) }],
        }),
        stat({
          title: 'p99',
          help: 'One request in a hundred was slower.',
          unit: 's',
          queries: [{ expr: quantile(0.99) }],
        }),
        stat({
          title: 'In flight',
          help: 'Begun and not ended.',
          unit: 'short',
          queries: [{ expr: `sum(http_server_active_requests{${OF}})` }],
        }),
      ],
    },
    {
      title: 'Over time',
      panels: [
        series({
          title: 'Requests by status',
          help: 'Per second, by what the client got.',
          unit: 'reqps',
          queries: [{ expr: `sum by (http_response_status_code) (${all})`, legend: '{{http_response_status_code}}' }],
        }),
        series({
          title: 'Errors by reason',
          help: 'A status of 5xx, or how the exchange broke: podspan.app_oom_killed is a container that was killed.',
          unit: 'reqps',
          queries: [{ expr: `sum by (error_type) (${FAILED})`, legend: '{{error_type}}' }],
        }),
        series({
          title: 'Duration',
          help: 'From the first byte of the request to the last of its answer.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((part) => ({ expr: quantile(part), legend: `p${part * 100}` })),
        }),
        series({
          title: 'p95 by route',
          help: 'Routes come from --routes or --openapi; without them there is one.',
          unit: 's',
          queries: [{ expr: quantile(0.95, 'le, http_route'), legend: '{{http_route}}' }],
        }),
        series({
          title: 'Bytes',
          help: 'Bodies per second, to the service and from it.',
          unit: 'Bps',
          queries: [
            { expr: `sum(${rate('http_server_request_body_size_bytes_sum')})`, legend: 'requests' },
            { expr: `sum(${rate('http_server_response_body_size_bytes_sum')})`, legend: 'answers' },
          ],
        }),
        series({
          title: 'Streams',
          help: 'WebSockets and event streams that ended, per second; they are no part of the durations.',
          unit: 'short',
          queries: [{ expr: `sum(${rate('podspan_stream_duration_seconds_count')})`, legend: 'ended' }],
        }),
      ],
    },
    {
      title: 'Routes',
      panels: [
        table({
          title: 'Requests per second',
          help: 'By method and route.',
          unit: 'reqps',
          queries: [{ expr: `sum by (http_request_method, http_route) (${all})` }],
        }),
        table({
          title: 'Errors',
          help: 'Part of the requests that failed, by method and route.',
          unit: 'percentunit',
          queries: [{ expr: errorRatio('by (http_request_method, http_route)') }],
        }),
      ],
    },
  ],
})
