/** Field lines (RFC 9112 §5): read strictly, kept byte for byte. */
import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { FIELD_LINE, FIELD_VALUE, HOST, listOf } from './grammar.ts'
import { allValues, type Field } from './message.ts'

export function parseFields(lines: readonly string[], limits: Limits): Field[] | ProtocolError {
  if (lines.length > limits.fieldsMax) return protocolError('too_many_fields', 431, 'more field lines than allowed')
  const fields: Field[] = []
  for (const line of lines) {
    const match = FIELD_LINE.exec(line)
    if (match === null) return badLine(line)
    const [, name = '', value = ''] = match
    if (!FIELD_VALUE.test(value)) return protocolError('bad_field_value', 400, 'a field value has a control character')
    fields.push({ name, key: name.toLowerCase(), value, line })
  }
  return fields
}

function badLine(line: string): ProtocolError {
  if (/^[\t ]/.test(line)) return protocolError('folded_field', 400, 'a field line is folded (RFC 9112 §5.2)')
  if (/^[^:]*[\t ]+:/.test(line))
    return protocolError('space_before_colon', 400, 'white space before the colon of a field')
  return protocolError('bad_field_line', 400, 'a line that is no field')
}

/** RFC 9112 §3.2: one Host on HTTP/1.1, and it is a host. */
export function hostProblem(fields: readonly Field[], version: string): ProtocolError | undefined {
  const hosts = allValues(fields, 'host')
  if (hosts.length > 1) return protocolError('duplicate_host', 400, 'more than one Host')
  const [host] = hosts
  if (host === undefined) return version === '1.1' ? protocolError('missing_host', 400, 'no Host field') : undefined
  return HOST.test(host) ? undefined : protocolError('bad_host', 400, 'Host is not a host with an optional port')
}

/**
 * Fields that `Connection` may not nominate: dropping them on a client's word would take away what the app is told about
 * that client, or the framing itself.
 */
const NOT_HOP_BY_HOP =
  /^(?:host|content-length|transfer-encoding|traceparent|tracestate|forwarded|x-forwarded-.*|x-real-ip)$/

export function connectionProblem(options: readonly string[]): ProtocolError | undefined {
  const wrong = options.find((option) => NOT_HOP_BY_HOP.test(option))
  return wrong === undefined
    ? undefined
    : protocolError('bad_connection_option', 400, `Connection must not name ${wrong}`)
}

/** Every option of every Connection line, lower case. */
export function connectionOptions(fields: readonly Field[]): string[] {
  return allValues(fields, 'connection').flatMap(listOf)
}

/** RFC 9112 §9.3. */
export function keepsAlive(options: readonly string[], version: string): boolean {
  if (options.includes('close')) return false
  return version === '1.1' || options.includes('keep-alive')
}

/** The Upgrade asked for, when it counts: on HTTP/1.1, named by Connection (RFC 9110 §7.8); h2c never (RFC 9113 §3.1). */
export function upgradeOf(fields: readonly Field[], options: readonly string[], version: string): string | undefined {
  if (version !== '1.1' || !options.includes('upgrade')) return undefined
  const tokens = allValues(fields, 'upgrade')
    .flatMap((value) => value.split(','))
    .map((token) => token.trim())
  const kept = tokens.filter((token) => token !== '' && token.toLowerCase() !== 'h2c')
  return kept.length === 0 ? undefined : kept.join(', ')
}
