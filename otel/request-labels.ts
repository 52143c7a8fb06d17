/**
 * Exchange → the labels of its metrics. Every one comes from a fixed set or is folded to `_OTHER` here: labels that clients
 * choose are series without end. It knows no series and no values.
 */
import type { Attributes } from '@opentelemetry/api'
import type { Exchange } from '../src/exchange.ts'
import * as names from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { serverOf } from './span-attributes.ts'

interface Parts {
  readonly kind: Exchange['kind']
  readonly method: string
  readonly scheme: string
  readonly route: string | undefined
  readonly status: number | undefined
  readonly errorType: string | undefined
  readonly version: string | undefined
  /** Of what the app calls. */
  readonly host: HostLabels | undefined
}

export interface Labels {
  /** The same for the same labels. */
  readonly key: string
  readonly attributes: () => Attributes
}

export interface RequestLabelsOptions {
  readonly methods: ReadonlySet<string>
  /** Hosts that the app calls and that are labels; more are one. */
  readonly hostsMax: number
}

export class RequestLabels {
  readonly #methods: ReadonlySet<string>
  readonly #hosts: KnownHosts
  /** Nearly every request has the labels of the one before; made anew for each they were a sixth of the observer's garbage. */
  #latest: (Parts & Labels) | undefined

  constructor({ methods, hostsMax }: RequestLabelsOptions) {
    this.#methods = methods
    this.#hosts = new KnownHosts(hostsMax)
  }

  of(exchange: Exchange): Labels {
    const { kind, request, response, forwarded } = exchange
    const latest = this.#latest
    const method = names.methodOf(request?.method, this.#methods)
    const scheme = forwarded?.proto ?? request?.scheme ?? 'http'
    const errorType = errorTypeOf(exchange)
    const host = kind === 'client' ? this.#hosts.labelsOf(exchange) : undefined
    if (
      latest?.kind === kind &&
      latest.method === method &&
      latest.scheme === scheme &&
      latest.route === request?.route &&
      latest.status === response?.status &&
      latest.errorType === errorType &&
      latest.version === request?.httpVersion &&
      latest.host === host
    )
      return latest
    const [route, status, version] = [request?.route, response?.status, request?.httpVersion]
    const parts = { kind, method, scheme, route, status, errorType, version, host }
    this.#latest = { ...parts, key: keyOf(parts), attributes: () => attributesOf(parts) }
    return this.#latest
  }
}

/** A route is somebody's text, so it stands last; no other part can have a space. */
function keyOf({ method, scheme, route, status, errorType, version, host }: Parts): string {
  const shortRoute = route === undefined ? '' : `/${route}`
  return `${method} ${scheme} ${status} ${errorType} ${version} ${host?.key ?? ''} ${shortRoute}`
}

function attributesOf({ kind, method, scheme, route, status, errorType, version, host }: Parts): Attributes {
  const attributes: Attributes = { [names.HTTP_REQUEST_METHOD]: method, [names.URL_SCHEME]: scheme }
  if (route !== undefined) attributes[kind === 'client' ? names.URL_TEMPLATE : names.HTTP_ROUTE] = route
  if (status !== undefined) attributes[names.HTTP_RESPONSE_STATUS_CODE] = status
  if (errorType !== undefined) attributes[names.ERROR_TYPE] = errorType
  if (version !== undefined) attributes[names.NETWORK_PROTOCOL_VERSION] = version
  return { ...attributes, ...host?.attributes }
}

interface HostLabels {
  readonly key: string
  readonly attributes: Attributes
}

/** The first hosts that the app calls, by name and port; whatever comes after them is `_OTHER`. */
class KnownHosts {
  readonly #max: number
  readonly #known = new Map<string, HostLabels>()
  readonly #others: HostLabels = { key: names.OTHER, attributes: { [names.SERVER_ADDRESS]: names.OTHER } }

  constructor(max: number) {
    this.#max = max
  }

  labelsOf({ request }: Exchange): HostLabels {
    const host = request?.host ?? ''
    const known = this.#known.get(host)
    if (known !== undefined) return known
    if (this.#known.size >= this.#max) return this.#others
    const server = serverOf(host, request?.scheme ?? 'http')
    const attributes: Attributes = server === undefined ? {} : { [names.SERVER_ADDRESS]: server.address }
    if (server?.port !== undefined) attributes[names.SERVER_PORT] = server.port
    const labels = { key: `${this.#known.size}`, attributes }
    this.#known.set(host, labels)
    return labels
  }
}
