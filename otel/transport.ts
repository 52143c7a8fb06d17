/**
 * One OTLP request over HTTP and what came of it. It knows no queue and no ledger. The SDK's own exporter is not used here: it hides
 * Retry-After, partial success and its retries.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../src/clock.ts'
import { firstValue } from '../src/http1/message.ts'
import type { Limits } from '../src/limits.ts'
import { Connections, NO_ANSWER, type Posted, reasonOf, type TlsFiles } from './connections.ts'
import type { Encoding, Rejection } from './otlp.ts'
import { httpReply, type Reply } from './policy.ts'
import { postHead } from './post-head.ts'

export interface Transport {
  readonly encoding: Encoding
  /** Resolves as soon as `signal` says that the time is over, with what is known by then. Never rejects. */
  send(body: Uint8Array, signal: AbortSignal): Promise<Reply>
  close(): void
}

/** An answer as it was, for whoever wants to know more than what it means for a batch. */
export interface HeardAnswer {
  readonly status: number
  /** Names in lower case; of several fields of a name the last. */
  readonly headers: Readonly<Record<string, string>>
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
  readonly #url: URL
  readonly #connections: Connections
  #head: string | undefined

  constructor(options: HttpOptions) {
    const { url, limits, tls, encoding } = options
    this.encoding = encoding
    this.#options = options
    this.#url = new URL(url)
    this.#connections = new Connections(this.#url, tls, limits)
  }

  async send(body: Uint8Array, signal: AbortSignal): Promise<Reply> {
    const payload = this.#options.gzip ? await compress(body) : body
    if (signal.aborted) return { kind: 'failed', reason: NO_ANSWER }
    try {
      this.#head ??= postHead({ ...this.#options, url: this.#url })
      const head = `${this.#head}Content-Length: ${payload.length}\r\n\r\n`
      const posted = await this.#connections.post(head, payload, signal)
      return posted.kind === 'none' ? { kind: 'failed', reason: posted.reason } : this.#read(posted)
    } catch (error) {
      // A header that cannot be sent, a certificate that is none.
      return { kind: 'refused', reason: reasonOf(error) }
    }
  }

  close(): void {
    this.#connections.close()
  }

  #read({ head, body, isWhole }: Posted & { kind: 'answer' }): Reply {
    const { clock, contentType: asked, rejection, heard } = this.#options
    const { status, fields } = head
    heard?.({ status, headers: Object.fromEntries(fields.map(({ key, value }) => [key, value])), body })
    const contentType = firstValue(fields, 'content-type')
    const retryAfter = firstValue(fields, 'retry-after')
    const reply = httpReply({ status, retryAfter, contentType }, clock.wallMs())
    // OTLP: the answer is of the type of the request. Another's bytes could be read as a partial success by chance.
    const isOtlp = contentType?.startsWith(asked) === true
    if (reply.kind !== 'accepted' || !isOtlp || !isWhole) return reply
    return { ...reply, ...rejection(body) }
  }
}
