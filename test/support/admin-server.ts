/** A small real server that speaks the shapes of the admin API, as a test tells it to. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AboutAnswer, LiveHello, LiveTick } from '../../src/admin/shapes.ts'
import { Ledger } from '../../src/ledger.ts'

export interface AdminServer {
  readonly url: string
  readonly port: number
  /** What was asked for, path and query, oldest first. */
  readonly asked: readonly string[]
  /** Ends every connection, and takes no more. */
  close(): Promise<void>
}

/** By path, without the query. */
export type Routes = Readonly<Record<string, (response: ServerResponse, query: URLSearchParams) => void>>

export async function startAdminServer(routes: Routes, port = 0): Promise<AdminServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    asked.push(url.pathname + url.search)
    const route = routes[url.pathname]
    if (route === undefined) response.writeHead(404).end('nothing here')
    else route(response, url.searchParams)
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const { port: own } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const ABOUT: AboutAnswer = {
  version: '0.1.0',
  service: 'shop',
  pod: 'shop-7d9f',
  target: 'localhost:8087',
  listen: { host: '0.0.0.0', port: 8080 },
  startedAtMs: 1_700_000_000_000,
  ringExchanges: 1_000,
}

export const HELLO: LiveHello = { about: ABOUT, traffic: [], resources: [], exchanges: [] }

export function tickOf(changes: Partial<LiveTick> = {}): LiveTick {
  const quiet = { requests: 0, errors: 0, clientErrors: 0, inflight: 0, bytesIn: 0, bytesOut: 0 }
  return {
    traffic: { atMs: ABOUT.startedAtMs + 7_500_000, ...quiet },
    routes: [],
    inflight: { requests: [], count: 0 },
    ledger: { ledger: new Ledger().snapshot(), backends: [] },
    ...changes,
  }
}

export function json(value: unknown, status = 200): (response: ServerResponse) => void {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
