/** Answers bytes that never became a request: in HTTP/1.1, closing, with the reason. */

import type { Outcome } from '../exchange.ts'
import { encodeResponseHead } from '../http1/encoder.ts'
import { type ProtocolError, protocolError } from '../http1/error.ts'
import { linesOf } from '../http1/message.ts'
import { ownAnswer } from './own-answer.ts'
import type { Wire } from './wire.ts'

export const HEAD_TIMEOUT: ProtocolError = protocolError('head_timeout', 408, 'the request head did not end in time')
export const BODY_TOO_SLOW: ProtocolError = protocolError('body_too_slow', 408, 'the request body came too slowly')
export const INCOMPLETE_HEAD: ProtocolError = protocolError('incomplete_head', 400, 'the request ended inside its head')
/** RFC 9112 §8: a body cut short by a close is an incomplete message; the app must not take it for a whole one. */
export const INCOMPLETE_BODY: ProtocolError = protocolError('incomplete_body', 400, 'the request ended inside its body')
export const TOO_MANY_CONNECTIONS: ProtocolError = protocolError(
  'too_many_connections',
  503,
  'too many connections are open; try again later',
)

export function bodyTooLarge(bytesMax: number): ProtocolError {
  return protocolError('body_too_large', 413, `the body is larger than ${bytesMax} bytes`)
}

/** RFC 9110 §15.5.9: 408 is the one refusal that says nothing against the request but that it took too long. */
export function outcomeOf({ status }: ProtocolError): Outcome {
  return status === 408 ? 'timed-out' : 'refused-request'
}

/** 503 is about us: nothing is wrong with the request. */
export function blame({ status }: ProtocolError): 'client' | 'sidecar' {
  return status === 503 ? 'sidecar' : 'client'
}

/** Returns what the client was told. */
export function refusal(client: Wire, error: ProtocolError): { readonly status: number; readonly reason: string } {
  const { status, reason, fields, body } = ownAnswer(error.status, error.message)
  const declared = { kind: 'length', bytes: body.length } as const
  const head = encodeResponseHead({ status, reason, lines: linesOf(fields), declared, close: true, version: '1.1' })
  client.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
  return { status, reason }
}
