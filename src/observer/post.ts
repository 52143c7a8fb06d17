/**
 * One POST of JSON and what came of it. It never follows a redirect, and it says nothing that a URL may
 * keep secret; it knows no queue and no books.
 */
import type { Agent, IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import { http, https } from '../node-http.ts'
import { parseRetryAfter } from '../retry.ts'
import { shownUrl } from '../shown-url.ts'

export type PostEnd =
  | { readonly kind: 'taken' }
  /** It will never take this. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may take it later. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }

export interface PosterOptions {
  readonly url: string
  readonly userAgent: string
  readonly clock: Clock
  readonly limits: Pick<Limits, 'pushMs' | 'exportIdleMs' | 'exportAnswerBytesMax'>
}

const NO_ANSWER = 'no answer in time'
/** Asked to slow down or to come again; what is wrong with the server itself may be mended. */
const isWorthAnotherTry = (status: number): boolean => status === 408 || status === 429 || status >= 500

export class Poster {
  /** Where it goes, for people: without userinfo and query. */
  readonly place: string
  readonly #options: PosterOptions
  readonly #agent: Agent
  readonly #request: typeof http.request
  #abort: () => void = () => {}

  constructor(options: PosterOptions) {
    const { Agent, request } = new URL(options.url).protocol === 'https:' ? https() : http
    // `timeout` closes a connection that is idle: before the server does, which a post would then meet.
    const kept = { keepAlive: true, timeout: options.limits.exportIdleMs }
    this.place = shownUrl(options.url)
    this.#options = options
    this.#agent = new Agent(kept)
    this.#request = request
  }

  /** One at a time. Never rejects. */
  async post(body: Buffer): Promise<PostEnd> {
    const { clock, limits } = this.#options
    const cancel = clock.after(limits.pushMs, () => this.#abort())
    const end = await this.#exchange(body)
    // The server closed a connection that was kept while the post was on its way: nobody has failed.
    const final = end === 'stale' ? await this.#exchange(body) : end
    cancel()
    return final === 'stale' ? { kind: 'failed', reason: NO_ANSWER } : final
  }

  /** What is under way is given up. */
  close(): void {
    this.#abort()
    this.#agent.destroy()
  }

  #exchange(body: Buffer): Promise<PostEnd | 'stale'> {
    const { promise, resolve } = Promise.withResolvers<PostEnd | 'stale'>()
    const { url, userAgent, clock, limits } = this.#options
    const headers = { 'user-agent': userAgent, 'content-type': 'application/json', 'content-length': body.length }
    let answer: IncomingMessage | undefined
    // The status line is the answer: a body that drips or breaks off takes nothing back of it.
    const end = (reason: string): void =>
      resolve(answer === undefined ? { kind: 'failed', reason } : endOf(answer, clock.wallMs()))
    try {
      // Userinfo becomes an Authorization field.
      const request = this.#request(url, { method: 'POST', agent: this.#agent, headers })
      this.#abort = () => {
        end(NO_ANSWER)
        request.destroy()
      }
      request.on('response', (response) => {
        answer = response
        drain(response, limits.exportAnswerBytesMax, () => end(''))
      })
      request.on('error', (error) => {
        const reason = describe(error)
        if (answer === undefined && request.reusedSocket && reason === 'ECONNRESET') resolve('stale')
        else end(reason)
      })
      request.on('close', () => end('closed without an answer'))
      request.end(body)
    } catch {
      // Userinfo that is no text; it is not shown.
      resolve({ kind: 'refused', reason: 'the URL cannot be used' })
    }
    return promise
  }
}

/** Nothing of it is kept; one that does not end is left. */
function drain(response: IncomingMessage, bytesMax: number, end: () => void): void {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) response.destroy()
  })
  response.on('error', () => {})
  response.on('close', end)
}

/** A redirect is a refusal: following one would take the data to a host that nobody configured. */
function endOf({ statusCode: status = 0, headers }: IncomingMessage, wallMs: number): PostEnd {
  if (status >= 200 && status <= 299) return { kind: 'taken' }
  const reason = `HTTP ${status}`
  if (!isWorthAnotherTry(status)) return { kind: 'refused', reason }
  const retryAfterMs = parseRetryAfter(headers['retry-after'], wallMs)
  return { kind: 'failed', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** `code` is short and the same in every language. */
function describe(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
