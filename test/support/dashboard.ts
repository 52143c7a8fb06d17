/** Somebody's dashboard: takes what is posted to it, and answers as it is told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Posted {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
  /** False: it was answered with anything but 2xx, or not at all. */
  readonly taken: boolean
}

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void

export interface Dashboard {
  readonly port: number
  readonly url: string
  /** Whole posts, in order. */
  readonly posts: Posted[]
  /** Of those that were taken, on this path. */
  bodies(path: string): Record<string, unknown>[]
  connections(): number
  /** The most posts to one path that were under way at the same time. */
  together(): number
  answer(behaviour: Behaviour): void
  /** Nobody listens any more. */
  close(): Promise<void>
}

export const well: Behaviour = (response) => void response.writeHead(204).end()
export const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    void response.writeHead(code, headers).end('no')
export const reset: Behaviour = (response) => void response.socket?.resetAndDestroy()
export const silence: Behaviour = () => {}

export async function startDashboard(port = 0): Promise<Dashboard> {
  const posts: Posted[] = []
  const underWay = new Map<string, number>()
  const sockets = new Set<Socket>()
  let behaviour = well
  let connections = 0
  let together = 0
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    underWay.set(path, (underWay.get(path) ?? 0) + 1)
    response.on('close', () => underWay.set(path, (underWay.get(path) ?? 0) - 1))
    together = Math.max(together, ...underWay.values())
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    behaviour(response, request)
    posts.push({
      path,
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()),
      get taken() {
        return response.headersSent && response.statusCode < 300
      },
    })
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket.on('close', () => sockets.delete(socket)))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: bound } = server.address() as AddressInfo
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    posts,
    bodies: (path) => posts.filter((post) => post.taken && post.path === path).map(({ body }) => body),
    connections: () => connections,
    together: () => together,
    answer(next) {
      behaviour = next
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
