/** Clients that have asked once and stay, silent: what a proxy holds while others ask. */
import { connect, type Socket } from 'node:net'
import { MAIN_CASE } from './cases.ts'

/** Below every backlog. */
const AT_ONCE = 50
/** One address has too few ports for ten thousand, beside those of the load. */
const ADDRESSES = 4

export interface Crowd {
  leave(): void
}

export async function gather(port: number, count: number): Promise<Crowd> {
  const sockets: Socket[] = []
  const leave = (): void => sockets.forEach((socket) => void socket.destroy())
  try {
    while (sockets.length < count) {
      const size = Math.min(AT_ONCE, count - sockets.length)
      const group = Array.from({ length: size }, (_, at) => come(port, `127.0.0.${2 + (at % ADDRESSES)}`))
      sockets.push(...group.map(({ socket }) => socket))
      await Promise.all(group.map(({ answered }) => answered))
    }
  } catch (error) {
    leave()
    throw error
  }
  return { leave }
}

function come(port: number, localAddress: string): { readonly socket: Socket; readonly answered: Promise<void> } {
  const socket = connect({ port, host: '127.0.0.1', localAddress }, () =>
    socket.write(`GET ${MAIN_CASE.path} HTTP/1.1\r\nHost: bench\r\n\r\n`),
  )
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error('a connection was closed')))
    socket.once('data', () => resolve())
  })
  return { socket, answered }
}
