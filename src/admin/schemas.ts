/** The answers of the API as JSON Schema, by the names they have in shapes.ts. Data. */
import { OUTCOMES } from '../exchange.ts'
import { DROP_REASONS, SIGNALS } from '../ledger.ts'
import {
  ANY,
  array,
  COUNT,
  FLAG,
  NUMBER,
  object,
  oneOf,
  orNull,
  record,
  ref,
  type Schema,
  said,
  TEXT,
} from './schema.ts'

const HEADERS = said(record(array(TEXT)), 'lower-case name to every value, in order; only fields that were asked for')

const EXCHANGE: Readonly<Record<string, Schema>> = {
  Exchange: object(
    {
      id: COUNT,
      connectionId: COUNT,
      kind: oneOf('server', 'client'),
      trace: object({
        traceId: TEXT,
        spanId: TEXT,
        'parentSpanId?': TEXT,
        sampled: FLAG,
        random: FLAG,
        'state?': TEXT,
        'link?': object({ traceId: TEXT, spanId: TEXT }),
      }),
      startedAtMs: said(NUMBER, 'wall clock, ms since the epoch'),
      startedMonotonicMs: NUMBER,
      marks: ref('Marks'),
      durationMs: NUMBER,
      peer: object({ address: TEXT, port: COUNT }),
      'forwarded?': object({ 'for?': TEXT, 'proto?': TEXT, 'host?': TEXT }),
      'origin?': object({ address: TEXT, 'port?': COUNT, attempt: COUNT }),
      'request?': object({
        method: TEXT,
        path: said(TEXT, 'as sent, without the query'),
        'query?': said(TEXT, 'without its secrets'),
        'host?': TEXT,
        scheme: TEXT,
        httpVersion: TEXT,
        'userAgent?': TEXT,
        'route?': said(TEXT, 'the template of the path'),
        bytes: COUNT,
        'headers?': HEADERS,
      }),
      'response?': object({ status: COUNT, reason: TEXT, bytes: COUNT, 'headers?': HEADERS }),
      'originResponse?': object({ status: COUNT, bytes: COUNT }),
      'appSpan?': FLAG,
      isFile: FLAG,
      'upgrade?': object({
        protocol: TEXT,
        bytesIn: COUNT,
        bytesOut: COUNT,
        'messagesIn?': COUNT,
        'messagesOut?': COUNT,
        'closeCode?': COUNT,
        'closedBy?': oneOf('client', 'origin'),
      }),
      'eventStream?': object({ 'events?': COUNT, 'firstEventMs?': NUMBER, 'endedBy?': oneOf('client', 'origin') }),
      outcome: oneOf(...OUTCOMES),
      'error?': object({ type: TEXT, at: oneOf('client', 'origin', 'sidecar'), 'message?': TEXT }),
      'decorators?': array(
        object({
          name: TEXT,
          did: oneOf('changed-request', 'answered', 'changed-response', 'failed'),
          'message?': TEXT,
        }),
      ),
      'resources?': ref('ResourceWindow'),
    },
    'One request and its answer. What each member means is in docs/exchange.md.',
  ),
  Marks: object(
    {
      'originConnected?': NUMBER,
      'requestHeadSent?': NUMBER,
      'requestEnd?': NUMBER,
      'responseHead?': NUMBER,
      'firstByte?': NUMBER,
      'responseEnd?': NUMBER,
      'clientStalled?': NUMBER,
      'own?': NUMBER,
    },
    'ms from the start; one that was never reached is absent',
  ),
  ResourceWindow: object(
    {
      scope: ref('Scope'),
      windowMs: NUMBER,
      'cpuUsedMs?': NUMBER,
      'cpuThrottledMs?': NUMBER,
      'cpuStalledMs?': NUMBER,
      'memoryStalledMs?': NUMBER,
      'ioStalledMs?': NUMBER,
      'memoryHeadroomBytes?': COUNT,
      'openFds?': COUNT,
      'openFdsMax?': COUNT,
    },
    'what the container did while a slow or failed request was under way',
  ),
  Scope: oneOf('app', 'shared', 'pod', 'none'),
  Phase: object({
    name: oneOf('connect', 'upload', 'app', 'download', 'tunnel'),
    startMs: NUMBER,
    durationMs: NUMBER,
  }),
}

const PERCENTILES = { 'p50Ms?': NUMBER, 'p95Ms?': NUMBER, 'p99Ms?': NUMBER }

