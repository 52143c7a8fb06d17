/** Accepts clients and keeps count of them, so that stopping can wait for what is under way. */
import { createServer, type Server, type Socket } from 'node:net'
import { every } from '../clock.ts'
import { ClientConnection } from './connection.ts'
import { OpaqueConnection } from './opaque.ts'
import type { TunnelParts } from './parts.ts'
import { codeOf } from './wire.ts'

/** Connections the kernel holds while this thread is busy; it cuts the number to net.core.somaxconn. */
const LISTEN_BACKLOG = 4096

export interface Listener {
  readonly host: string
  readonly port: number
  /** Lets what is under way finish, at most so long, then ends the rest; resolves when no connection is left. */
  drain(withinMs: number): Promise<void>
}

export type ListenFailure = { readonly kind: 'cannot-listen'; readonly code: string }

interface Connection {
  readonly isIdle: boolean
  closeIdle(): void
  destroy(): void
}

export async function listen(
  address: { readonly host: string; readonly port: number },
  parts: TunnelParts,
  opaque: boolean,
): Promise<Listener | ListenFailure> {
  const connections = new Set<Connection>()
  let emptied = (): void => {}
  const accept = (socket: Socket): void => {
    const gone = (): void => {
      connections.delete(connection)
      if (connections.size === 0) emptied()
    }
    const connection: Connection = opaque
      ? new OpaqueConnection(parts, socket, gone)
      : new ClientConnection(parts, socket, gone)
    connections.add(connection)
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  const closeIdle = (): void => {
    for (const connection of connections) if (connection.isIdle) connection.closeIdle()
  }
  const drain = async (withinMs: number): Promise<void> => {
    // Not at once: a request that is just on its way to us would be lost. In this time it is answered, with a close.
    const stopClosing = every(parts.clock, parts.limits.drainIdleMs, closeIdle)
    if (connections.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      emptied = resolve
      const cancel = parts.clock.after(withinMs, resolve)
      await promise
      cancel()
    }
    stopClosing()
    server.close()
    for (const connection of connections) connection.destroy()
  }
  const bound = await started(server, address)
  return 'kind' in bound ? bound : { ...bound, drain }
}

/** Listens, or says why it can't. */
export function started(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly host: string; readonly port: number } | ListenFailure> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve({ kind: 'cannot-listen', code: codeOf(error) }))
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      server.on('error', () => {}) // EMFILE while accepting: the kernel's queue waits, the next close makes room
      const bound = server.address()
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })
    })
  })
}
