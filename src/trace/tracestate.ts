/** The tracestate field (W3C Trace Context level 2, §3.3): kept as it is, or dropped whole. */

const MEMBERS_MAX = 32
/**
 * Level 2 lets a key begin with a digit, and `@` stand anywhere. W3C's own test suite and everybody's readers know `@` only
 * as `tenant@system` of level 1, so that is what is believed: docs/decisions/0005-tracestate-keys.md.
 */
const KEY = /^(?:[a-z0-9][_0-9a-z\-*/]{0,255}|[a-z0-9][_0-9a-z\-*/]{0,240}@[a-z][_0-9a-z\-*/]{0,13})$/
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/** `values`: one per field line, in order. Undefined when there is none, or one member breaks a rule. */
export function parseTracestate(values: readonly string[]): string | undefined {
  if (values.length === 0) return undefined
  const kept = new Map<string, string>()
  for (const member of values.flatMap((value) => value.split(','))) {
    const trimmed = member.replace(/^[\t ]+|[\t ]+$/g, '')
    if (trimmed === '') continue
    const at = trimmed.indexOf('=')
    const key = trimmed.slice(0, at)
    if (at === -1 || !KEY.test(key) || !VALUE.test(trimmed.slice(at + 1))) return undefined
    if (!kept.has(key)) kept.set(key, trimmed)
  }
  if (kept.size === 0 || kept.size > MEMBERS_MAX) return undefined
  return [...kept.values()].join(',')
}
