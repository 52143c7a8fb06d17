/**
 * The port: who is let in, how much anybody may hold, and to whom a request goes. Node's own strict parser reads it; nobody is
 * waited for longer than twice `adminRequestMs`, and a handler that fails costs one answer.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Limits } from '../limits.ts'
import { http } from '../node-http.ts'
import { type Answer, problem, send } from './answer.ts'
import { Connections } from './connections.ts'
import { type Endpoint, type PageOf, pageAnswer, type Request } from './endpoints.ts'
import { METHODS, refusalOf } from './guard.ts'
import { readQuery } from './query.ts'

export interface ServerOptions {
  readonly limits: Limits
  readonly endpoints: readonly Endpoint[]
  readonly pageOf: PageOf
  /** A line for people. */
  readonly say: (text: string) => void
}

export type Bound = AddressInfo | { readonly code: string }

const SHOWN_CHARS = 100
/** Bugs that are told to people; each of them once. */
const REPORTS_MAX = 10

export function createAdminServer(options: ServerOptions): Server {
  const { limits } = options
  const server = http.createServer({
    maxHeaderSize: limits.adminHeadBytesMax,
    insecureHTTPParser: false,
    requestTimeout: limits.adminRequestMs,
    headersTimeout: limits.adminRequestMs,
    keepAliveTimeout: limits.adminRequestMs,
    connectionsCheckingInterval: Math.ceil(limits.adminRequestMs / 4),
  })
  server.maxConnections = limits.adminConnectionsMax
  // Of a socket that neither sends nor takes anything: later than the 408 for who does not ask. A stream sets its own.
  server.timeout = limits.adminRequestMs * 2
  const connections = new Connections(limits.adminPendingBytesMax)
  const failed = reporter(options.say)
  const handle = (request: IncomingMessage, response: ServerResponse): void =>
    connections.inTurn(
      request.socket,
      response,
      () => void respond({ request, response, connections, options, failed }),
    )
  server.on('request', handle)
  // Whatever is expected of us is not done; else Node would answer, without our headers.
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => connections.refuse(error, socket as Socket))
  return server
}

/** Says each bug once, and answers what a client is told of it. */
function reporter(say: (text: string) => void): (error: unknown, path: string) => Answer {
  const reported = new Set<string>()
  return (error, path) => {
    const text = `the admin API failed on ${path}, a bug: ${error instanceof Error ? error.stack : error}`
    if (!reported.has(text) && reported.size < REPORTS_MAX) say(text)
    reported.add(text)
    return problem(500, 'bug', 'podspan failed to answer; its log says why')
  }
}

export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Bound> {
  const { promise, resolve } = Promise.withResolvers<Bound>()
  const failed = (error: NodeJS.ErrnoException): void => resolve({ code: error.code ?? error.message })
  server.once('error', failed)
  server.listen({ host, port }, () => {
    server.off('error', failed)
    resolve(server.address() as AddressInfo)
  })
  return promise
}

interface Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connections: Connections
  readonly options: ServerOptions
  readonly failed: (error: unknown, path: string) => Answer
}

async function respond({ request, response, connections, options, failed }: Turn): Promise<void> {
  const { url = '', method = '', headers } = request
  const [path = ''] = url.split('?', 1)
  const isHead = method === 'HEAD'
  // A body is nobody's here, and is not waited for.
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    response.shouldKeepAlive = false
  const broken = (error: unknown): void => {
    const answer = failed(error, path.slice(0, SHOWN_CHARS))
    // What has begun as something else can only be broken off.
    if (response.headersSent) response.destroy()
    else send(response, answer, isHead, () => {})
  }
  try {
    const answer = await answerOf(request, path, options)
    if (!response.destroyed) send(response, connections.isFull ? BUSY : answer, isHead, broken)
  } catch (error) {
    broken(error)
  }
}

const BUSY = problem(503, 'busy', 'too much was answered that nobody takes (--limit adminPendingBytesMax)', {
  headers: { 'Retry-After': '5' },
})

async function answerOf(request: IncomingMessage, path: string, { endpoints, pageOf }: ServerOptions): Promise<Answer> {
  const refusal = refusalOf({
    method: request.method ?? '',
    hosts: request.headersDistinct.host ?? [],
    origin: request.headers.origin,
    fetchSite: request.headers['sec-fetch-site']?.toString(),
  })
  if (refusal !== undefined) {
    const headers = refusal.status === 405 ? { Allow: METHODS.join(', ') } : {}
    return problem(refusal.status, refusal.type, refusal.message, { headers })
  }
  const found = find(endpoints, path)
  if (found === undefined) return (await pageAnswer(pageOf, path)) ?? notFound(endpoints, path)
  const asked = readQuery(request.url?.slice(path.length + 1) ?? '', found.endpoint)
  if ('kind' in asked) return asked
  const own: Request = { ...asked, id: found.id, accept: request.headers.accept ?? '' }
  return found.endpoint.answer(own)
}

function find(
  endpoints: readonly Endpoint[],
  path: string,
): { readonly endpoint: Endpoint; readonly id: string } | undefined {
  for (const endpoint of endpoints) {
    const [before = '', after] = endpoint.path.split('{id}')
    if (after === undefined ? path === before : path.startsWith(before) && path.length > before.length)
      return { endpoint, id: path.slice(before.length) }
  }
  return undefined
}

function notFound(endpoints: readonly Endpoint[], path: string): Answer {
  const there = endpoints.map((endpoint) => endpoint.path).join(', ')
  return problem(404, 'not_found', `there is no ${JSON.stringify(path.slice(0, SHOWN_CHARS))}; there are ${there}`)
}
