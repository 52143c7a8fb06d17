/**
 * The port: who is let in, how much anybody may hold, and to whom a request goes. Node's own strict parser reads it; nobody is
 * waited for longer than twice `adminRequestMs`, and a handler that fails costs one answer.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Limits } from '../limits.ts'
import { type Answer, headersOf, JSON_TYPE, problem, send } from './answer.ts'
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
  const server = createServer({
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
  const errors = new ParserErrors()
  const reported = new Set<string>()
  const failed = (error: unknown, path: string): Answer => {
    const text = `the admin API failed on ${path}, a bug: ${error instanceof Error ? error.stack : error}`
    if (!reported.has(text) && reported.size < REPORTS_MAX) options.say(text)
    reported.add(text)
    return problem(500, 'bug', 'podspan failed to answer; its log says why')
  }
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    errors.answering(response)
    void respond(request, response, options, failed)
  }
  server.on('request', handle)
  // Whatever is expected of us is not done; else Node would answer, without our headers.
  server.on('checkExpectation', handle)
  server.on('clientError', (error, socket) => errors.refuse(error, socket as Socket))
  return server
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

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  failed: (error: unknown, path: string) => Answer,
): Promise<void> {
  const { url = '', method = '', headers } = request
  const [path = ''] = url.split('?', 1)
  // A body is nobody's here, and is not waited for.
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    response.shouldKeepAlive = false
  const shown = path.slice(0, SHOWN_CHARS)
  try {
    const answer = await answerOf(request, path, options)
    if (response.destroyed) return
    send(response, answer, method === 'HEAD')
  } catch (error) {
    const answer = failed(error, shown)
    // What has begun as something else can only be broken off.
    if (response.headersSent) response.destroy()
    else send(response, answer, method === 'HEAD')
  }
}

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

const OF_PARSER: Readonly<Record<string, readonly [status: number, reason: string, type: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'head_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'too_slow'],
}

/** Says of what is no request that it is none, after the answers that are under way on its connection; once. */
class ParserErrors {
  /** By connection: they are answered in their order, so when this one is over all are. */
  readonly #latest = new WeakMap<Socket, ServerResponse>()
  readonly #broken = new WeakSet<Socket>()

  answering(response: ServerResponse): void {
    if (response.socket !== null) this.#latest.set(response.socket, response)
  }

  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    // The parser says it of every piece that comes after, too.
    if (this.#broken.has(socket)) return
    this.#broken.add(socket)
    const latest = this.#latest.get(socket)
    if (latest === undefined || latest.closed) refuse(error, socket)
    else latest.once('close', () => refuse(error, socket))
  }
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const [status, reason, type] = OF_PARSER[error.code ?? ''] ?? [400, 'Bad Request', 'bad_request']
  const { body } = problem(status, type, `this is no request that can be read (${error.code ?? error.message})`)
  const headers = headersOf(JSON_TYPE, { 'Content-Length': Buffer.byteLength(body), Connection: 'close' })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`)
}
