/** Every endpoint: where it is, what may be asked of it, and what it answers. `/openapi.json` and the text of a 404 are made of this table. */
import { historyBodies } from '../observer/stats.ts'
import { phasesOf } from '../phases.ts'
import { type Answer, JSON_TYPE, json, problem, TEXT_TYPE } from './answer.ts'
import { curlOf } from './curl.ts'
import { exchangesAnswer, select } from './exchanges.ts'
import { PAGE_POLICY } from './guard.ts'
import { harOf } from './har.ts'
import type { Live } from './live.ts'
import { masked } from './masked.ts'
import { openapi } from './openapi.ts'
import type { AdminParts } from './parts.ts'
import type { Asked, ParameterName } from './query.ts'
import { requestBodyOf } from './request-body.ts'
import type { ExchangeAnswer } from './shapes.ts'
import { followed, streamed } from './streams.ts'
import { aboutAnswer, inflightAnswer, ledgerAnswer, resourcesAnswer, routesAnswer, versionOf } from './views.ts'

export interface Request extends Asked {
  /** What stands in the place of `{id}`. */
  readonly id: string
  readonly accept: string
}

export interface Endpoint {
  readonly path: string
  readonly summary: string
  readonly parameters: readonly ParameterName[]
  readonly formats?: readonly string[]
  readonly answer: (request: Request) => Answer | Promise<Answer>
}

/** The files of the dashboard, by path; `/` is the first of them. */
export type PageOf = (path: string) => Promise<{ readonly body: Buffer; readonly type: string } | undefined>

export function endpointsOf(parts: AdminParts, live: Live, pageOf: PageOf): readonly Endpoint[] {
  const describe = (): Answer => json(openapi(endpoints, versionOf(parts.config.telemetry)))
  const endpoints = [
    plain('/', 'The dashboard, for people.', async () => (await pageAnswer(pageOf, '/')) ?? notBuiltIn()),
    ...probes(parts),
    ...exchangeEndpoints(parts, live),
    ...stateEndpoints(parts),
    plain('/openapi.json', 'This description.', describe),
  ]
  return endpoints
}

function plain(path: string, summary: string, answer: Endpoint['answer']): Endpoint {
  return { path, summary, parameters: [], answer }
}

function probes(parts: AdminParts): readonly Endpoint[] {
  const scrape = sharedScrape(parts)
  const notReady = problem(503, 'not_ready', 'no clients are taken: podspan is starting or draining')
  const summary = 'For Prometheus; as OpenMetrics, with exemplars, where Accept asks for it.'
  return [
    plain('/healthz', 'Whether the observer thread turns.', () => OK),
    plain('/readyz', 'Whether clients are taken.', () => (parts.listeningPort() === 0 ? notReady : OK)),
    plain('/metrics', summary, ({ accept }) => scrape(accept)),
  ]
}

function exchangeEndpoints(parts: AdminParts, live: Live): readonly Endpoint[] {
  return [
    {
      path: '/exchanges',
      summary: 'The requests that are remembered, oldest first; with `follow` those to come, too.',
      parameters: ['where', 'limit', 'format', 'follow'],
      formats: ['json', 'ndjson', 'otlp'],
      answer: (request) => (request.follow ? followed(parts, live, request) : exchangesAnswer(parts, request)),
    },
    {
      path: '/exchanges/{id}',
      summary: 'One of them, and where its time went.',
      parameters: ['format'],
      formats: ['json', 'har', 'curl'],
      answer: (request) => exchangeAnswer(parts, request),
    },
    {
      path: '/stats',
      summary: 'What is remembered, by endpoint, as the dump on stdout has it.',
      parameters: ['where', 'limit'],
      answer: (request) => statsAnswer(parts, request),
    },
    {
      path: '/live',
      summary: 'Server-sent events: `hello`, a `tick` every second, and `exchanges` as they come.',
      parameters: ['where'],
      answer: (request) => streamed(parts, live, request, 'events'),
    },
  ]
}

function stateEndpoints(parts: AdminParts): readonly Endpoint[] {
  const state = (path: string, summary: string, of: (parts: AdminParts) => unknown): Endpoint =>
    plain(path, summary, () => json(of(parts)))
  return [
    state('/inflight', 'The requests that are under way, oldest first.', inflightAnswer),
    state('/routes', 'What passed, by method and route.', routesAnswer),
    state('/resources', "The app's container, its process, the pod's network, the node.", resourcesAnswer),
    state('/ledger', 'What became of all that was recorded, and whether backends take it.', ledgerAnswer),
    state('/config', 'The configuration in force, without its secrets.', ({ config }) => masked(config)),
    state('/about', 'What stands here.', aboutAnswer),
  ]
}

function notBuiltIn(): Answer {
  return problem(404, 'no_dashboard', 'this podspan was built without its dashboard')
}

export async function pageAnswer(pageOf: PageOf, path: string): Promise<Answer | undefined> {
  const page = await pageOf(path)
  const headers = { 'Content-Security-Policy': PAGE_POLICY }
  return page && { kind: 'whole', status: 200, ...page, headers }
}

const OK: Answer = { kind: 'whole', status: 200, type: TEXT_TYPE, body: 'ok\n' }

/** Who asks for the same while it is written gets the same. */
function sharedScrape(parts: AdminParts): (accept: string) => Promise<Answer> {
  const underWay = new Map<boolean, Promise<Answer>>()
  return (accept) => {
    const isOpen = accept.includes('application/openmetrics-text')
    const scrape = underWay.get(isOpen) ?? metricsAnswer(parts, isOpen).finally(() => underWay.delete(isOpen))
    underWay.set(isOpen, scrape)
    return scrape
  }
}

/** The library is not small, and many are never scraped. */
async function metricsAnswer(parts: AdminParts, isOpen: boolean): Promise<Answer> {
  const { metricsText } = await import('./metrics.ts')
  return { kind: 'whole', status: 200, ...(await metricsText(parts, isOpen)) }
}

function exchangeAnswer({ ring, bodies, config }: AdminParts, { id, format }: Request): Answer {
  const isNumber = /^[0-9]{1,16}$/.test(id)
  const [found] = isNumber ? select(ring, { matches: (exchange) => exchange.id === Number(id), limit: 1 }) : []
  if (found === undefined) {
    const message = `no exchange ${id.slice(0, 40)} is remembered; the ring holds the last ${ring.capacity}`
    return problem(404, 'no_such_exchange', message)
  }
  const { exchange } = found
  if (format === undefined || format === 'json') {
    const requestBody = requestBodyOf(exchange, bodies.of(exchange.id), config.captureBodyBytes)
    return json({ exchange, ...phasesOf(exchange), ...(requestBody && { requestBody }) } satisfies ExchangeAnswer)
  }
  const command = format === 'curl' ? curlOf(exchange) : undefined
  if (command !== undefined) return { kind: 'whole', status: 200, type: TEXT_TYPE, body: command }
  const har = format === 'har' ? harOf(exchange, versionOf(config.telemetry)) : undefined
  return har === undefined ? problem(404, 'no_request', 'no request was understood there') : json(har)
}

/** The ring is the bound. */
const UNBOUNDED = { lineBytesMax: Number.POSITIVE_INFINITY, bodyBytesMax: Number.POSITIVE_INFINITY }

function statsAnswer({ ring, config }: AdminParts, request: Request): Answer {
  const pod = config.telemetry.resource['k8s.pod.name']
  const [body] = historyBodies(select(ring, request), pod, UNBOUNDED)
  return { kind: 'whole', status: 200, type: JSON_TYPE, body: body?.text ?? '{}' }
}
