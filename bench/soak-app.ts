/**
 * The chaotic app of the soak. Every request says in its path what it wants done to it, so that the client knows what to
 * expect; what must never arrive here (the rest of a refused request) is counted as unexpected.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { WebSocketServer } from 'ws'
import { body, createRandom } from './soak-random.ts'
import type { Tally } from './soak-tally.ts'

export interface App {
  readonly port: number
  /** Resets every connection and refuses new ones for half a second. */
  restart(): Promise<void>
  close(): void
}

/** How many requests each connection has carried. */
const REQUESTS = new WeakMap<Socket, number>()

type Route = (request: IncomingMessage, response: ServerResponse, args: readonly string[]) => void | Promise<void>

/** Nothing is held longer than this, so that all is over soon after the last client. */
const HANG_MS = 2_000
const DRAIN_MS = 5_000
const AWAY_MS = 500
const EVENT_MS = 20

const ROUTES: Readonly<Record<string, Route>> = {
  body: (_, response, [size, offset]) => void response.end(wanted(size, offset)),
  chunked: sendInPieces,
  hints: (_, response, [size, offset]) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end(wanted(size, offset))
  },
  status: (_, response, [status]) => void response.writeHead(Number(status)).end(),
  sum: async (request, response) => {
    let sum = 0
    let bytes = 0
    for await (const piece of request) {
      sum = crc32(piece, sum)
      bytes += piece.length
    }
    response.end(`${bytes} ${sum}`)
  },
  mirror: (request, response) => void request.pipe(response),
  early: (_, response, [size, offset]) => void response.end(wanted(size, offset)),
  events: sendEvents,
  hang: (request) => void setTimeout(() => request.socket.destroy(), HANG_MS),
  'until-close': (request, _, [size, offset]) => {
    request.socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
    request.socket.end(wanted(size, offset))
  },
  garbage: (request, _, [seed]) => void request.socket.end(createRandom(Number(seed)).bytes(300)),
  /** Breaks off before the head, in the head, or in the body. */
  cut: async (request, _, [where, how]) => {
    if (where === 'head') request.socket.write('HTTP/1.1 200 OK\r\nContent-Le')
    if (where === 'body') request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome')
    if (where === 'chunk') request.socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nsome')
    await sleep(5)
    leave(request.socket, how === 'rst')
  },
}

export async function startApp(tally: Tally): Promise<App> {
  const server = createServer(serve)
  const sockets = new Set<Socket>()
  server.on('checkContinue', (request, response) => {
    if (request.url === '/expect-no') return void response.writeHead(417).end()
    response.writeContinue()
    serve(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  // What podspan forwards is always correct HTTP, except that an upload may break off; other codes are a client that left.
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => {
    const unreadable = code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE'
    if (unreadable) tally.unexpected('app', `could not read a forwarded request: ${code}`)
    socket.destroy()
  })
  server.on('error', () => {})
  serveWebSockets(server)
  function serve(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', () => {})
    response.on('error', () => {})
    route(request, response, tally)
  }
  const port = await listenBelowEphemeral(server)
  const shut = (): void => {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port,
    close: shut,
    async restart() {
      tally.appLeft()
      shut()
      await sleep(AWAY_MS)
      while (!(await listens(server, port))) await sleep(50)
      tally.appBack()
    },
  }
}

function route(request: IncomingMessage, response: ServerResponse, tally: Tally): void {
  const url = new URL(request.url ?? '/', 'http://app')
  const [name = '', ...args] = url.pathname.slice(1).split('/')
  if (name === 'never') tally.unexpected('app', `a request that should have been refused: ${request.method} ${url}`)
  // A body that turned bad was forwarded up to there; its end must never be seen.
  if (args[0] === 'broken') request.on('end', () => tally.unexpected('app', 'the end of a broken body'))
  const leaveAfterMs = url.searchParams.get('leave')
  const { socket } = request
  REQUESTS.set(socket, (REQUESTS.get(socket) ?? 0) + 1)
  if (leaveAfterMs !== null) leaveIdle(response, socket, Number(leaveAfterMs), Number(args[0] ?? 0) <= 1_024)
  const serve = ROUTES[name] ?? (() => void response.writeHead(404).end())
  Promise.resolve(serve(request, response, args)).catch(() => socket.destroy())
}

/**
 * Closes the connection a while after this answer, unless the next request has been seen by then: so only that next one
 * can meet a connection that is just closing.
 */
function leaveIdle(response: ServerResponse, socket: Socket, afterMs: number, small: boolean): void {
  const served = REQUESTS.get(socket)
  response.on('finish', () => {
    setTimeout(() => {
      // A reset would take along what the kernel still holds of a large answer.
      if (REQUESTS.get(socket) === served) leave(socket, small && afterMs % 2 === 0)
    }, afterMs)
  })
}

function leave(socket: Socket, byReset: boolean): void {
  if (byReset) socket.resetAndDestroy()
  else socket.destroy()
}

function wanted(size = '0', offset = '0'): Buffer {
  return body(Number(size), Number(offset))
}

async function sendInPieces(_: IncomingMessage, response: ServerResponse, args: readonly string[]): Promise<void> {
  const [size, offset, count] = args
  const whole = wanted(size, offset)
  const step = Math.ceil(whole.length / Number(count)) || 1
  for (let at = 0; at < whole.length; at += step) {
    // A reader that takes nothing for so long has gone.
    if (!response.write(whole.subarray(at, at + step))) {
      await once(response, 'drain', { signal: AbortSignal.timeout(DRAIN_MS) })
    }
    await sleep(1)
  }
  response.end()
}

async function sendEvents(request: IncomingMessage, response: ServerResponse, args: readonly string[]): Promise<void> {
  const [count, ending] = args
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let sent = 0; sent < Number(count) && !response.destroyed; sent++) {
    response.write(`data: ${sent}\n\n`)
    await sleep(EVENT_MS)
  }
  if (ending === 'end') response.end()
  else leave(request.socket, ending === 'rst')
}

function serveWebSockets(server: Server): void {
  const sockets = new WebSocketServer({ server, path: '/ws', maxPayload: 2 ** 21 })
  sockets.on('error', () => {})
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data, binary) => {
      if (data.toString() === 'cut') socket.terminate()
      else socket.send(data, { binary })
    })
  })
}

/** In the ephemeral range a client's own port could take the app's while it restarts. */
async function listenBelowEphemeral(server: Server): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await listens(server, port)) return port
  }
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (value: boolean) => (): void => {
      server.off('error', failed).off('listening', listening)
      resolve(value)
    }
    const failed = done(false)
    const listening = done(true)
    server.once('error', failed).once('listening', listening).listen(port, '127.0.0.1')
  })
}
