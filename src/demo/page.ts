/** What the pages of the shop share: a visit, and the few ways to answer one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'

export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly clock: Clock
  /** What stands in the path where the template has a name in braces; else empty. */
  readonly parameter: string
  readonly query: URLSearchParams
  /** Counts the visits of this page from 1: what goes wrong, goes wrong in the same order in every run. */
  readonly number: number
}

export interface Page {
  readonly method: 'GET' | 'POST'
  /** `/products/{id}` */
  readonly template: string
  readonly visit: (visit: Visit) => void
}

type Headers = Readonly<Record<string, string>>

const BODY_BYTES_MAX = 1_048_576

export function answer(
  { response }: Pick<Visit, 'response'>,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Headers = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

export function json(visit: Pick<Visit, 'response'>, status: number, value: unknown, headers?: Headers): void {
  answer(visit, status, 'application/json', JSON.stringify(value), headers)
}

/** Nothing is done for a client that has gone. */
export function later({ clock, response }: Pick<Visit, 'clock' | 'response'>, delayMs: number, work: () => void): void {
  const cancel = clock.after(delayMs, () => {
    response.off('close', cancel)
    work()
  })
  response.once('close', cancel)
}

/** Gives the whole body to `work`, or answers 413. */
export function withBody(visit: Visit, work: (body: Buffer) => void): void {
  const pieces: Buffer[] = []
  let bytes = 0
  visit.request.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= BODY_BYTES_MAX) pieces.push(piece)
  })
  visit.request.on('end', () => {
    if (bytes > BODY_BYTES_MAX) json(visit, 413, { error: `at most ${BODY_BYTES_MAX} bytes` })
    else work(Buffer.concat(pieces))
  })
}

/** Gives the body as JSON to `work`, or answers 400. */
export function withJson(visit: Visit, work: (value: unknown) => void): void {
  withBody(visit, (body) => {
    let value: unknown
    try {
      value = JSON.parse(body.toString())
    } catch {
      return json(visit, 400, { error: 'the body is no JSON' })
    }
    work(value)
  })
}

/** From `min` to `max`, spread well and the same in every run. */
export function spread(number: number, min: number, max: number): number {
  return min + ((number * 137) % (max - min + 1))
}
