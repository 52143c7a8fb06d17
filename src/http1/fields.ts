/** Field lines (RFC 9112 §5): read strictly, kept byte for byte. */
import type { Limits } from '../limits.ts'
import { type ProtocolError, protocolError } from './error.ts'
import { keyOf } from './field-names.ts'
import { HOST, IS_FIELD_CHAR, IS_TCHAR, listOf, spanEnd } from './grammar.ts'
import { allValues, type Field } from './message.ts'

const COLON = 0x3a
const SP = 0x20
const HTAB = 0x09
const NONE: readonly Field[] = []

/**
 * Lines joined by CRLF. `previous`: the fields of the message before on the same connection. Peers repeat themselves: a line
 * that is the same again, in the same place, is the same field.
 */
export function parseFields(
  lines: string,
  limits: Limits,
  previous: readonly Field[] = NONE,
): readonly Field[] | ProtocolError {
  const fields: Field[] = []
  for (let at = 0; at < lines.length; ) {
    if (fields.length === limits.fieldsMax) {
      return protocolError('too_many_fields', 431, 'more field lines than allowed')
    }
    const same = previous[fields.length]
    const parsed = same !== undefined && isLine(lines, at, same.line) ? same : parseField(lines, at)
    if ('kind' in parsed) return parsed
    fields.push(parsed)
    at += parsed.line.length + 2
  }
  return fields
}

function isLine(lines: string, at: number, line: string): boolean {
  const end = at + line.length
  return lines.startsWith(line, at) && (end === lines.length || lines.startsWith('\r\n', end))
}

/** RFC 9112 §5: no white space before the colon nor before the name; that around the value is not part of it. */
function parseField(lines: string, at: number): Field | ProtocolError {
  const lineEnd = lines.indexOf('\r\n', at)
  const end = lineEnd === -1 ? lines.length : lineEnd
  const colon = spanEnd(IS_TCHAR, lines, at, end)
  if (colon === at || colon === end || lines.charCodeAt(colon) !== COLON) return badLine(lines.slice(at, end))
  let valueAt = colon + 1
  while (valueAt < end && isSpace(lines.charCodeAt(valueAt))) valueAt++
  if (spanEnd(IS_FIELD_CHAR, lines, valueAt, end) !== end) {
    return protocolError('bad_field_value', 400, 'a field value has a control character')
  }
  let valueEnd = end
  while (valueEnd > valueAt && isSpace(lines.charCodeAt(valueEnd - 1))) valueEnd--
  const name = lines.slice(at, colon)
  return { name, key: keyOf(name), value: lines.slice(valueAt, valueEnd), line: lines.slice(at, end) }
}

function isSpace(character: number): boolean {
  return character === SP || character === HTAB
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

/** RFC 9110 §7.6.1, and the framing fields, which are ours to write. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'http2-settings',
])

/** The fields that are for the other end; `nominated`: what their own Connection lines name. */
export function endToEndFields(
  fields: readonly Field[],
  nominated: readonly string[] = connectionOptions(fields),
): readonly Field[] {
  const kept: Field[] = []
  for (const field of fields) {
    if (!HOP_BY_HOP.has(field.key) && !nominated.includes(field.key)) kept.push(field)
  }
  return kept
}

/** What nearly every Connection line says; the rest is taken apart. */
const USUAL_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  ['keep-alive', 'Keep-Alive', 'close', 'Close', 'upgrade', 'Upgrade'].map((value) => [value, [value.toLowerCase()]]),
)

/** Every option of every Connection line, lower case. */
export function connectionOptions(fields: readonly Field[]): readonly string[] {
  const values = allValues(fields, 'connection')
  const [value] = values
  if (value === undefined) return values
  return (values.length === 1 && USUAL_OPTIONS.get(value)) || values.flatMap(listOf)
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
