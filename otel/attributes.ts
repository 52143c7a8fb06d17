/** The names we put on spans and metrics. HTTP semantic conventions 1.45 where they have one, our registry's where they don't. */

export const OTHER = '_OTHER'

export const HTTP_REQUEST_METHOD = 'http.request.method'
export const HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original'
export const HTTP_REQUEST_BODY_SIZE = 'http.request.body.size'
export const HTTP_RESPONSE_BODY_SIZE = 'http.response.body.size'
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code'
export const HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count'
/** With the field's lower-case name behind it. */
export const HTTP_REQUEST_HEADER = 'http.request.header.'
export const HTTP_RESPONSE_HEADER = 'http.response.header.'
export const HTTP_ROUTE = 'http.route'
export const URL_FULL = 'url.full'
export const URL_TEMPLATE = 'url.template'
export const URL_PATH = 'url.path'
export const URL_QUERY = 'url.query'
export const URL_SCHEME = 'url.scheme'
export const ERROR_TYPE = 'error.type'
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const CLIENT_ADDRESS = 'client.address'
export const NETWORK_PEER_ADDRESS = 'network.peer.address'
export const NETWORK_PEER_PORT = 'network.peer.port'
export const NETWORK_PROTOCOL_VERSION = 'network.protocol.version'
export const USER_AGENT_ORIGINAL = 'user_agent.original'

export * from './podspan-names.ts'

/** The method as a label: whatever is not one of the known is `_OTHER`. */
export function methodOf(method: string | undefined, known: ReadonlySet<string>): string {
  return method !== undefined && known.has(method) ? method : OTHER
}
