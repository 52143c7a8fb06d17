/**
 * One OTLP request over HTTP and what came of it. It never tries twice and never follows a redirect; it knows no queue and
 * no ledger. The SDK's own exporter is not used here: it hides Retry-After, partial success and its retries.
 */
import type { Agent, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../src/clock.ts'
import type { Limits } from '../src/limits.ts'
import { http, https } from '../src/node-http.ts'
import type { Encoding, Rejection } from './otlp.ts'
import { httpReply, type Reply } from './policy.ts'

export interface Transport {
  readonly encoding: Encoding
  /** Resolves as soon as `signal` says that the time is over, with what is known by then. Never rejects. */
  send(body: Uint8Array, signal: AbortSignal): Promise<Reply>
  close(): void
}

export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** An answer as it was, for whoever wants to know more than what it means for a batch. */
export interface HeardAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface HttpOptions {
  readonly url: string
  readonly encoding: Encoding
  readonly contentType: string
  readonly rejection: (answer: Uint8Array) => Rejection | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly gzip: boolean
  readonly tls: TlsFiles
  readonly userAgent: string
  readonly clock: Clock
  readonly limits: Limits
  readonly heard?: ((answer: HeardAnswer) => void) | undefined
}

const compress = promisify(gzip)

export class HttpTransport implements Transport {
  readonly encoding: Encoding
  readonly #options: HttpOptions
  readonly #agent: Agent
  readonly #request: typeof http.request

  constructor(options: HttpOptions) {
    const { url, limits, tls, encoding } = options
    // `timeout` closes a connection that is idle: before the backend does, which a request would then meet.
    const kept = { keepAlive: true, timeout: limits.exportIdleMs }
    const isTls = new URL(url).protocol === 'https:'
    this.encoding = encoding
    this.#options = options
    this.#agent = isTls ? new (https().Agent)({ ...kept, ...tls }) : new http.Agent(kept)
    this.#request = isTls ? https().request : http.request
  }

  async send(body: Uint8Array, signal: AbortSignal): Promise<Reply> {
    const payload = this.#options.gzip ? await compress(body) : body
    if (signal.aborted) return { kind: 'failed', reason: NO_ANSWER }
    try {
      return await this.#exchange(payload, signal)
    } catch (error) {
      // A URL or a header that node:http does not take.
      return { kind: 'refused', reason: describe(error) }
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #exchange(payload: Uint8Array, signal: AbortSignal): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    try {
      const request = this.#request(this.#options.url, {
        method: 'POST',
        agent: this.#agent,
        headers: this.#headers(payload),
      })
      let answer: Answer | undefined
      const end = (reason: string): void => {
        signal.removeEventListener('abort', late)
        resolve(answer === undefined ? { kind: 'failed', reason } : this.#read(answer))
      }
      // The status line is the answer: a body that drips or breaks off takes nothing back of a 200.
      const late = (): void => {
        end(NO_ANSWER)
        request.destroy()
      }
      signal.addEventListener('abort', late)
      request.on('response', (response) => {
        answer = { response, chunks: [], bytes: 0 }
        collect(answer, this.#options.limits.exportAnswerBytesMax, () => end(''))
      })
      request.on('error', (error) => end(describe(error)))
      request.on('close', () => end('closed without an answer'))
      request.end(payload)
    } catch (error) {
      reject(error)
    }
    return promise
  }

  #headers(payload: Uint8Array): OutgoingHttpHeaders {
    const { headers, gzip: isGzip, contentType, userAgent } = this.#options
    return {
      ...headers,
      'user-agent': userAgent,
      'content-type': contentType,
      'content-length': payload.length,
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
    }
  }

  #read({ response, chunks }: Answer): Reply {
    const { clock, contentType, rejection, heard } = this.#options
    const { statusCode: status = 0, headers } = response
    heard?.({ status, headers, body: Buffer.concat(chunks) })
    const reply = httpReply(
      { status, retryAfter: headers['retry-after'], contentType: headers['content-type'] },
      clock.wallMs(),
    )
    // OTLP: the answer is of the type of the request. Another's bytes could be read as a partial success by chance.
    const isOtlp = headers['content-type']?.startsWith(contentType) === true
    if (reply.kind !== 'accepted' || !isOtlp || !response.complete) return reply
    return { ...reply, ...rejection(Buffer.concat(chunks)) }
  }
}

const NO_ANSWER = 'no answer in time'

interface Answer {
  readonly response: IncomingMessage
  readonly chunks: Buffer[]
  bytes: number
}

/** An answer beyond the bound is left there, and its connection with it. */
function collect(answer: Answer, bytesMax: number, end: () => void): void {
  const { response, chunks } = answer
  response.on('data', (chunk: Buffer) => {
    answer.bytes += chunk.length
    if (answer.bytes <= bytesMax) chunks.push(chunk)
    else response.destroy()
  })
  response.on('error', () => {})
  response.on('close', end)
}

/** `code` is short and the same in every language: ECONNREFUSED, CERT_HAS_EXPIRED. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
