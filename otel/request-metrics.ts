/**
 * Exchanges → durations and sizes of requests. Every label comes from a fixed set or is folded to `_OTHER` here: labels that
 * clients choose are series without end.
 */
import type { Attributes, Meter } from '@opentelemetry/api'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import type { Exchange } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { type HistogramForm, type SeriesOptions, SeriesTable } from './series.ts'
import { serverOf } from './span-attributes.ts'

/** Seconds; the boundaries the semantic conventions advise. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Bytes: the SDK's defaults end at 10,000, where bodies begin. */
const SIZE_BUCKETS = [0, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

export interface RequestMetricsOptions extends Omit<SeriesOptions, 'histograms'> {
  readonly methods: ReadonlySet<string>
  /** The app measures its requests itself: ours go by a name of their own. */
  readonly appInstrumented: boolean
  /** Hosts that the app calls and that are labels; more are one. */
  readonly hostsMax: number
}

export class RequestMetrics {
  readonly #methods: ReadonlySet<string>
  readonly #hosts: KnownHosts
  readonly #server: SeriesTable
  readonly #client: SeriesTable

  constructor(options: RequestMetricsOptions) {
    this.#methods = options.methods
    this.#hosts = new KnownHosts(options.hostsMax)
    const prefix = options.appInstrumented ? 'podspan.server' : 'http.server'
    this.#server = new SeriesTable({ ...options, histograms: forms(prefix) })
    this.#client = new SeriesTable({ ...options, histograms: forms('http.client') })
  }

  /** What a reader asks besides its meters. */
  get producers(): MetricProducer[] {
    return [this.#server, this.#client]
  }

  record(exchange: Exchange): void {
    if (exchange.upgrade !== undefined) return
    const { kind, request, response, eventStream } = exchange
    const host = kind === 'client' ? this.#hosts.labelsOf(exchange) : undefined
    const labels = labelsOf(exchange, this.#methods)
    const table = kind === 'client' ? this.#client : this.#server
    const attributes = (): Attributes => ({ ...attributesOf(labels, kind), ...host?.attributes })
    const [duration, requestSize, responseSize] = table.bucketsOf(keyOf(labels, host?.key), attributes)
    // The lifetime of a stream is not a request duration; the bytes of its answer are bytes all the same.
    if (eventStream === undefined) duration?.record(exchange.durationMs / 1e3)
    requestSize?.record(request?.bytes ?? 0)
    responseSize?.record(response?.bytes ?? 0)
  }
}

export function activeRequests(meter: Meter, inflightCount: () => number): void {
  meter
    .createObservableUpDownCounter('http.server.active_requests', { unit: '{request}' })
    .addCallback((result) => result.observe(inflightCount(), { [names.URL_SCHEME]: 'http' }))
}

function forms(prefix: string): HistogramForm[] {
  const size = { unit: 'By', boundaries: SIZE_BUCKETS }
  return [
    {
      name: `${prefix}.request.duration`,
      unit: 's',
      description: 'Duration of HTTP requests.',
      boundaries: DURATION_BUCKETS,
    },
    { name: `${prefix}.request.body.size`, description: 'Size of HTTP request bodies.', ...size },
    { name: `${prefix}.response.body.size`, description: 'Size of HTTP response bodies.', ...size },
  ]
}

interface Labels {
  readonly method: string
  readonly scheme: string
  readonly route: string | undefined
  readonly status: number | undefined
  readonly errorType: string | undefined
  readonly version: string | undefined
}

function labelsOf(exchange: Exchange, methods: ReadonlySet<string>): Labels {
  const { request, response, forwarded } = exchange
  return {
    method: names.methodOf(request?.method, methods).method,
    scheme: forwarded?.proto ?? request?.scheme ?? 'http',
    route: request?.route,
    status: response?.status,
    errorType: errorTypeOf(exchange),
    version: request?.httpVersion,
  }
}

/** A route is somebody's text, so it stands last; no other part can have a space. */
function keyOf({ method, scheme, route, status, errorType, version }: Labels, host = ''): string {
  return `${method} ${scheme} ${status} ${errorType} ${version} ${host} ${route === undefined ? '' : `/${route}`}`
}

function attributesOf(
  { method, scheme, route, status, errorType, version }: Labels,
  kind: Exchange['kind'],
): Attributes {
  const attributes: Attributes = { [names.HTTP_REQUEST_METHOD]: method, [names.URL_SCHEME]: scheme }
  if (route !== undefined) attributes[kind === 'client' ? names.URL_TEMPLATE : names.HTTP_ROUTE] = route
  if (status !== undefined) attributes[names.HTTP_RESPONSE_STATUS_CODE] = status
  if (errorType !== undefined) attributes[names.ERROR_TYPE] = errorType
  if (version !== undefined) attributes[names.NETWORK_PROTOCOL_VERSION] = version
  return attributes
}

interface HostLabels {
  readonly key: string
  readonly attributes: Attributes
}

/** The first hosts that the app calls, by name and port; whatever comes after them is `_OTHER`. */
class KnownHosts {
  readonly #max: number
  readonly #known = new Map<string, HostLabels>()
  readonly #others: HostLabels = { key: names.OTHER, attributes: { [names.SERVER_ADDRESS]: names.OTHER } }

  constructor(max: number) {
    this.#max = max
  }

  labelsOf({ request }: Exchange): HostLabels {
    const host = request?.host ?? ''
    const known = this.#known.get(host)
    if (known !== undefined) return known
    if (this.#known.size >= this.#max) return this.#others
    const server = serverOf(host, request?.scheme ?? 'http')
    const attributes: Attributes = server === undefined ? {} : { [names.SERVER_ADDRESS]: server.address }
    if (server?.port !== undefined) attributes[names.SERVER_PORT] = server.port
    const labels = { key: `${this.#known.size}`, attributes }
    this.#known.set(host, labels)
    return labels
  }
}
