/**
 * The field lines of a request as the app gets them: the client's own that are for the other end, and what this hop adds. Without
 * those of the trace, which are different in every request. Pure.
 */
import type { RequestChange } from '../decorators/decorator.ts'
import { endToEndFields } from '../http1/fields.ts'
import { ABSOLUTE_FORM } from '../http1/grammar.ts'
import { type Field, field, firstValue, linesOf, type RequestHead } from '../http1/message.ts'
import { type ForwardingField, withForwarding } from './forwarding.ts'

export interface Hop {
  readonly peerAddress: string
  readonly forwarding: readonly ForwardingField[]
  /** Lower-case names of the client's own context, which gives way to ours. */
  readonly replaces: ReadonlySet<string>
}

export function requestLines(
  head: RequestHead,
  change: RequestChange | undefined,
  { peerAddress, forwarding, replaces }: Hop,
): string {
  const endToEnd = change?.fields === undefined ? head.endToEnd : endToEndFields(change.fields)
  const named = withHost(endToEnd, change?.target ?? head.target)
  const fields = withForwarding(named, forwarding, { peerAddress, version: head.version })
  const kept = fields.some(({ key }) => replaces.has(key)) ? fields.filter(({ key }) => !replaces.has(key)) : fields
  return kept === head.endToEnd ? head.endToEndLines : linesOf(kept)
}

/** RFC 9112 §3.2: HTTP/1.1, in which the app is spoken to, asks for a Host: the target's own, or an empty one. */
function withHost(fields: readonly Field[], target: string): readonly Field[] {
  if (firstValue(fields, 'host') !== undefined) return fields
  return [field('Host', ABSOLUTE_FORM.exec(target)?.[1] ?? ''), ...fields]
}
