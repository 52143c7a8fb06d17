/** Servers of every kind that may stand where one was expected, on real sockets, and what a question to them needs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttp2Server, createSecureServer, type SecureServerOptions } from 'node:http2'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll } from 'vitest'
import type { Asking } from '../../src/check/ask.ts'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

/** `checkMs` is long where an answer comes, and short where none does. */
export function askingFor(checkMs = 20_000): Asking {
  const limits = { ...DEFAULT_LIMITS, checkMs }
  return { clock: createClock(), limits, version: '1.2.3', stopped: new AbortController().signal }
}

const servers = new Set<{ close(): unknown }>()
const sockets = new Set<Socket>()
afterAll(() => {
  for (const each of sockets) each.destroy()
  for (const each of servers) each.close()
})

/** Its port. All are closed when the file's tests are over. */
export async function opened(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  servers.add(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return (server.address() as AddressInfo).port
}

/** A port where nobody listens. */
export async function desertedPort(): Promise<number> {
  const server = createServer()
  const port = await opened(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const http = (listener: RequestListener): Promise<number> => opened(createHttpServer(listener))
export const https = (options: ServerOptions, listener: RequestListener): Promise<number> =>
  opened(createHttpsServer(options, listener))
export const raw = (accept: (socket: Socket) => void): Promise<number> => opened(createServer(accept))
/** HTTP/2 in the clear, and nothing else. */
export const http2 = (): Promise<number> => opened(createHttp2Server() as unknown as Server)
export const secureHttp2 = (options: SecureServerOptions): Promise<number> =>
  opened(createSecureServer(options) as unknown as Server)
/** Takes connections and says nothing, ever. */
export const silent = (): Promise<number> => raw((socket) => void socket.resume())
/** Closes as soon as something was said. */
export const closing = (): Promise<number> => raw((socket) => void socket.once('data', () => socket.destroy()))
export const resetting = (): Promise<number> =>
  raw((socket) => void socket.once('data', () => socket.resetAndDestroy()))
export const ssh = (): Promise<number> => raw((socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n\x1b[31m'))

const BLACKHOLE = `import socket, sys, time
listener = socket.create_server(('127.0.0.1', 0), backlog=0)
port = listener.getsockname()[1]
waiting = [socket.socket() for _ in range(4)]
for each in waiting:
    each.setblocking(False)
    each.connect_ex(('127.0.0.1', port))
time.sleep(0.2)
print(port, flush=True)
sys.stdin.read()`

/** A port that answers no SYN, as behind a firewall: somebody listens whose queue is full and who never accepts. */
export async function blackhole(): Promise<number> {
  const child = spawn('python3', ['-c', BLACKHOLE], { stdio: ['pipe', 'pipe', 'inherit'] })
  servers.add({ close: () => child.stdin.end() })
  const [line] = await once(child.stdout, 'data')
  return Number(line)
}
