/** The demo's service: the app that `podspan demo` stands before. It knows nothing of podspan, as any app would. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'

export interface Demo {
  /** On 127.0.0.1. */
  readonly port: number
  close(): Promise<void>
}

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly clock: Clock
  /** Counts the requests of this service from 1. */
  readonly number: number
}

const GREETING = `This is podspan's demo service. It has
  /users          some JSON
  /slow           200 to 600 ms
  /flaky          500 now and then
  /files/logo.png a file
  /echo           POST: your own body
  /stream         chunks, one after the other
  /missing        404
`
const USERS = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Grace' },
  { id: 3, name: 'Edsger' },
]
/** One pixel. */
const LOGO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const FLAKY_EVERY = 4
const CHUNKS = 5
const CHUNK_MS = 50

const PAGES: Readonly<Record<string, (visit: Visit) => void>> = {
  '/': ({ response }) => answer(response, 200, 'text/plain', GREETING),
  '/users': ({ response }) => answer(response, 200, 'application/json', JSON.stringify(USERS)),
  '/slow': ({ response, clock, number }) => {
    // Spread over 200 to 600 ms, and the same in every run.
    const delayMs = 200 + ((number * 137) % 401)
    later(clock, delayMs, response, () => answer(response, 200, 'text/plain', `after ${delayMs} ms\n`))
  },
  '/flaky': flaky(),
  '/files/logo.png': ({ response }) => answer(response, 200, 'image/png', LOGO),
  '/echo': ({ request, response }) => {
    if (request.method !== 'POST') return answer(response, 405, 'text/plain', 'POST something\n', { allow: 'POST' })
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/octet-stream' })
    request.pipe(response)
  },
  '/stream': ({ response, clock }) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    stream(response, clock, 1)
  },
}

/** Listens on a free port of 127.0.0.1; rejects with the system's error when there is none. */
export function startDemo({ clock }: { readonly clock: Clock }): Promise<Demo> {
  let number = 0
  const server = createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?')
    const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
    number++
    if (page) page({ request, response, clock, number })
    else answer(response, 404, 'text/plain', `no ${path} in the demo\n`)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve({ port: portOf(server), close: () => close(server) }))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the demo listens on no port')
  return address.port
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

function flaky(): (visit: Visit) => void {
  let asked = 0
  return ({ response }) => {
    asked++
    if (asked % FLAKY_EVERY === 0) answer(response, 500, 'text/plain', 'not this time\n')
    else answer(response, 200, 'text/plain', 'fine this time\n')
  }
}

function stream(response: ServerResponse, clock: Clock, chunk: number): void {
  response.write(`chunk ${chunk} of ${CHUNKS}\n`)
  if (chunk === CHUNKS) response.end()
  else later(clock, CHUNK_MS, response, () => stream(response, clock, chunk + 1))
}

/** Nothing is done for a client that has gone. */
function later(clock: Clock, delayMs: number, response: ServerResponse, work: () => void): void {
  const cancel = clock.after(delayMs, work)
  response.once('close', cancel)
}
