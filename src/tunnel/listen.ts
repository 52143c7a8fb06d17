/** Accepts clients, as many as are allowed, and keeps count of them, so that stopping can wait for what is under way. */
import { createServer, type Server, type Socket } from 'node:net'
import { every } from '../clock.ts'
import { ClientConnection } from './connection.ts'
import type { Dial } from './dial.ts'
import { OpaqueConnection } from './opaque.ts'
import type { TunnelParts } from './parts.ts'
import { beat } from './patience.ts'
import { type Peer, Recorder } from './recorder.ts'
import { TOO_MANY_CONNECTIONS } from './refusal.ts'
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
  look(heardMs: number): void
  closeGracefully(): void
  destroy(): void
}

interface Address {
  readonly host: string
  readonly port: number
}

export interface ListenOptions {
  readonly parts: TunnelParts
  /** Bytes are passed through unread, to where this leads. */
  readonly opaque: Dial | undefined
  /** A line for people. */
  readonly say: (text: string) => void
}

export async function listen(
  address: Address,
  { parts, opaque, say }: ListenOptions,
): Promise<Listener | ListenFailure> {
  const { limits, clock } = parts
  const connections = new Set<Connection>()
  const crowd: Crowd = { connections, emptied: () => {} }
  const accept = (socket: Socket): void => {
    const gone = (): void => {
      connections.delete(connection)
      if (connections.size === 0) crowd.emptied()
    }
    const isFull = connections.size >= limits.connectionsMax
    if (opaque !== undefined && isFull) {
      // In a protocol that is not known there is no way to say why.
      dropped(parts, peerOf(socket.remoteAddress, socket.remotePort))
      socket.destroy()
      return
    }
    const connection = opaque
      ? new OpaqueConnection(parts, opaque, socket, gone)
      : new ClientConnection(parts, socket, gone)
    connections.add(connection)
    if (isFull && connection instanceof ClientConnection) connection.turnAway()
  }
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: limits.tcpKeepAliveMs }
  const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive }, accept)
  server.maxConnections = limits.connectionsMax + limits.connectionsRefusedMax
  server.on('drop', (data) => dropped(parts, peerOf(data?.remoteAddress, data?.remotePort)))
  const stopLooking = beat(clock, limits.beatMs, (heardMs) => {
    for (const connection of connections) connection.look(heardMs)
  })
  const bound = await started(server, address, say)
  if ('kind' in bound) {
    stopLooking()
    return bound
  }
  const drain = async (withinMs: number): Promise<void> => {
    await emptied(crowd, parts, withinMs)
    stopLooking()
    server.close()
    for (const connection of connections) connection.destroy()
  }
  return { ...bound, drain }
}

interface Crowd {
  readonly connections: ReadonlySet<Connection>
  /** Called when the last one has gone. */
  emptied: () => void
}

/** Waits until all connections have gone, at most so long, and closes those that are idle. */
async function emptied(crowd: Crowd, { clock, limits }: TunnelParts, withinMs: number): Promise<void> {
  if (crowd.connections.size === 0) return
  // Not at once: a request that is just on its way to us would be lost. In this time it is answered, with a close.
  const stopClosing = every(clock, limits.drainIdleMs, () => {
    for (const connection of crowd.connections) if (connection.isIdle) connection.closeGracefully()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  crowd.emptied = resolve
  const cancel = clock.after(withinMs, resolve)
  await promise
  cancel()
  stopClosing()
}

/** Listens, or says why it can't. What goes wrong with accepting later is said once of its kind. */
export function started(
  server: Server,
  { host, port }: Address,
  say: (text: string) => void,
): Promise<Address | ListenFailure> {
  const known = new Set<string>()
  const failed = (error: Error): void => {
    const code = codeOf(error)
    if (known.has(code)) return
    known.add(code)
    say(`a connection could not be accepted (${code}); clients wait or are turned away until there is room again`)
  }
  return new Promise((resolve) => {
    server.once('error', (error) => resolve({ kind: 'cannot-listen', code: codeOf(error) }))
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      server.on('error', failed)
      const bound = server.address()
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })
    })
  })
}

function peerOf(address: string | undefined, port: number | undefined): Peer {
  return Object.freeze({ address: address ?? 'unknown', port: port ?? 0 })
}

/** A connection that was closed unread leaves its record all the same. */
function dropped(parts: TunnelParts, peer: Peer): void {
  const connection = { id: parts.nextConnectionId(), peer, startedMonotonicMs: parts.clock.monotonicMs() }
  const { type, message } = TOO_MANY_CONNECTIONS
  const recorder = new Recorder(parts, connection, parts.trace().trace, undefined)
  recorder.finish('refused-request', { type, at: 'sidecar', message })
}
