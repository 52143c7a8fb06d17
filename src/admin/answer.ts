/** An answer and how it is sent: whole, in pieces that wait for a slow reader, or as a stream that stays open. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { asciiJson } from '../json.ts'
import { COMMON_HEADERS, DATA_POLICY } from './guard.ts'
import type { ErrorAnswer } from './shapes.ts'

export interface Whole {
  readonly kind: 'whole'
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: OutgoingHttpHeaders
}

/** What is long is not held in memory for a reader who does not come for it: the next piece is made when the last has left. */
export interface Pieces {
  readonly kind: 'pieces'
  readonly type: string
  readonly pieces: Iterator<string>
}

export interface Stream {
  readonly kind: 'stream'
  readonly type: string
  /** The head has been sent; the rest is in other hands. */
  readonly open: (response: ServerResponse) => void
}

export type Answer = Whole | Pieces | Stream

export const JSON_TYPE = 'application/json'
export const NDJSON_TYPE = 'application/x-ndjson'
export const TEXT_TYPE = 'text/plain; charset=utf-8'

/** One write: a packet costs the same whatever is in it. */
const PIECE_CHARS = 32_768

export function json(value: unknown): Whole {
  return { kind: 'whole', status: 200, type: JSON_TYPE, body: asciiJson(value) }
}

export function problem(
  status: number,
  type: string,
  message: string,
  more: { readonly column?: number; readonly headers?: OutgoingHttpHeaders } = {},
): Whole {
  const { column, headers } = more
  const error: ErrorAnswer = { error: { type, message, ...(column !== undefined && { column }) } }
  return { ...json(error), status, ...(headers && { headers }) }
}

export function headersOf(type: string, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ...COMMON_HEADERS, 'Content-Security-Policy': DATA_POLICY, 'Content-Type': type, ...more }
}

/** `broken`: told of what fails when a part has been sent already. */
export function send(
  response: ServerResponse,
  answer: Answer,
  isHead: boolean,
  broken: (error: unknown) => void,
): void {
  if (answer.kind === 'whole') {
    const { status, type, body, headers } = answer
    response.writeHead(status, headersOf(type, { 'Content-Length': Buffer.byteLength(body), ...headers }))
    response.end(isHead ? undefined : body)
    return
  }
  response.writeHead(200, headersOf(answer.type))
  if (isHead) response.end()
  else if (answer.kind === 'pieces') pump(response, answer.pieces, broken)
  else answer.open(response)
}

function pump(response: ServerResponse, pieces: Iterator<string>, broken: (error: unknown) => void): void {
  let text = ''
  try {
    for (;;) {
      const { done, value } = pieces.next()
      if (done === true) return void response.end(text)
      text += value
      if (text.length < PIECE_CHARS) continue
      if (!response.write(text)) return void response.once('drain', () => pump(response, pieces, broken))
      text = ''
    }
  } catch (error) {
    broken(error)
  }
}
