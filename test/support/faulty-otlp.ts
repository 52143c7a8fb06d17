/** A backend that fails in every way a backend can, on real sockets, and remembers what it stored (http/json). */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface Fault {
  /** Nobody listens. */
  readonly refuses?: boolean
  /** Done to a new connection, before anything is read. */
  readonly onConnection?: (socket: Socket) => void
  /** Done when the head of a request is read. */
  readonly onHead?: (socket: Socket) => void
  /** Done when a request is read; true: its spans count as stored. */
  readonly onRequest?: (response: ServerResponse, request: IncomingMessage) => boolean
}

export interface FaultyServer {
  readonly port: number
  /** How often each span was stored, by its id. */
  readonly stored: ReadonlyMap<string, number>
  requests(): number
  /** undefined: well again. */
  fail(fault: Fault | undefined): Promise<void>
  close(): Promise<void>
}

interface Message {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly spanId: string }[] }[]
  }[]
}

export async function startFaultyServer(): Promise<FaultyServer> {
  const stored = new Map<string, number>()
  const sockets = new Set<Socket>()
  /** Whoever was accepted by a fault is never served. */
  const stuck = new Set<Socket>()
  let fault: Fault | undefined
  let requests = 0
  const http = createHttpServer((request, response) => {
    requests++
    if (fault?.onHead !== undefined) return fault.onHead(request.socket)
    const chunks: Buffer[] = []
    request.on('error', () => {})
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isStored = fault?.onRequest?.(response, request) ?? true
      if (isStored) store(stored, Buffer.concat(chunks).toString())
      if (fault?.onRequest === undefined) answer(200, '{}')(response)
    })
  })
  const listen = async (at: number) => {
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}))
      if (fault?.onConnection !== undefined) {
        stuck.add(socket)
        return fault.onConnection(socket)
      }
      http.emit('connection', socket)
      socket.resume()
    })
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
    return server
  }
  let server: Awaited<ReturnType<typeof listen>> | undefined = await listen(0)
  const { port } = server.address() as AddressInfo
  const hangUp = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (server !== undefined) await new Promise((resolve) => server?.close(resolve))
    server = undefined
  }
  return {
    port,
    stored,
    requests: () => requests,
    async fail(next) {
      fault = next
      if (next?.refuses === true) await hangUp()
      // A connection that is kept from before would never meet a fault of connecting.
      for (const socket of next?.onConnection === undefined ? stuck : sockets) socket.destroy()
      stuck.clear()
      if (next?.refuses !== true) server ??= await listen(port)
    },
    close: hangUp,
  }
}

function store(stored: Map<string, number>, body: string): void {
  const message: Message = JSON.parse(body)
  for (const { scopeSpans } of message.resourceSpans ?? []) {
    for (const { spanId } of scopeSpans.flatMap((scope) => scope.spans))
      stored.set(spanId, (stored.get(spanId) ?? 0) + 1)
  }
}

export function answer(
  status: number,
  body = '',
  headers: Record<string, string> = { 'content-type': 'application/json' },
): (response: ServerResponse) => boolean {
  return (response) => {
    response.writeHead(status, headers).end(body)
    return status === 200 && headers['content-type'] !== 'text/html'
  }
}
