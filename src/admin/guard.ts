/**
 * Who may ask, before it is looked at what. The port is on the loopback, and every web page that a person opens can send requests
 * there too: what follows keeps them out. Pure.
 */

export interface Knock {
  readonly method: string
  /** Every Host field that was sent. */
  readonly hosts: readonly string[]
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
}

export interface Refusal {
  readonly status: 400 | 403 | 405
  readonly type: string
  readonly message: string
}

/** Nothing here changes anything: there is no method to do it with. */
export const METHODS: readonly string[] = ['GET', 'HEAD']

/**
 * `localhost`, or an address itself. DNS rebinding lets a page of evil.example ask this port under its own name, and a name is what
 * it cannot do without.
 */
const LOCAL_HOST = /^(?:localhost|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i

export function refusalOf({ method, hosts, origin, fetchSite }: Knock): Refusal | undefined {
  const [host] = hosts
  if (host === undefined || hosts.length !== 1)
    return refusal(400, 'bad_host', `there must be one Host field, and there are ${hosts.length}`)
  if (!LOCAL_HOST.test(host))
    return refusal(403, 'foreign_host', 'the Host must be localhost or an IP address: open http://localhost:PORT/')
  // A browser sends it with every request that is no plain opening of a page.
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return refusal(403, 'foreign_origin', 'a page of another origin asked; only the dashboard itself may')
  // Absent outside browsers; `none`: typed, or out of the bookmarks.
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none')
    return refusal(403, 'cross_site', 'another site led here; type the address into the browser instead')
  if (!METHODS.includes(method))
    return refusal(405, 'method_not_allowed', `GET or HEAD: nothing can be changed here by ${method.slice(0, 20)}`)
  return undefined
}

function refusal(status: Refusal['status'], type: string, message: string): Refusal {
  return { status, type, message }
}

/** On every answer, whatever it says. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** Data opens no page; if it is ever taken for one, it may do nothing. */
export const DATA_POLICY: string = NOTHING
/** The dashboard runs its own files and asks this port. No inline script, no inline style, nothing from anywhere else. */
export const PAGE_POLICY: string = `${NOTHING}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'`
