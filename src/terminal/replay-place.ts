/**
 * Where a request is sent again: to the sidecar that it passed, so that it is seen and traced as the first one was, or where a
 * person says. Never of its own accord to another machine. Pure.
 */
import type { AboutAnswer } from '../admin/shapes.ts'
import type { Exchange } from '../exchange.ts'
import { printable } from '../printable.ts'
import { EXIT_USAGE } from './admin-client.ts'
import type { Refusal } from './replay-plan.ts'

/** This machine, or this container. */
export interface Here {
  readonly hostname: string
  readonly addresses: readonly string[]
}

export interface Place {
  readonly url: URL
  /** What is sent there comes by the sidecar that recorded the first one. */
  readonly isSidecar: boolean
}

const ANY = new Set(['0.0.0.0', '::'])
const LOOPBACK = /^(?:127(?:\.[0-9]+){3}|::1|localhost)$/
/** Kubernetes cuts a pod's name to this for its hostname. */
const HOSTNAME_LENGTH_MAX = 63

export function placeOf(
  about: Pick<AboutAnswer, 'listen' | 'pod'>,
  { kind }: Pick<Exchange, 'kind'>,
  to: string | undefined,
  here: Here,
): Place | Refusal {
  const { host, port } = about.listen
  if (to !== undefined) {
    const url = urlOf(to)
    if (url === undefined)
      return refused(`--to ${JSON.stringify(to)} is not understood: a port, host:port or http URL without a path`)
    const name = bare(url.hostname)
    return { url, isSidecar: portOf(url) === port && (LOOPBACK.test(name) || name === host) }
  }
  if (kind === 'client')
    return refused('it went from the app to another service, which this would ask again; --to says where to')
  if (about.pod !== undefined && !isNameOf(about.pod, here.hostname))
    return refused(
      `the sidecar is in ${printable(about.pod)} and this is ${here.hostname}, so port ${port} here may be another's; --to says where to`,
    )
  const address = ANY.has(host) ? '127.0.0.1' : host
  if (!LOOPBACK.test(address) && !here.addresses.includes(address))
    return refused(`${printable(address)} is no address of this machine; --to says where to`)
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  if (!URL.canParse(url)) return refused(`${port} is no port; --to says where to`)
  return { url: new URL(url), isSidecar: true }
}

function isNameOf(pod: string, hostname: string): boolean {
  return hostname === pod.slice(0, HOSTNAME_LENGTH_MAX) || hostname.startsWith(`${pod}.`) || hostname === pod
}

function urlOf(to: string): URL | undefined {
  const text = /^[0-9]{1,5}$/.test(to) ? `127.0.0.1:${to}` : to
  const url = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(url)) return undefined
  const parsed = new URL(url)
  return parsed.protocol === 'http:' && parsed.origin === parsed.href.replace(/\/$/, '') ? parsed : undefined
}

function portOf({ port }: URL): number {
  return port === '' ? 80 : Number(port)
}

/** `[::1]` is `::1`. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function refused(why: string): Refusal {
  return { kind: 'refused', text: `nothing is sent: ${why}`, exitCode: EXIT_USAGE }
}
