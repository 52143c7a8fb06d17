/** OpenTelemetry's own member of tracestate, `ot=th:c;rv:…`: the threshold a trace was sampled with, and its randomness. */

const MEMBER = /(?:^|,)ot=([^,]*)/
const RANDOMNESS = /^[0-9a-f]{14}$/
const THRESHOLD = /^[0-9a-f]{1,14}$/
const MEMBERS_MAX = 32

/** `rv`, where the caller gave a valid one. */
export function randomnessOf(state: string | undefined): string | undefined {
  const value = state === undefined ? undefined : subkeys(state).get('rv')
  return value !== undefined && RANDOMNESS.test(value) ? value : undefined
}

/**
 * The state with `th` as decided here: set when a threshold let the trace pass, kept when the caller's decision stands, and
 * gone when nobody can say any more with which probability the trace came this far.
 */
export function withThreshold(
  state: string | undefined,
  threshold: string | undefined,
  kept: boolean,
): string | undefined {
  if (state === undefined) return threshold === undefined ? undefined : `ot=th:${threshold}`
  const keys = subkeys(state)
  const known = keys.get('th')
  if (threshold !== undefined) keys.set('th', threshold)
  else if (!kept || (known !== undefined && !THRESHOLD.test(known))) keys.delete('th')
  if (keys.get('th') === known) return state
  return withMember(state, [...keys].map(([key, value]) => `${key}:${value}`).join(';'))
}

function subkeys(state: string): Map<string, string> {
  const member = MEMBER.exec(state)?.[1] ?? ''
  const pairs = member.split(';').filter((pair) => pair.includes(':'))
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]))
}

/** W3C Trace Context §3.5: a member that was changed moves to the front; the last one goes when there are too many. */
function withMember(state: string, value: string): string | undefined {
  const others = state.split(',').filter((member) => member !== '' && !member.startsWith('ot='))
  const members = value === '' ? others : [`ot=${value}`, ...others]
  return members.length === 0 ? undefined : members.slice(0, MEMBERS_MAX).join(',')
}
