/** Sends one request and measures its answer as the tunnel would. The answer's body is counted and thrown away. */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import { http } from '../node-http.ts'
import type { Plan } from './replay-plan.ts'

export interface Sent {
  /** As the client sees it; undefined when no answer came. */
  readonly response: Exchange['response']
  readonly outcome: Exchange['outcome']
  readonly marks: Exchange['marks']
  readonly durationMs: number
  /** It was a stream of events, and we left. */
  readonly eventStream?: Record<string, never>
  /** By which the sidecar knows who asked. */
  readonly localPort: number | undefined
}

/** Nobody was there to take it. */
export interface Unsent {
  readonly kind: 'unsent'
  readonly code: string
}

export interface SendOptions {
  readonly clock: Clock
  readonly withinMs: number
  readonly stopped: AbortSignal
}

type Marks = { -readonly [Name in keyof Exchange['marks']]: number }

export function send(plan: Plan, url: URL, options: SendOptions): Promise<Sent | Unsent> {
  return new Promise((resolve) => new Sending(plan, url, options, resolve))
}

class Sending {
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #marks: Marks = {}
  readonly #cancel: () => void
  readonly #done: (result: Sent | Unsent) => void
  #localPort: number | undefined
  #response: IncomingMessage | undefined
  #bytes = 0
  #isLate = false

  constructor(
    { method, target, fields, body }: Plan,
    url: URL,
    options: SendOptions,
    done: (sent: Sent | Unsent) => void,
  ) {
    const { clock, withinMs, stopped } = options
    this.#clock = clock
    this.#done = done
    this.#startedMs = clock.monotonicMs()
    // Not `URL + path`: the path goes as it came, with whatever a parser would tidy up.
    const sent = http.request(url, { method, path: target, headers: fields, agent: false, signal: stopped })
    this.#cancel = clock.after(withinMs, () => {
      this.#isLate = true
      sent.destroy(new Error('late'))
    })
    sent.on('socket', (socket) =>
      socket.on('connect', () => {
        this.#localPort = socket.localPort
        this.#mark('originConnected')
        this.#mark('requestHeadSent')
      }),
    )
    sent.on('finish', () => this.#mark('requestEnd'))
    sent.on('response', (response) => this.#receive(response))
    // It asked for no other protocol.
    sent.on('upgrade', (response, socket) => {
      this.#keep(response)
      this.#finish('complete')
      socket.destroy()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name))
    sent.end(body)
  }

  #receive(response: IncomingMessage): void {
    this.#keep(response)
    response.on('data', (chunk: Buffer) => {
      this.#mark('firstByte')
      this.#bytes += chunk.length
    })
    response.on('end', () => this.#finish('complete'))
    response.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name))
    // Such an answer ends when somebody has had enough; its head says whether it works.
    if (response.headers['content-type']?.startsWith('text/event-stream') !== true) return
    this.#finish('client-aborted', { eventStream: {} })
    response.destroy()
  }

  #keep(response: IncomingMessage): void {
    this.#mark('responseHead')
    this.#response = response
  }

  #mark(name: keyof Marks): void {
    this.#marks[name] ??= this.#sinceStartMs()
  }

  #sinceStartMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs
  }

  #fail(code: string): void {
    if (this.#localPort === undefined && !this.#isLate) this.#end({ kind: 'unsent', code })
    else this.#finish(this.#isLate ? 'timed-out' : 'origin-aborted')
  }

  #finish(outcome: Sent['outcome'], more: Pick<Sent, 'eventStream'> = {}): void {
    this.#mark('responseEnd')
    const { statusCode: status = 0, statusMessage: reason = '' } = this.#response ?? {}
    const headers = Object.fromEntries(
      Object.entries(this.#response?.headersDistinct ?? {}).map(([name, values = []]) => [name, values]),
    )
    this.#end({
      response: this.#response && { status, reason, bytes: this.#bytes, headers },
      outcome,
      marks: this.#marks,
      durationMs: this.#sinceStartMs(),
      localPort: this.#localPort,
      ...more,
    })
  }

  /** The first one counts. */
  #end(result: Sent | Unsent): void {
    this.#cancel()
    this.#done(result)
  }
}
