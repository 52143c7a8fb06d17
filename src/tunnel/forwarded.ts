/**
 * Who asked, as proxies in front of us tell. Anybody can write these fields, so only as many hops are believed as are said
 * to be ours: the entry that the outermost of them wrote is the last one that nobody else can have made up. Pure.
 */
import type { Exchange } from '../exchange.ts'
import { allValues, type Field } from '../http1/message.ts'

type Forwarded = NonNullable<Exchange['forwarded']>

/** Undefined when no hop is trusted, or none of them said anything. */
export function forwardedOf(fields: readonly Field[], trustedHops: number): Forwarded | undefined {
  if (trustedHops === 0) return undefined
  const elements = listOf(allValues(fields, 'forwarded'))
  const told = elements.length > 0 ? standard(elements, trustedHops) : deFacto(fields, trustedHops)
  return Object.keys(told).length === 0 ? undefined : told
}

/** RFC 7239: one element a hop, each with what that hop saw. */
function standard(elements: readonly string[], hops: number): Forwarded {
  const element = outermost(elements, hops) ?? ''
  const pairs = element.split(';').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim().toLowerCase(), unquoted(pair.slice(at + 1).trim())]
  })
  const read = (name: string): string | undefined => pairs.find(([key]) => key === name)?.[1]
  return present({ for: withoutPort(read('for')), proto: schemeOf(read('proto')), host: read('host') })
}

function deFacto(fields: readonly Field[], hops: number): Forwarded {
  const read = (name: string): string | undefined => outermost(listOf(allValues(fields, name)), hops)
  return present({
    for: withoutPort(read('x-forwarded-for')),
    proto: schemeOf(read('x-forwarded-proto')),
    host: read('x-forwarded-host'),
  })
}

/** A proxy that says less than the others wrote once what holds for all. */
function outermost(entries: readonly string[], hops: number): string | undefined {
  return entries[Math.max(0, entries.length - hops)]
}

/** Commas within quotes separate nothing. */
function listOf(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [])
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function unquoted(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}

/** `1.2.3.4:5`, `[::1]:5` and `[::1]` are addresses with a port or brackets; a bare IPv6 address has colons of its own. */
function withoutPort(node: string | undefined): string | undefined {
  const match = /^\[([^\]]*)\](?::[0-9]+)?$/.exec(node ?? '') ?? /^([^:]*):[0-9]+$/.exec(node ?? '')
  return match?.[1] ?? node
}

function schemeOf(proto: string | undefined): string | undefined {
  const scheme = proto?.toLowerCase()
  return scheme === 'http' || scheme === 'https' ? scheme : undefined
}

function present(told: Record<'for' | 'proto' | 'host', string | undefined>): Forwarded {
  return Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== undefined && value !== ''),
  ) as Forwarded
}
