/** A response head as text → ResponseHead, or what is wrong with it. */
import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { connectionOptions, keepsAlive, parseFields, upgradeOf } from './fields.ts'
import { responseFraming } from './framing.ts'
import { STATUS_LINE } from './grammar.ts'
import type { HttpVersion, ResponseHead } from './message.ts'

export function parseResponseHead(block: string, requestMethod: string, limits: Limits): ResponseHead | ProtocolError {
  const [line = '', ...rest] = block.split('\r\n')
  const match = STATUS_LINE.exec(line)
  if (match === null) return protocolError('bad_status_line', 502, "the app's answer does not begin with a status line")
  const [, major, minor, digits, reason = ''] = match
  if (major !== '1') return protocolError('unsupported_version', 502, `the app answered in HTTP/${major}.${minor}`)
  const version: HttpVersion = minor === '0' ? '1.0' : '1.1'
  const status = Number(digits)
  if (status > 599) return protocolError('bad_status_line', 502, "the app's status is no HTTP status")
  const fields = parseFields(rest, limits)
  if (!Array.isArray(fields)) return fields
  const framed = responseFraming(fields, version, status, requestMethod)
  if ('kind' in framed) return framed
  const options = connectionOptions(fields)
  return {
    version,
    status,
    reason,
    fields,
    ...framed,
    keepAlive: keepsAlive(options, version),
    upgrade: upgradeOf(fields, options, version),
  }
}
