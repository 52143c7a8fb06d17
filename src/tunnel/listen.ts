/** Accepts clients, as many as are allowed, and keeps count of them, so that stopping can wait for what is under way. */
import { createServer, type Server, type Socket } from 'node:net'
import { type Clock, every } from '../clock.ts'
import { ClientConnection } from './connection.ts'
import type { ConnectionCount } from './connection-count.ts'
import type { Dial } from './dial.ts'
import { OpaqueConnection } from './opaque.ts'
import type { TunnelParts } from './parts.ts'
import { beat } from './patience.ts'
import type { ReadBuffers } from './read-buffers.ts'
import { type Peer, peerOf, Recorder } from './recorder.ts'
import { TOO_MANY_CONNECTIONS } from './refusal.ts'
import { adopt } from './tunnel-socket.ts'
import { codeOf } from './wire.ts'

/** Connections the kernel holds while this thread is busy; it cuts the number to net.core.somaxconn. */
const LISTEN_BACKLOG = 4096
/** While stopping, new clients are let in for this part of the time: what is left is for those that are here. */
const ACCEPTING_SHARE = 0.5

export interface Listener {
  readonly host: string
  readonly port: number
  /**
   * Lets what is under way finish, at most so long, then ends the rest; resolves when no connection is left. It listens until
   * nobody is here, for half the time at most (and for `drainMinMs` at least), and stops when it has taken in whoever waited to
   * be accepted.
   */
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
  /** Those of other data threads too. */
  readonly count: ConnectionCount
  /** That sockets read into. */
  readonly buffers: ReadBuffers
  /** Other sockets listen on the same port, and the kernel deals the connections out (SO_REUSEPORT). */
  readonly sharesPort: boolean
  /** Bytes are passed through unread, to where this leads. */
  readonly opaque: Dial | undefined
  /** A line for people. */
  readonly say: (text: string) => void
}

export async function listen(address: Address, options: ListenOptions): Promise<Listener | ListenFailure> {
  const { parts, sharesPort, say } = options
  const { limits, clock } = parts
  const crowd: Crowd = { connections: new Set(), accepted: 0, emptied: () => {} }
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: limits.tcpKeepAliveMs }
  const server = createServer({ pauseOnConnect: true, noDelay: true, ...keepAlive }, (socket) => {
    accept(adopt(socket, options.buffers), crowd, options)
  })
  server.maxConnections = limits.connectionsMax + limits.connectionsRefusedMax
  server.on('drop', (data) => {
    crowd.accepted++
    dropped(parts, peerOf(data))
  })
  const stopLooking = beat(clock, limits.beatMs, (heardMs) => {
    for (const connection of crowd.connections) connection.look(heardMs)
  })
  const bound = await started(server, address, say, sharesPort)
  if ('kind' in bound) {
    stopLooking()
    return bound
  }
  const drain = async (withinMs: number): Promise<void> => {
    const untilMs = clock.monotonicMs() + withinMs
    const stopClosing = closeIdle(crowd, clock, limits.drainIdleMs)
    const least = new Promise<void>((resolve) => clock.after(Math.min(limits.drainMinMs, withinMs), resolve))
    await Promise.all([emptied(crowd, clock, withinMs * ACCEPTING_SHARE), least])
    await allAccepted(crowd, clock, untilMs)
    server.close()
    await emptied(crowd, clock, untilMs - clock.monotonicMs())
    stopClosing()
    stopLooking()
    for (const connection of crowd.connections) connection.destroy()
  }
  return { ...bound, drain }
}

interface Crowd {
  readonly connections: Set<Connection>
  /** So far, whatever became of them. */
  accepted: number
  /** Called when the last one has gone. */
  emptied: () => void
}

function accept(socket: Socket, crowd: Crowd, { parts, opaque, count }: ListenOptions): void {
  const { connectionsMax, connectionsRefusedMax } = parts.limits
  const { connections } = crowd
  crowd.accepted++
  const total = count.enter()
  const isFull = total > connectionsMax
  // In a protocol that is not known there is no way to say why.
  if (isFull && (opaque !== undefined || total > connectionsMax + connectionsRefusedMax)) {
    count.leave()
    dropped(parts, peerOf(socket))
    socket.destroy()
    return
  }
  const gone = (): void => {
    count.leave()
    connections.delete(connection)
    if (connections.size === 0) crowd.emptied()
  }
  const connection = opaque
    ? new OpaqueConnection(parts, opaque, socket, gone)
    : new ClientConnection(parts, socket, gone)
  connections.add(connection)
  if (isFull && connection instanceof ClientConnection) connection.turnAway()
}

/**
 * Not at once: a request that is just on its way to us would be lost. In this time it is answered, with a close. Nor unread: who
 * was accepted since the last look, and what this turn has yet to read, look as idle as those that have nothing to ask.
 */
function closeIdle({ connections }: Crowd, clock: Clock, idleMs: number): () => void {
  let before = [...connections]
  return every(clock, idleMs, () => {
    const here = before
    before = [...connections]
    clock.afterReading(() => {
      for (const each of here) if (connections.has(each) && each.isIdle) each.closeGracefully()
    })
  })
}

/** Waits until all connections have gone, at most so long. */
async function emptied(crowd: Crowd, clock: Clock, withinMs: number): Promise<void> {
  if (crowd.connections.size === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  crowd.emptied = resolve
  const cancel = clock.after(withinMs, resolve)
  await promise
  cancel()
}

/**
 * Closing a listening socket resets every connection that the kernel holds for it. libuv accepts one of them each time the
 * event loop looks: when it has looked and accepted none, none was there.
 */
async function allAccepted(crowd: Crowd, clock: Clock, untilMs: number): Promise<void> {
  const looked = (): Promise<void> => new Promise((resolve) => clock.afterReading(resolve))
  await looked()
  let before: number
  do {
    before = crowd.accepted
    await looked()
  } while (crowd.accepted !== before && clock.monotonicMs() < untilMs)
}

/** Listens, or says why it can't. What goes wrong with accepting later is said once of its kind. */
export function started(
  server: Server,
  { host, port }: Address,
  say: (text: string) => void,
  sharesPort = false,
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
    server.listen({ host, port, backlog: LISTEN_BACKLOG, reusePort: sharesPort }, () => {
      server.on('error', failed)
      const bound = server.address()
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })
    })
  })
}

/** Why nobody could listen there alone; undefined when somebody could. */
export async function takenBy(address: Address): Promise<ListenFailure | undefined> {
  const server = createServer((socket) => socket.destroy())
  const bound = await started(server, address, () => {})
  if ('kind' in bound) return bound
  await new Promise((resolve) => server.close(resolve))
  return undefined
}

/** A connection that was closed unread leaves its record all the same. */
function dropped(parts: TunnelParts, peer: Peer): void {
  const connection = { id: parts.nextConnectionId(), peer, startedMonotonicMs: parts.clock.monotonicMs() }
  const { type, message } = TOO_MANY_CONNECTIONS
  const recorder = new Recorder(parts, connection, parts.trace().trace, undefined)
  recorder.finish('refused-request', { type, at: 'sidecar', message })
}
