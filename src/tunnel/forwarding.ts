/**
 * Via, Forwarded and X-Forwarded-For: what this hop adds when it is asked to. Off by default: a sidecar in the same pod is
 * no hop that anybody counts, and an app that trusts the last entry would be told about podspan instead of its client. Pure.
 */
import { type Field, field, firstValue, type HttpVersion } from '../http1/message.ts'

export const FORWARDING_FIELDS = ['via', 'forwarded', 'x-forwarded-for'] as const
export type ForwardingField = (typeof FORWARDING_FIELDS)[number]

const NAMES: Readonly<Record<ForwardingField, string>> = {
  via: 'Via',
  forwarded: 'Forwarded',
  'x-forwarded-for': 'X-Forwarded-For',
}
/** RFC 9110 §7.6.3: a name of its own in place of a host that is nobody's business. */
const PSEUDONYM = 'podspan'

interface Hop {
  readonly peerAddress: string
  readonly version: HttpVersion
}

/** The fields of a request with this hop added to those that were asked for. */
export function withForwarding(
  fields: readonly Field[],
  wanted: readonly ForwardingField[],
  hop: Hop,
): readonly Field[] {
  if (wanted.length === 0) return fields
  return wanted.reduce((result, name) => appended(result, name, entry(name, hop, firstValue(fields, 'host'))), fields)
}

/** The fields of an answer: of the three only Via has a meaning there. */
export function withVia(
  fields: readonly Field[],
  wanted: readonly ForwardingField[],
  version: HttpVersion,
): readonly Field[] {
  return wanted.includes('via') ? appended(fields, 'via', `${version} ${PSEUDONYM}`) : fields
}

function entry(name: ForwardingField, { peerAddress, version }: Hop, host: string | undefined): string {
  if (name === 'via') return `${version} ${PSEUDONYM}`
  if (name === 'x-forwarded-for') return peerAddress
  // RFC 7239 §6: an IPv6 address stands in brackets, and those only within quotes.
  const node = peerAddress.includes(':') ? `"[${peerAddress}]"` : peerAddress
  const named = host === undefined || host === '' ? '' : `;host="${host}"`
  return `for=${node}${named};proto=http`
}

/** At the end of the last line of this name: an app that reads one line only must not miss the earlier hops. */
function appended(fields: readonly Field[], key: ForwardingField, value: string): readonly Field[] {
  const at = fields.findLastIndex((each) => each.key === key)
  const before = fields[at]
  if (before === undefined) return [...fields, field(NAMES[key], value)]
  return fields.with(at, field(before.name, before.value === '' ? value : `${before.value}, ${value}`))
}