const TRAFFIC: Readonly<Record<string, Schema>> = {
  InflightView: object({
    id: COUNT,
    traceId: TEXT,
    method: TEXT,
    path: TEXT,
    phase: oneOf('request', 'waiting', 'response', 'tunnel'),
    ageMs: COUNT,
  }),
  RouteView: object({
    method: said(TEXT, 'empty where the row is not of one method'),
    route: said(TEXT, 'the template, else the path; `(other)`, `(refused)` and `(opaque)` are no paths'),
    count: COUNT,
    errors: COUNT,
    perSecond: NUMBER,
    errorsPerSecond: NUMBER,
    ...PERCENTILES,
    'maxMs?': NUMBER,
  }),
  TrafficPoint: object(
    {
      atMs: COUNT,
      requests: COUNT,
      errors: COUNT,
      clientErrors: COUNT,
      inflight: COUNT,
      ...PERCENTILES,
      bytesIn: COUNT,
      bytesOut: COUNT,
    },
    'one second',
  ),
  ResourcePoint: object({
    atMs: COUNT,
    'memoryBytes?': COUNT,
    'memoryLimitBytes?': COUNT,
    'cpuCores?': NUMBER,
    'cpuLimitCores?': NUMBER,
    'throttledMs?': NUMBER,
    'cpuStalledMs?': NUMBER,
    'memoryStalledMs?': NUMBER,
    'ioStalledMs?': NUMBER,
    'openFds?': COUNT,
  }),
  AppSample: object({
    isUp: FLAG,
    exits: COUNT,
    oomKills: COUNT,
    'crash?': object({
      count: COUNT,
      cause: oneOf('app_oom_killed', 'app_exited'),
      afterMonotonicMs: NUMBER,
      seenMonotonicMs: NUMBER,
      'overMonotonicMs?': NUMBER,
    }),
  }),
}

const BALANCE = object({
  created: COUNT,
  exported: COUNT,
  sampled_out: COUNT,
  not_configured: COUNT,
  unsupported: COUNT,
  spooled: COUNT,
  dropped: object(Object.fromEntries(DROP_REASONS.map((reason) => [`${reason}?`, COUNT]))),
  queued: said({ type: 'integer' }, 'what makes the equation hold'),
})

const ANSWERS: Readonly<Record<string, Schema>> = {
  ExchangesAnswer: object({ exchanges: array(ref('Exchange')), held: COUNT, matched: COUNT }),
  ExchangeAnswer: object({
    exchange: ref('Exchange'),
    phases: array(ref('Phase')),
    ownMs: NUMBER,
    clientStalledMs: NUMBER,
    'requestBody?': said(
      {
        oneOf: [
          object({ kept: { const: true }, base64: TEXT, 'contentType?': TEXT, 'contentEncoding?': TEXT }),
          object({ kept: { const: false }, why: oneOf('off', 'too-large', 'incomplete', 'no-room') }),
        ],
      },
      'of a request that had one, where --capture-bodies kept it',
    ),
  }),
  InflightAnswer: object({ requests: array(ref('InflightView')), count: COUNT }),
  RoutesAnswer: object({ routes: array(ref('RouteView')), sinceAtMs: COUNT }),
  ResourcesAnswer: object({ latest: orNull(ref('ResourceSample')), history: array(ref('ResourcePoint')) }),
  LedgerAnswer: object({ ledger: ref('Ledger'), backends: array(ref('BackendState')) }),
  Ledger: object(Object.fromEntries(SIGNALS.map((signal) => [signal, BALANCE]))),
  BackendState: object({
    signal: oneOf(...SIGNALS),
    endpoint: TEXT,
    mood: oneOf('untried', 'fine', 'failing', 'refused', 'unsupported'),
    'reason?': TEXT,
    'deliveredAtMs?': NUMBER,
    queued: COUNT,
    queueMax: COUNT,
  }),
  StatsAnswer: record(object({ history: array(ANY), file: FLAG, 'pod?': TEXT })),
  ConfigAnswer: record(ANY),
  AboutAnswer: object({
    version: TEXT,
    service: TEXT,
    'pod?': TEXT,
    'namespace?': TEXT,
    target: TEXT,
    listen: object({ host: TEXT, port: COUNT }),
    startedAtMs: COUNT,
    ringExchanges: COUNT,
  }),
  ErrorAnswer: object({ error: object({ type: TEXT, message: TEXT, 'column?': COUNT }) }),
  LiveHello: object({
    about: ref('AboutAnswer'),
    traffic: array(ref('TrafficPoint')),
    resources: array(ref('ResourcePoint')),
    exchanges: array(ref('Exchange')),
  }),
  LiveTick: object({
    traffic: ref('TrafficPoint'),
    'resources?': ref('ResourcePoint'),
    routes: array(ref('RouteView')),
    inflight: ref('InflightAnswer'),
    ledger: ref('LedgerAnswer'),
    'app?': object({ app: ref('AppSample'), scope: ref('Scope') }),
  }),
  LiveExchanges: object({ exchanges: array(ref('Exchange')), missed: COUNT }),
}

export const SCHEMAS: Readonly<Record<string, Schema>> = { ...EXCHANGE, ...TRAFFIC, ...ANSWERS }
