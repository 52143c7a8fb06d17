/** A request head as text → RequestHead, or what is wrong with it. */
import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import {
  connectionOptions,
  connectionProblem,
  endToEndFields,
  hostProblem,
  keepsAlive,
  parseFields,
  upgradeOf,
} from './fields.ts'
import { requestFraming } from './framing.ts'
import { ABSOLUTE_FORM, HOST, HTTP_VERSION, IS_TARGET_CHAR, IS_TCHAR, spanEnd } from './grammar.ts'
import type { Input } from './input.ts'
import { allValues, type Field, firstValue, type HttpVersion, linesOf, type RequestHead } from './message.ts'

const OPAQUE_ADVICE = 'podspan reads HTTP/1.1 on this port; use --opaque to pass other protocols through unread'
const METHOD_BYTES_MAX = 64
const HTTP2_PREFACE = protocolError('http2_preface', 505, `this is HTTP/2. ${OPAQUE_ADVICE}`)
/** What stands in a request line beside the method and the target. */
const REST_OF_LINE_BYTES = ' '.length + ' HTTP/1.1'.length
const SP = 0x20
const CR = 0x0d
const TLS_HANDSHAKE = 0x16

/** Bytes that will never be a request: known at the first one, so that the peer need not wait for a timeout. */
export function unlikeHttp(input: Input): ProtocolError | undefined {
  const first = input.peek(0)
  if (first === TLS_HANDSHAKE) return protocolError('tls_client_hello', 400, `this looks like TLS. ${OPAQUE_ADVICE}`)
  const printable = first > 0x20 && first < 0x7f
  return printable ? undefined : protocolError('bad_request_line', 400, 'this does not begin like an HTTP request')
}

/** A request line that is too long already, before its end was seen: nobody is made to buffer the rest of the head. */
export function requestLineTooLong(input: Input, limits: Limits): ProtocolError | undefined {
  if (input.length > METHOD_BYTES_MAX && input.find(SP, METHOD_BYTES_MAX + 1) === -1) return methodTooLong()
  const lineBytesMax = METHOD_BYTES_MAX + limits.targetBytesMax + REST_OF_LINE_BYTES
  return input.length > lineBytesMax && input.find(CR, lineBytesMax + 1) === -1 ? targetTooLong() : undefined
}

/** `previous`: of the request before on the same connection; what follows from bytes that are the same is not found out again. */
export function parseRequestHead(
  block: string,
  limits: Limits,
  previous?: RequestHead | undefined,
): RequestHead | ProtocolError {
  if (block === previous?.block) return previous
  const lineEnd = block.indexOf('\r\n')
  const end = lineEnd === -1 ? block.length : lineEnd
  const start = parseRequestLine(block, end, limits)
  if ('kind' in start) return start
  const { method, target, version } = start
  const fieldLines = block.slice(end + 2)
  if (fieldLines === previous?.fieldLines && version === previous.version) {
    return targetProblem(method, target, previous.fields) ?? { ...previous, method, target, block }
  }
  const fields = parseFields(fieldLines, limits, previous?.fields)
  if ('kind' in fields) return fields
  const options = connectionOptions(fields)
  const problem = hostProblem(fields, version) ?? targetProblem(method, target, fields) ?? connectionProblem(options)
  if (problem !== undefined) return problem
  const framing = requestFraming(fields, version)
  if (framing.kind === 'error') return framing
  const endToEnd = endToEndFields(fields, options)
  return {
    method,
    target,
    version,
    fields,
    endToEnd,
    endToEndLines: linesOf(endToEnd),
    block,
    fieldLines,
    framing,
    keepAlive: keepsAlive(options, version),
    upgrade: upgradeOf(fields, options, version),
    expectContinue: expectsContinue(fields, version),
  }
}

/** RFC 9112 §3: single spaces only; a lenient reader here is how two readers come to disagree. */
function parseRequestLine(
  block: string,
  end: number,
  limits: Limits,
): { method: string; target: string; version: HttpVersion } | ProtocolError {
  const methodEnd = spanEnd(IS_TCHAR, block, 0, end)
  const targetEnd = spanEnd(IS_TARGET_CHAR, block, methodEnd + 1, end)
  const isDivided = block.charCodeAt(methodEnd) === SP && block.charCodeAt(targetEnd) === SP && targetEnd < end
  if (!isDivided || methodEnd === 0 || targetEnd === methodEnd + 1) return badRequestLine(block.slice(0, end), limits)
  const version = versionOf(block.slice(targetEnd + 1, end))
  if (version === undefined) return badRequestLine(block.slice(0, end), limits)
  if (methodEnd > METHOD_BYTES_MAX) return methodTooLong()
  if (targetEnd - methodEnd - 1 > limits.targetBytesMax) return targetTooLong()
  if (typeof version !== 'string') return block.startsWith('PRI * HTTP/2.0') ? HTTP2_PREFACE : version
  return { method: block.slice(0, methodEnd), target: block.slice(methodEnd + 1, targetEnd), version }
}

/** Undefined: no version at all. */
function versionOf(text: string): HttpVersion | ProtocolError | undefined {
  if (text === 'HTTP/1.1') return '1.1'
  if (text === 'HTTP/1.0') return '1.0'
  if (!HTTP_VERSION.test(text)) return undefined
  return protocolError('unsupported_version', 505, `${text} is not spoken here. ${OPAQUE_ADVICE}`)
}

function badRequestLine(line: string, limits: Limits): ProtocolError {
  if (line.length > limits.targetBytesMax) return targetTooLong()
  if (/^[A-Z]+ \S+$/.test(line)) return protocolError('http_0_9', 400, 'HTTP/0.9 is not spoken here')
  return protocolError('bad_request_line', 400, 'the request line is not METHOD SP target SP HTTP/1.1')
}

function methodTooLong(): ProtocolError {
  return protocolError('method_too_long', 501, 'the method is too long')
}

function targetTooLong(): ProtocolError {
  return protocolError('target_too_long', 414, 'the request target is too long')
}

/** RFC 9112 §3.2: origin-form, absolute-form for the same Host, `*` for OPTIONS; never a way to another destination. */
function targetProblem(method: string, target: string, fields: readonly Field[]): ProtocolError | undefined {
  if (method === 'CONNECT')
    return protocolError('connect_refused', 405, 'CONNECT is not allowed: this is no forward proxy')
  if (target.includes('#')) return badTarget('a request target has no fragment')
  if (target === '*') return method === 'OPTIONS' ? undefined : badTarget('* is a target for OPTIONS only')
  if (target.startsWith('/')) return undefined
  const authority = ABSOLUTE_FORM.exec(target)?.[1]
  if (authority === undefined || !HOST.test(authority)) return badTarget('a request target begins with /')
  const host = firstValue(fields, 'host')
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) return badTarget('target and Host differ')
  return undefined
}

function badTarget(message: string): ProtocolError {
  return protocolError('bad_target', 400, message)
}

/** RFC 9110 §10.1.1: only the one expectation that exists; on HTTP/1.0 it is ignored. */
function expectsContinue(fields: readonly Field[], version: HttpVersion): boolean {
  const expectations = allValues(fields, 'expect')
  return version === '1.1' && expectations.length === 1 && expectations[0]?.toLowerCase() === '100-continue'
}
