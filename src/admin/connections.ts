/**
 * What is under way on the connections of the admin port: one answer at a time on each, a bound on what waits to be taken on all
 * together, and a word to who sends what is no request. It knows nothing of what is asked.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { headersOf, JSON_TYPE, problem } from './answer.ts'

/** Requests that wait for the answers before them. Browsers and scrapers send none; more is somebody who fills memory. */
const PIPELINED_MAX = 8

interface UnderWay {
  /** They are answered in their order, so when this one is over all are. */
  latest: ServerResponse
  count: number
}

export class Connections {
  readonly #pendingBytesMax: number
  readonly #responses = new Set<ServerResponse>()
  readonly #underWay = new WeakMap<Socket, UnderWay>()
  readonly #broken = new WeakSet<Socket>()

  constructor(pendingBytesMax: number) {
    this.#pendingBytesMax = pendingBytesMax
  }

  /** Calls back when it is this one's turn; never, when its connection is let go. */
  inTurn(socket: Socket, response: ServerResponse, answer: () => void): void {
    if (socket.destroyed) return
    const before = this.#underWay.get(socket)
    const count = (before?.count ?? 0) + 1
    if (count > PIPELINED_MAX) return void socket.destroy()
    const waitsFor = before !== undefined && before.count > 0 ? before.latest : undefined
    const underWay = before ?? { latest: response, count }
    underWay.latest = response
    underWay.count = count
    this.#underWay.set(socket, underWay)
    this.#responses.add(response)
    response.once('close', () => {
      underWay.count--
      this.#responses.delete(response)
    })
    if (waitsFor === undefined) answer()
    else waitsFor.once('close', () => socket.destroyed || answer())
  }

  /** Too much was answered that nobody takes. */
  get isFull(): boolean {
    let bytes = 0
    for (const response of this.#responses) bytes += response.writableLength
    return bytes > this.#pendingBytesMax
  }

  /** Says of what is no request that it is none, after the answers that are under way on its connection; once. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    // The parser says it of every piece that comes after, too.
    if (this.#broken.has(socket)) return
    this.#broken.add(socket)
    const underWay = this.#underWay.get(socket)
    if (underWay === undefined || underWay.count === 0) refuse(error, socket)
    else underWay.latest.once('close', () => refuse(error, socket))
  }
}

const OF_PARSER: Readonly<Record<string, readonly [status: number, reason: string, type: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'head_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'too_slow'],
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const [status, reason, type] = OF_PARSER[error.code ?? ''] ?? [400, 'Bad Request', 'bad_request']
  const { body } = problem(status, type, `this is no request that can be read (${error.code ?? error.message})`)
  const headers = headersOf(JSON_TYPE, { 'Content-Length': Buffer.byteLength(body), Connection: 'close' })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`)
}
