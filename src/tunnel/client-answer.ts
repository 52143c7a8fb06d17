/** How an answer must look to the client that asked: its version, its framing, its method. Pure; knows no socket. */
import type { Answer } from '../decorators/decorator.ts'
import { encodeResponseHead } from '../http1/encoder.ts'
import { type ProtocolError, protocolError } from '../http1/error.ts'
import { endToEndFields } from '../http1/fields.ts'
import { type Framing, linesOf, type RequestHead, type ResponseHead } from '../http1/message.ts'

const NONE: Framing = { kind: 'none' }
const UNTRANSLATABLE = protocolError(
  'transfer_coding_for_http_1_0',
  502,
  'the answer has a transfer coding that an HTTP/1.0 client does not know',
)

/** A 1xx head, 101 with its protocol included. */
export function interimHead({ status, reason, endToEndLines, upgrade }: ResponseHead): string {
  return encodeResponseHead({
    status,
    reason,
    lines: endToEndLines,
    declared: NONE,
    upgrade: status === 101 ? upgrade : undefined,
    close: false,
    version: '1.1',
  })
}

/** A whole answer of ours or a decorator's. HEAD hears of a body that does not follow; 204 and 304 have none. */
export function wholeAnswer(
  { status, reason, fields, body }: Answer,
  { version, method }: RequestHead,
  close: boolean,
): { readonly head: string; readonly body: Buffer } {
  const bodiless = status === 204 || status === 304
  const declared: Framing = bodiless ? NONE : { kind: 'length', bytes: body.length }
  return {
    head: encodeResponseHead({ status, reason, lines: linesOf(endToEndFields(fields)), declared, close, version }),
    body: bodiless || method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(body),
  }
}

/** HTTP/1.0 knows no chunks; HTTP/1.1 can tell the end of a body that the origin marks only by closing. */
export function clientFraming(origin: Framing, version: RequestHead['version']): Framing | ProtocolError {
  if (origin.kind === 'chunked' && version === '1.0') {
    // To take a coding off is not our trade, and HTTP/1.0 has no field that would name it.
    return origin.codings === undefined ? { kind: 'until-close' } : UNTRANSLATABLE
  }
  if (origin.kind === 'until-close' && version === '1.1') return { kind: 'chunked' }
  return origin
}

/** Whether the origin chose one of the protocols that were asked for. */
export function offersUpgrade(asked: string, chosen: string): boolean {
  return asked.split(',').some((token) => token.trim().toLowerCase() === chosen.trim().toLowerCase())
}
