/** The variables that have no flag: OpenTelemetry's own, and the pod's. What they mean here; the readers stand beside. */

export interface EnvironmentRow {
  readonly names: readonly string[]
  readonly help: string
}

const signals = (name: string): readonly string[] => [
  `OTEL_EXPORTER_OTLP_${name}`,
  ...['TRACES', 'METRICS', 'LOGS'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}_${name}`),
]

export const ENVIRONMENT: readonly EnvironmentRow[] = [
  {
    names: signals('ENDPOINT'),
    help: 'where it goes; the general one gets `/v1/traces` and so on, a signal’s own is taken as it is',
  },
  { names: signals('PROTOCOL'), help: '`http/protobuf` (the default), `http/json` or `grpc`' },
  { names: signals('HEADERS'), help: 'sent with each request: `authorization=Bearer%20...`; never shown anywhere' },
  { names: signals('COMPRESSION'), help: '`gzip` or `none`' },
  { names: signals('TIMEOUT'), help: 'of one try, in ms (10000)' },
  { names: signals('CERTIFICATE'), help: 'a file with the authority to trust' },
  { names: [...signals('CLIENT_CERTIFICATE'), ...signals('CLIENT_KEY')], help: 'files for mutual TLS' },
  { names: ['OTEL_TRACES_EXPORTER', 'OTEL_METRICS_EXPORTER'], help: '`otlp` (where an endpoint is set) or `none`' },
  { names: ['OTEL_LOGS_EXPORTER'], help: '`otlp` sends an access log record a request (none)' },
  { names: ['OTEL_SERVICE_NAME'], help: 'the service that the telemetry is about' },
  { names: ['OTEL_RESOURCE_ATTRIBUTES'], help: 'more of it: `deployment.environment.name=prod,team=a`' },
  {
    names: ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
    help: '`parentbased_always_on` unless set; also `always_on`, `always_off`, `traceidratio`, `parentbased_always_off`, `parentbased_traceidratio`',
  },
  { names: ['OTEL_PROPAGATORS'], help: '`tracecontext` unless set; also `b3`, `b3multi`, `none`' },
  {
    names: ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'],
    help: '`cumulative` (the default), `delta` or `lowmemory`',
  },
  {
    names: ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'],
    help: '`explicit_bucket_histogram` (the default) or `base2_exponential_bucket_histogram`',
  },
  { names: ['OTEL_METRIC_EXPORT_INTERVAL'], help: 'ms between exports of metrics (10000)' },
  {
    names: ['OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BSP_MAX_QUEUE_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
    help: 'how spans are batched: `spanBatchMs`, `spanQueueMax`, `spanBatchMax` of [limits](limits.md)',
  },
  {
    names: [
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS',
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS',
    ],
    help: 'header fields to keep, as a list (none)',
  },
  { names: ['OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS'], help: 'methods that are labels; others are `_OTHER`' },
  { names: ['OTEL_SDK_DISABLED'], help: '`true`: no telemetry leaves' },
  {
    names: ['PODSPAN_POD_NAME', 'PODSPAN_POD_NAMESPACE', 'PODSPAN_POD_UID', 'PODSPAN_POD_IP', 'PODSPAN_NODE_NAME'],
    help: 'the pod, from the downward API; its name is the hostname unless set',
  },
  { names: ['PODSPAN_CONTAINER_NAME'], help: 'the app’s container, which the telemetry is about' },
  {
    names: [
      'OTEL_RESOURCE_ATTRIBUTES_POD_NAME',
      'OTEL_RESOURCE_ATTRIBUTES_POD_UID',
      'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME',
      'OTEL_POD_IP',
    ],
    help: 'the same, by the names that the OpenTelemetry operator gives them',
  },
]
