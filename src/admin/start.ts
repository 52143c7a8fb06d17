/** Starts the admin API on its port and joins it to what the observer sees. */

import { asciiJson } from '../json.ts'
import { endpointsOf } from './endpoints.ts'
import { Live } from './live.ts'
import { pageOf } from './page.ts'
import type { AdminParts } from './parts.ts'
import { createAdminServer, listen } from './server.ts'
import { tickOf } from './views.ts'

export interface Admin {
  readonly host: string
  readonly port: number
  close(): void
}

export async function startAdmin(
  parts: AdminParts,
  address: { readonly host: string; readonly port: number },
): Promise<Admin | { readonly code: string }> {
  const { config, clock, overview, say } = parts
  const live = new Live(clock, config.limits)
  const endpoints = endpointsOf(parts, live, pageOf)
  const server = createAdminServer({ limits: config.limits, endpoints, pageOf, say })
  const bound = await listen(server, address)
  if ('code' in bound) return bound
  overview.onExchange = (exchange) => live.exchange(exchange)
  overview.onSecond = (traffic, resources) =>
    live.second(() => `event: tick\ndata: ${asciiJson(tickOf(parts, traffic, resources))}\n\n`)
  return {
    host: bound.address,
    port: bound.port,
    close() {
      live.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
