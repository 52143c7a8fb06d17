/**
 * The client of a running sidecar's admin port: an answer, or a stream of lines. Everything that can go wrong there is told in
 * words, with what to do about it. It knows nothing of what is shown.
 */
import type { IncomingMessage } from 'node:http'
import type { ErrorAnswer } from '../admin/shapes.ts'
import type { Clock } from '../clock.ts'
import { http } from '../node-http.ts'
import { printable } from '../printable.ts'
import { ANSWER_MS, ERROR_LENGTH_MAX, KEEP_ALIVE_MS, LINE_LENGTH_MAX, PROGRESS_MS } from './bounds.ts'
import { fits } from './fits.ts'
import type { Terminal } from './terminal.ts'

export type Ended =
  /** By the person who looked. */
  | { readonly kind: 'stopped' }
  /** Nobody is there, or not any more: that may change. */
  | { readonly kind: 'lost'; readonly text: string }
  /** It was answered, and asking again is of no use. */
  | { readonly kind: 'refused'; readonly text: string; readonly exitCode: number }

export type Got<Answer> = { readonly kind: 'answer'; readonly answer: Answer } | Ended

/** sysexits.h: what was asked is wrong; what was asked for is not there; who was asked cannot be had. */
export const EXIT_USAGE = 64
export const EXIT_NO_INPUT = 66
export const EXIT_UNAVAILABLE = 69

const EXIT_OF: Readonly<Record<number, number>> = { 400: EXIT_USAGE, 404: EXIT_NO_INPUT }

export interface AdminClientOptions {
  /** The origin of its URLs, such as `http://127.0.0.1:4199`. */
  readonly admin: string
  readonly terminal: Pick<Terminal, 'say' | 'isTty' | 'stopped'>
  readonly clock: Clock
}

export interface Stream {
  readonly path: string
  /** It has begun. */
  readonly opened: () => void
  /** Answers whether a sidecar can have said that. */
  readonly take: (line: string) => boolean
  /** After so long a silence it is taken for lost; left out, it may be silent. */
  readonly silenceMs?: number
}

export class AdminClient {
  readonly #options: AdminClientOptions

  constructor(options: AdminClientOptions) {
    this.#options = options
  }

  /** An answer in JSON, of the form that the API calls so. */
  async json(path: string, form: string): Promise<Got<unknown>> {
    const response = await this.#ask(path)
    if ('kind' in response) return response
    const { text, ended } = await this.#text(response, LINE_LENGTH_MAX)
    if (ended !== undefined) return ended
    const answer = parsed(text)
    return answer === undefined || !fits(answer, form) ? this.#stranger() : { kind: 'answer', answer }
  }

  /** Line by line, until it ends. */
  async stream({ path, opened, take, silenceMs }: Stream): Promise<Ended> {
    const response = await this.#ask(path)
    if ('kind' in response) return response
    opened()
    let rest = ''
    const ended = await this.#read(response, silenceMs, (chunk) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      return rest.length <= LINE_LENGTH_MAX && lines.every(take)
    })
    return ended ?? { kind: 'lost', text: `${this.#options.admin} ended the connection` }
  }

  /** The head of a good answer. */
  async #ask(path: string): Promise<IncomingMessage | Ended> {
    const response = await this.#send(path)
    if ('kind' in response || response.statusCode === 200) return response
    return this.#explained(response)
  }

  #send(path: string): Promise<IncomingMessage | Ended> {
    const { admin, terminal, clock } = this.#options
    return new Promise((resolve) => {
      const asked = http.request(new URL(path, admin), { agent: false, signal: terminal.stopped })
      const late = codedError('ETIMEDOUT', `no answer within ${ANSWER_MS / 1_000} s`)
      const cancels = [
        clock.after(ANSWER_MS, () => asked.destroy(late)),
        clock.after(PROGRESS_MS, () => terminal.isTty && terminal.say(`waiting for ${admin} to answer`)),
      ]
      const settle = (result: IncomingMessage | Ended): void => {
        for (const cancel of cancels) cancel()
        resolve(result)
      }
      asked.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
      asked.on('response', settle)
      asked.on('error', (error) => settle(this.#broken(error, 'cannot be reached')))
      asked.end()
    })
  }

  async #text(response: IncomingMessage, lengthMax: number): Promise<{ text: string; ended: Ended | undefined }> {
    let text = ''
    const ended = await this.#read(response, ANSWER_MS, (chunk) => {
      text += chunk
      return text.length <= lengthMax
    })
    return { text, ended }
  }

  /** Undefined: to its end. `take` answers whether a sidecar can have said that. */
  async #read(
    response: IncomingMessage,
    silenceMs: number | undefined,
    take: (chunk: string) => boolean,
  ): Promise<Ended | undefined> {
    const { clock } = this.#options
    const silence = codedError('ETIMEDOUT', `it said nothing for ${(silenceMs ?? 0) / 1_000} s`)
    const watch = (): (() => void) =>
      silenceMs === undefined ? () => undefined : clock.after(silenceMs, () => response.destroy(silence))
    let cancel = watch()
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        cancel()
        if (!take(chunk)) return this.#stranger()
        cancel = watch()
      }
      return undefined
    } catch (error) {
      return this.#broken(error, 'broke off')
    } finally {
      cancel()
      response.destroy()
    }
  }

  /** What the network did; anything else is a bug, and thrown on. */
  #broken(error: unknown, how: string): Ended {
    const { admin, terminal } = this.#options
    if (terminal.stopped.aborted) return { kind: 'stopped' }
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error
    if (error.code.startsWith('HPE_')) return this.#stranger()
    if (error.code === 'ECONNREFUSED') return { kind: 'lost', text: nobody(admin) }
    return { kind: 'lost', text: `${admin} ${how}: ${printable(error.message)}` }
  }

  async #explained(response: IncomingMessage): Promise<Ended> {
    const { text, ended } = await this.#text(response, ERROR_LENGTH_MAX)
    if (ended?.kind === 'stopped') return ended
    const { error } = (parsed(text) ?? {}) as Partial<ErrorAnswer>
    if (typeof error?.message !== 'string') return this.#stranger(response)
    const said = `${this.#options.admin} says no: ${printable(error.message)} (${response.statusCode})`
    if ((response.statusCode ?? 0) >= 500) return { kind: 'lost', text: said }
    return { kind: 'refused', text: said, exitCode: EXIT_OF[response.statusCode ?? 0] ?? EXIT_UNAVAILABLE }
  }

  #stranger(response?: IncomingMessage): Ended {
    const { admin } = this.#options
    const how = response === undefined ? '' : ` (it answers ${response.statusCode})`
    const text = `what listens on ${admin} is no admin port of podspan${how}; --admin names another one`
    return { kind: 'refused', text, exitCode: EXIT_UNAVAILABLE }
  }
}

/** Undefined: it is no JSON object. */
export function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function nobody(admin: string): string {
  const { port } = new URL(admin)
  return [
    `nobody listens on ${admin}`,
    `  In a pod: kubectl port-forward pod/NAME ${port || 80}, in another terminal, and then the same again.`,
    '  The admin port is 4199 of the loopback unless the sidecar was told another one (--admin-port, PODSPAN_ADMIN_PORT),',
    '  or `off`. --admin says where to look.',
  ].join('\n')
}

function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
