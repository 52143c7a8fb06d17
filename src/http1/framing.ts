/** Where a body ends (RFC 9112 §6.3). Every doubt is an error: two readers that disagree here are request smuggling. */
import { type ProtocolError, protocolError } from './error.ts'
import { DIGITS, listOf } from './grammar.ts'
import { allValues, type Field, type Framing, type HttpVersion } from './message.ts'

const NONE: Framing = { kind: 'none' }
/** RFC 9110 §18.6 (the registry): codings that change the bytes and not their framing. */
const CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress'])

/** What the fields declare, or why they can't be trusted. `undefined` where they say nothing. */
export function declaredFraming(fields: readonly Field[], version: HttpVersion): Framing | ProtocolError | undefined {
  const lengths = allValues(fields, 'content-length')
  const codings = allValues(fields, 'transfer-encoding')
  if (codings.length === 0) return lengths.length === 0 ? undefined : contentLength(lengths)
  if (lengths.length > 0) {
    return protocolError('content_length_with_transfer_encoding', 400, 'Content-Length and Transfer-Encoding together')
  }
  // RFC 9112 §6.1: HTTP/1.0 has no transfer codings; whoever sends one may be an intermediary that did not understand it.
  if (version === '1.0') return protocolError('transfer_encoding_in_http_1_0', 400, 'Transfer-Encoding in HTTP/1.0')
  return transferEncoding(codings)
}

export function requestFraming(fields: readonly Field[], version: HttpVersion): Framing | ProtocolError {
  return declaredFraming(fields, version) ?? NONE
}

function contentLength(values: readonly string[]): Framing | ProtocolError {
  const [value, another] = values
  if (another !== undefined) return protocolError('duplicate_content_length', 400, 'more than one Content-Length')
  if (value === undefined || !DIGITS.test(value)) {
    return protocolError('bad_content_length', 400, 'Content-Length is not a plain decimal number')
  }
  const digits = value.replace(/^0+(?=.)/, '')
  // Past 2^53 - 1 a number rounds, and a rounded length is a wrong length.
  if (digits.length > 16 || Number(digits) > Number.MAX_SAFE_INTEGER) {
    return protocolError('content_length_too_large', digits.length > 19 ? 400 : 413, 'Content-Length is too large')
  }
  return { kind: 'length', bytes: Number(digits) }
}

function transferEncoding(values: readonly string[]): Framing | ProtocolError {
  const [value, another] = values
  if (another !== undefined) return protocolError('duplicate_transfer_encoding', 400, 'more than one Transfer-Encoding')
  const raw = (value ?? '').split(',').map((coding) => coding.replace(/^[\t ]+|[\t ]+$/g, '').toLowerCase())
  const codings = listOf(value ?? '')
  const chunkedAt = codings.indexOf('chunked')
  if (raw.length !== codings.length || codings.some((coding) => !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(coding))) {
    return protocolError('bad_transfer_encoding', 400, 'Transfer-Encoding is not a list of codings')
  }
  if (chunkedAt !== -1 && chunkedAt !== codings.length - 1) {
    return protocolError('chunked_not_final', 400, 'chunked must be the last transfer coding, once')
  }
  const others = codings.slice(0, -1)
  if (chunkedAt === -1 || !others.every((coding) => CODINGS.has(coding))) {
    return protocolError('unknown_transfer_encoding', 501, 'a transfer coding that is not understood')
  }
  return others.length === 0 ? { kind: 'chunked' } : { kind: 'chunked', codings: others }
}

/** RFC 9112 §6.3 (1), (2), (8): what follows this response head, and what its fields declare. */
export function responseFraming(
  fields: readonly Field[],
  version: HttpVersion,
  status: number,
  requestMethod: string,
): { readonly framing: Framing; readonly declared: Framing } | ProtocolError {
  const declared = declaredFraming(fields, version)
  if (declared?.kind === 'error') return protocolError(declared.type, 502, `the app's answer: ${declared.message}`)
  const bodiless = requestMethod === 'HEAD' || status < 200 || status === 204 || status === 304
  if (bodiless) return { framing: NONE, declared: status < 200 || status === 204 ? NONE : (declared ?? NONE) }
  const framing = declared ?? { kind: 'until-close' }
  return { framing, declared: framing }
}
