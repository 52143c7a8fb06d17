/** A response head as text → ResponseHead, or what is wrong with it. */
import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { connectionOptions, endToEndFields, keepsAlive, parseFields, upgradeOf } from './fields.ts'
import { responseFraming } from './framing.ts'
import { STATUS_LINE } from './grammar.ts'
import type { Input } from './input.ts'
import { type HttpVersion, linesOf, type ResponseHead } from './message.ts'

const BEGINNING = 'HTTP/'

/** Bytes that will never be an answer, known at the first one that is wrong: whoever speaks another protocol may now wait for us. */
export function unlikeAnswer(input: Input): ProtocolError | undefined {
  const length = Math.min(input.length, BEGINNING.length)
  for (let at = 0; at < length; at++) if (input.peek(at) !== BEGINNING.charCodeAt(at)) return noStatusLine()
  return undefined
}

/** `previous`: of the answer before on the same connection; what follows from bytes that are the same is not found out again. */
export function parseResponseHead(
  block: string,
  requestMethod: string,
  limits: Limits,
  previous?: ResponseHead | undefined,
): ResponseHead | ProtocolError {
  if (block === previous?.block && requestMethod === previous.requestMethod) return previous
  const lineEnd = block.indexOf('\r\n')
  const end = lineEnd === -1 ? block.length : lineEnd
  const start = parseStatusLine(block.slice(0, end))
  if ('kind' in start) return start
  const { version, status, reason } = start
  const fieldLines = block.slice(end + 2)
  const isSame = fieldLines === previous?.fieldLines
  const fields = isSame ? previous.fields : parseFields(fieldLines, limits, previous?.fields)
  if ('kind' in fields) return fields
  const framed = responseFraming(fields, version, status, requestMethod)
  if ('kind' in framed) return framed
  const { framing, declared } = framed
  if (isSame && version === previous.version) {
    return { ...previous, status, reason, block, requestMethod, framing, declared }
  }
  const options = connectionOptions(fields)
  const endToEnd = endToEndFields(fields, options)
  return {
    version,
    status,
    reason,
    fields,
    endToEnd,
    endToEndLines: linesOf(endToEnd),
    block,
    fieldLines,
    requestMethod,
    framing,
    declared,
    keepAlive: keepsAlive(options, version),
    upgrade: upgradeOf(fields, options, version),
  }
}

interface StatusLine {
  readonly version: HttpVersion
  readonly status: number
  readonly reason: string
}

const OK: StatusLine = { version: '1.1', status: 200, reason: 'OK' }

function parseStatusLine(line: string): StatusLine | ProtocolError {
  if (line === 'HTTP/1.1 200 OK') return OK
  const match = STATUS_LINE.exec(line)
  if (match === null) return noStatusLine()
  const [, major, minor, digits, reason = ''] = match
  if (major !== '1') return protocolError('unsupported_version', 502, `the app answered in HTTP/${major}.${minor}`)
  const status = Number(digits)
  if (status > 599) return protocolError('bad_status_line', 502, "the app's status is no HTTP status")
  return { version: minor === '0' ? '1.0' : '1.1', status, reason }
}

function noStatusLine(): ProtocolError {
  return protocolError('bad_status_line', 502, "the app's answer does not begin with a status line")
}
