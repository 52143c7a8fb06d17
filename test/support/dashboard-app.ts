/** An app for a page to look at: fast, slow, failing, hanging and hostile routes, and requests to them until it is closed. */
import { createServer, request as httpRequest, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** Would set a flag, open a dialog or ask for a picture, wherever it were taken for HTML. */
export const PAYLOADS = [
  '<img/src=x/onerror="hacked=1;alert(1)">',
  '"><svg/onload=hacked=1,alert(2)>',
  '</script><script>hacked=1;alert(3)</script>',
  'javascript:hacked=1,alert(4)',
  "'-alert(5)-'",
] as const

const HANG_MS = 60_000

export interface DashboardApp {
  readonly port: number
  close(): void
}

export async function startApp(): Promise<DashboardApp> {
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    if (path === '/hang') return void setTimeout(() => response.end(), HANG_MS).unref()
    if (path === '/reports') return void setTimeout(() => response.end('x'.repeat(50_000)), 120)
    if (path.startsWith('/orders')) response.statusCode = 404
    if (path === '/checkout') response.statusCode = 503
    const evil = PAYLOADS[Number(request.headers['x-evil-reason'])]
    if (evil !== undefined) response.statusMessage = evil
    response.setHeader('x-evil', request.headers['x-evil'] ?? 'none')
    response.end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => closeAll(server) }
}

function closeAll(server: Server): void {
  server.close()
  server.closeAllConnections()
}

export interface Sent {
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request to the sidecar; what becomes of it is the page's to tell. */
export function send(port: number, { path, method = 'GET', headers = {} }: Sent): Promise<void> {
  return new Promise((resolve) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, (answer) => {
      answer.resume().on('end', resolve)
    })
    sent.on('error', () => resolve()).end()
  })
}

/** Bytes that no client library would send. */
export function sendRaw(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    socket.on('error', () => {}).on('close', () => resolve())
    socket.resume()
  })
}

const ROUND = ['/products', '/products?page=2', '/orders/7', '/reports', '/checkout', '/products/4']

/** Some twenty requests a second, until the returned function is called. */
export function startTraffic(port: number): () => void {
  let count = 0
  const timer = setInterval(() => void send(port, { path: ROUND[count++ % ROUND.length] ?? '/' }), 50)
  return () => clearInterval(timer)
}
