/**
 * Where a request goes. Before an app there is one place, whatever the request says. Before what an app calls (egress) the
 * request names it, and only hosts that were allowed are ever dialled: a proxy that goes anywhere is everybody's proxy.
 */
import { type ProtocolError, protocolError } from '../http1/error.ts'
import { ABSOLUTE_FORM } from '../http1/grammar.ts'
import { firstValue, type RequestHead } from '../http1/message.ts'
import type { Dial } from './dial.ts'

export interface Destination {
  readonly kind: 'destination'
  /** Two requests with the same key may follow each other on one connection. */
  readonly key: string
  readonly dial: Dial
  /** The request-target in the form that is understood there. */
  readonly target: string
}

export type FindDestination = (head: Pick<RequestHead, 'method' | 'target' | 'fields'>) => Destination | ProtocolError

const HTTP_PORT = 80

export function onlyDestination(dial: Dial): FindDestination {
  return ({ target }) => ({ kind: 'destination', key: '', dial, target })
}

/** `allow`: lower-case hosts, `*.` before all below a name, with `:port` for that port alone. */
export function namedDestinations(
  allow: readonly string[],
  dialTo: (host: string, port: number) => Dial,
): FindDestination {
  return (head) => {
    const named = ABSOLUTE_FORM.exec(head.target)
    const authority = (named?.[1] ?? firstValue(head.fields, 'host') ?? '').toLowerCase()
    if (/^https:/i.test(head.target)) {
      return protocolError('egress_https', 501, 'podspan does not speak TLS for the app; call https directly')
    }
    const { host, port } = split(authority)
    if (!allow.some((pattern) => isAllowed(pattern, host, port))) {
      return protocolError('egress_not_allowed', 403, 'this host is not among those of --egress')
    }
    const target = named === null ? head.target : originForm(head)
    return { kind: 'destination', key: `${host}:${port}`, dial: dialTo(host, port), target }
  }
}

/** RFC 9112 §3.2.1 and §3.2.4: a server is asked for a path, and for `*` where OPTIONS had none. */
function originForm({ method, target }: Pick<RequestHead, 'method' | 'target'>): string {
  const rest = target.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  if (rest === '') return method === 'OPTIONS' ? '*' : '/'
  return rest.startsWith('?') ? `/${rest}` : rest
}

function split(authority: string): { host: string; port: number } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(authority)
  const port = match?.[2] === undefined ? HTTP_PORT : Number(match[2])
  return { host: (match?.[1] ?? '').replace(/^\[|\]$/g, ''), port }
}

function isAllowed(pattern: string, host: string, port: number): boolean {
  const allowed = split(pattern)
  if (/:[0-9]+$/.test(pattern) && allowed.port !== port) return false
  if (host === '' || port < 1 || port > 65_535) return false
  return allowed.host.startsWith('*.') ? host.endsWith(allowed.host.slice(1)) : host === allowed.host
}
