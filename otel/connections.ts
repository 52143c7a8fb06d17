/**
 * POSTs to one backend, over connections that are kept, spoken to by the tunnel's own HTTP/1.1: by Node's client each of them cost
 * the observer about twice as much (docs/decisions/0019-posts-by-our-own-http.md). It never follows a redirect, and knows nothing of
 * OTLP nor of what a status means.
 */
import { connect, isIP, type Socket } from 'node:net'
import { ResponseDecoder } from '../src/http1/decoder.ts'
import type { ResponseHead } from '../src/http1/message.ts'
import type { Limits } from '../src/limits.ts'
import { tls } from '../src/node-tls.ts'

export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

export type Posted =
  /** `isWhole`: its body has not broken off, nor was it too long to be read. */
  | { readonly kind: 'answer'; readonly head: ResponseHead; readonly body: Buffer; readonly isWhole: boolean }
  /** `isSilent`: the backend has not said a word. */
  | { readonly kind: 'none'; readonly reason: string; readonly isSilent: boolean }

export class Connections {
  readonly #url: URL
  readonly #tls: TlsFiles
  readonly #limits: Limits
  readonly #all = new Set<Connection>()
  /** No more than there ever were POSTs at the same time. */
  #idle: Connection[] = []
  #isClosed = false

  constructor(url: URL, tlsFiles: TlsFiles, limits: Limits) {
    this.#url = url
    this.#tls = tlsFiles
    this.#limits = limits
  }

  /** `head`: all of it, with its empty line. Whatever is known when `signal` says that the time is over is what is resolved with. */
  async post(head: string, body: Uint8Array, signal: AbortSignal): Promise<Posted> {
    const kept = this.#idle.pop()
    if (kept !== undefined) {
      const posted = await kept.post(head, body, signal)
      // A backend may end a connection whenever nobody asks anything; that is no failure of it.
      if (posted.kind === 'answer' || !posted.isSilent || signal.aborted || this.#isClosed) return posted
    }
    return this.#dial().post(head, body, signal)
  }

  close(): void {
    this.#isClosed = true
    for (const each of this.#all) each.close()
  }

  /** Throws on certificates that cannot be read. */
  #dial(): Connection {
    const connection = new Connection(dial(this.#url, this.#tls), this.#limits, {
      free: () => this.#idle.push(connection),
      gone: () => {
        this.#all.delete(connection)
        this.#idle = this.#idle.filter((each) => each !== connection)
      },
    })
    this.#all.add(connection)
    return connection
  }
}

export const NO_ANSWER = 'no answer in time'
const CLOSED = 'closed without an answer'

interface ConnectionEvents {
  /** Ready for the next. */
  free(): void
  gone(): void
}

/** One POST after the other. */
class Connection {
  readonly #socket: Socket
  readonly #limits: Limits
  readonly #events: ConnectionEvents
  readonly #decoder: ResponseDecoder
  #resolve: ((posted: Posted) => void) | undefined
  #head: ResponseHead | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isSilent = true
  /** Why there is no answer. */
  #reason = CLOSED

  constructor(socket: Socket, limits: Limits, events: ConnectionEvents) {
    this.#socket = socket
    this.#limits = limits
    this.#events = events
    this.#decoder = new ResponseDecoder(limits)
    socket.setNoDelay(true)
    // Before the backend closes it, which a POST would then meet.
    socket.setTimeout(limits.exportIdleMs)
    socket.on('timeout', () => this.#resolve ?? this.close())
    socket.on('data', (bytes: Buffer) => this.#hear(bytes))
    socket.on('end', () => {
      if (this.#decoder.end()?.kind === 'end') this.#finish(true)
    })
    socket.on('error', (error) => {
      this.#reason = reasonOf(error)
    })
    socket.on('close', () => {
      this.#finish(false)
      events.gone()
    })
  }

  post(head: string, body: Uint8Array, signal: AbortSignal): Promise<Posted> {
    const { promise, resolve } = Promise.withResolvers<Posted>()
    const late = (): void => this.#fail(NO_ANSWER)
    signal.addEventListener('abort', late)
    this.#resolve = (posted) => {
      signal.removeEventListener('abort', late)
      resolve(posted)
    }
    this.#decoder.expect('POST')
    this.#socket.ref()
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#socket.write(body)
    this.#socket.uncork()
    return promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #hear(bytes: Buffer): void {
    // RFC 9112 §9.2: what nobody asked for is not the answer to what is asked next.
    if (this.#resolve === undefined) return this.close()
    this.#isSilent = false
    this.#decoder.push(bytes)
    while (this.#resolve !== undefined) {
      const part = this.#decoder.next()
      if (part === undefined) return
      if (part.kind === 'head') this.#receive(part.head)
      else if (part.kind === 'data') this.#collect(part.bytes)
      else if (part.kind === 'end') this.#finish(true)
      else this.#fail(`no HTTP/1.1 (${part.type})`)
    }
  }

  #receive(head: ResponseHead): void {
    if (head.status === 101) this.#fail('the backend switched protocols')
    else if (head.status >= 200) this.#head = head
  }

  /** An answer beyond the bound is left there, and its connection with it. */
  #collect(bytes: Buffer): void {
    this.#bytes += bytes.length
    if (this.#bytes > this.#limits.exportAnswerBytesMax) this.#finish(false)
    else this.#chunks.push(Buffer.from(bytes))
  }

  #fail(reason: string): void {
    this.#reason = reason
    this.#finish(false)
  }

  /** The status line is the answer: a body that drips or breaks off takes nothing back of a 200. */
  #finish(isWhole: boolean): void {
    const [resolve, head] = [this.#resolve, this.#head]
    if (resolve === undefined) return
    this.#resolve = undefined
    if (head === undefined) resolve({ kind: 'none', reason: this.#reason, isSilent: this.#isSilent })
    else resolve({ kind: 'answer', head, body: Buffer.concat(this.#chunks), isWhole })
    const isInStep = this.#decoder.bufferedBytes === 0 && this.#socket.writableLength === 0
    if (isWhole && isInStep && head?.keepAlive && head.framing.kind !== 'until-close') this.#rest()
    else this.close()
  }

  #rest(): void {
    this.#head = undefined
    this.#chunks = []
    this.#bytes = 0
    this.#isSilent = true
    // Nobody waits for it: it does not keep the process.
    this.#socket.unref()
    this.#events.free()
  }
}

function dial(url: URL, files: TlsFiles): Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol !== 'https:') return connect({ host, port: portOf(url, 80) })
  // RFC 6066 §3: an address is no server name.
  const servername = isIP(host) === 0 ? host : ''
  return tls().connect({ host, port: portOf(url, 443), servername, ALPNProtocols: ['http/1.1'], ...files })
}

function portOf({ port }: URL, usual: number): number {
  return port === '' ? usual : Number(port)
}

/** `code` is short and the same in every language: ECONNREFUSED, CERT_HAS_EXPIRED. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
