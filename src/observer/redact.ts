/**
 * What must never be kept: secrets in a query, userinfo, texts longer than their bound. Pure; it knows only an Exchange.
 *
 * It is called once, in the Inbox, before any sink; keys stay and values become REDACTED, as OpenTelemetry's HTTP
 * conventions ask for `url.query`.
 */
import type { CapturedHeaders, Exchange, RequestRecord, ResponseRecord } from '../exchange.ts'

const REDACTED = 'REDACTED'

/** Compared without case, `-` and `_`, so that api_key, apiKey and API-Key are one. The first line is the conventions' own list. */
const SECRET_KEYS: ReadonlySet<string> = new Set(
  [
    ['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'Signature', 'sig'],
    ['X-Goog-Signature', 'token', 'secret', 'client_secret', 'password', 'passwd', 'pwd', 'api_key', 'access_token'],
    ['refresh_token', 'id_token', 'auth', 'authorization', 'code', 'session', 'session_id', 'jwt', 'key'],
    ['private_key', 'credential'],
  ]
    .flat()
    .map(comparable),
)

/** What a key mostly is; found without the work that the others need. */
const PLAIN_KEY = /^[a-z0-9]+$/

/**
 * A query that may have a secret: a key that is one of them, or one that is not plain and so must be looked at more closely.
 * Most queries have neither, and one look tells.
 */
const SUSPECT = new RegExp(`(?:^|[&;])(?:${[...SECRET_KEYS].join('|')}|[^&;=]*[^a-z0-9&;=][^&;=]*)=`)

/** `user:password@` before the host of an absolute URL, and the same in a Host that should not have it. */
const URL_USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i

/** Every text cut to `bytesMax`, every secret value gone. What needs no change is passed on as it came: that is nearly all. */
export function redact(exchange: Exchange, bytesMax: number): Exchange {
  const { forwarded, error, upgrade, decorators } = exchange
  const isRare = (forwarded ?? error ?? upgrade ?? decorators) !== undefined
  const trace = isShort(exchange.trace.state, bytesMax) ? exchange.trace : cutTexts(exchange.trace, bytesMax)
  const request = exchange.request && redactRequest(exchange.request, bytesMax)
  const response = exchange.response && redactResponse(exchange.response, bytesMax)
  const isSame = trace === exchange.trace && request === exchange.request && response === exchange.response
  if (isSame && !isRare) return exchange
  return {
    ...exchange,
    trace,
    request,
    response,
    ...(forwarded && { forwarded: cutTexts(forwarded, bytesMax) }),
    ...(upgrade && { upgrade: cutTexts(upgrade, bytesMax) }),
    ...(error && { error: cutTexts(error, bytesMax) }),
    ...(decorators && { decorators: decorators.map((note) => cutTexts(note, bytesMax)) }),
  }
}

/** `a=1&token=x` becomes `a=1&token=REDACTED`. `;` separates too: some frameworks split there. */
export function redactQuery(query: string): string {
  if (!SUSPECT.test(query)) return query
  return query.replace(/([^&;=]*)=([^&;]*)/g, (pair, key: string) => (isSecretKey(key) ? `${key}=${REDACTED}` : pair))
}

/** The start of a text that takes at most `bytesMax` bytes of UTF-8, never half a character. */
export function cut(text: string, bytesMax: number): string {
  if (isShort(text, bytesMax)) return text
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  // Decoded anew, because a slice of a string would keep the whole of it in memory.
  return bytes.toString('utf8', 0, end)
}

function redactRequest(request: RequestRecord, bytesMax: number): RequestRecord {
  const { path, query, host, headers } = request
  // The path of a request in origin-form has no authority, and a Host no `@`.
  const isPlain = path.startsWith('/') && !(host?.includes('@') ?? false) && headers === undefined
  if (isPlain && (query === undefined || !SUSPECT.test(query)))
    return hasShortTexts(request, bytesMax) ? request : cutTexts(request, bytesMax)
  return {
    ...cutTexts(request, bytesMax),
    path: cut(path.replace(URL_USERINFO, `$1${REDACTED}:${REDACTED}@`), bytesMax),
    ...(query !== undefined && { query: cut(redactQuery(query), bytesMax) }),
    ...(host !== undefined && { host: cut(host.slice(host.lastIndexOf('@') + 1), bytesMax) }),
    ...(headers && { headers: cutHeaders(headers, bytesMax) }),
  }
}

function redactResponse(response: ResponseRecord, bytesMax: number): ResponseRecord {
  if (response.headers !== undefined)
    return { ...cutTexts(response, bytesMax), headers: cutHeaders(response.headers, bytesMax) }
  return isShort(response.reason, bytesMax) ? response : cutTexts(response, bytesMax)
}

/** Fields that are a secret whoever asks for them, by name or by a word in it. */
const SECRET_FIELD = /^(?:proxy-)?authorization$|cookie|token|secret|password|api-?key|credential|signature/

function cutHeaders(headers: CapturedHeaders, bytesMax: number): CapturedHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [
      name,
      values.map((value) => (SECRET_FIELD.test(name) ? REDACTED : cut(redactUrl(value), bytesMax))),
    ]),
  )
}

/** Referer, Location and their like say what a request line does; after a `#` stands what OAuth hands to a page. */
function redactUrl(value: string): string {
  const [before = '', ...rest] = value.split(/(?=[?#])/)
  const parts = rest.map((part) => part.slice(0, 1) + redactQuery(part.slice(1)))
  return [before.replace(URL_USERINFO, `$1${REDACTED}:${REDACTED}@`), ...parts].join('')
}

/** Says what `cutTexts` would find, without a look at each property by its name. */
function hasShortTexts(request: RequestRecord, bytesMax: number): boolean {
  const { method, path, query, host, scheme, httpVersion, userAgent, route } = request
  return (
    isShort(method, bytesMax) &&
    isShort(path, bytesMax) &&
    isShort(query, bytesMax) &&
    isShort(host, bytesMax) &&
    isShort(scheme, bytesMax) &&
    isShort(httpVersion, bytesMax) &&
    isShort(userAgent, bytesMax) &&
    isShort(route, bytesMax)
  )
}

/** UTF-8 takes at most three bytes for one UTF-16 unit. */
function isShort(text: string | undefined, bytesMax: number): boolean {
  return text === undefined || text.length * 3 <= bytesMax
}

/** Cuts the texts that stand directly in a record; the record itself when there was nothing to cut. */
function cutTexts<Value extends object>(record: Value, bytesMax: number): Value {
  let changed = record
  for (const name in record) {
    const value = record[name]
    if (typeof value === 'string' && !isShort(value, bytesMax)) changed = { ...changed, [name]: cut(value, bytesMax) }
  }
  return changed
}

/** `user[password]` and `user.password` name a secret as well; a key may be percent-encoded to look like another. */
function isSecretKey(key: string): boolean {
  if (PLAIN_KEY.test(key)) return SECRET_KEYS.has(key)
  return decoded(key)
    .split(/[[\].]/)
    .some((part) => SECRET_KEYS.has(comparable(part)))
}

function decoded(key: string): string {
  return key.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function comparable(key: string): string {
  return key.toLowerCase().replace(/[-_+\s]/g, '')
}
