/** The shop's help desk: a WebSocket on which everybody hears everybody, and the price of the day now and then. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Clock, every } from '../clock.ts'
import { spread } from './page.ts'

export const CHAT = '/chat'
const MESSAGE_BYTES_MAX = 4_096
const GUESTS_MAX = 50
/** What may wait for a guest who does not listen. */
const UNREAD_BYTES_MAX = 65_536
const PRICE_MS = 2_000

/** Returns what ends it, and every conversation with it. */
export function startChat(server: Server, clock: Clock): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX })
  const tell = (text: string): void => {
    for (const guest of sockets.clients) {
      if (guest.bufferedAmount > UNREAD_BYTES_MAX) guest.terminate()
      else guest.send(text)
    }
  }
  let prices = 0
  const stop = every(clock, PRICE_MS, () => tell(`a mug is ${spread(++prices, 7, 11)} today`))
  sockets.on('connection', (guest: WebSocket) => {
    guest.on('error', () => {})
    guest.on('message', (message) => tell(String(message)))
    guest.send('how can we help?')
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    const [path] = (request.url ?? '').split('?')
    if (path !== CHAT) return refuse(socket, '404 Not Found')
    if (sockets.clients.size >= GUESTS_MAX) return refuse(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (guest) => sockets.emit('connection', guest, request))
  })
  return () => {
    stop()
    for (const guest of sockets.clients) guest.terminate()
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
}
