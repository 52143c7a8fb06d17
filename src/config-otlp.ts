/**
 * The OTEL_EXPORTER_OTLP_* variables of one signal → how it is delivered. Pure: certificates stay paths here. Values of
 * headers are secrets: nothing that is said here contains one.
 */
import type { Environment, Problem, Reader } from './config-reader.ts'

export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc'

export interface SignalSettings {
  readonly enabled: boolean
  readonly protocol: OtlpProtocol
  readonly endpoint?: string
  /** Over HTTP alone, like all that follows but the timeout: the gRPC client reads the variables itself. */
  readonly headers?: Readonly<Record<string, string>>
  readonly gzip?: boolean
  /** Paths of PEM files. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly timeoutMs?: number
}

const PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc']
/** The specification: a signal's own variable goes before the general one. */
const PREFIX = 'OTEL_EXPORTER_OTLP_'
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** What node:http sends: a line break would begin another field. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Said by the request itself; a second voice would break its framing. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'content-type', 'content-encoding', 'transfer-encoding'])

export function readSignal(
  reader: Reader,
  signal: 'TRACES' | 'METRICS' | 'LOGS',
  path: string,
  notes: string[],
): Omit<SignalSettings, 'enabled'> {
  const names = [`${PREFIX}${signal}_`, PREFIX]
  const first = <Value>(read: (key: string) => Value | undefined, name: string): Value | undefined =>
    read(`${names[0]}${name}`) ?? read(`${names[1]}${name}`)
  const protocol = first((key) => reader.oneOf(key, PROTOCOLS), 'PROTOCOL') ?? 'http/protobuf'
  const own = reader.url(`${PREFIX}${signal}_ENDPOINT`)?.trim()
  const base = reader.url(`${PREFIX}ENDPOINT`)?.trim()
  // The specification: a signal's own endpoint is used as it is, the general one gets the signal's path.
  const general = base !== undefined && protocol !== 'grpc' ? base.replace(/\/$/, '') + path : base
  const headers = Object.assign({}, ...names.toReversed().map((name) => readHeaders(reader, `${name}HEADERS`, notes)))
  const compression = first((key) => reader.oneOf(key, ['gzip', 'none']), 'COMPRESSION')
  const tls = definedOnly({
    ca: first((key) => reader.text(key), 'CERTIFICATE'),
    cert: first((key) => reader.text(key), 'CLIENT_CERTIFICATE'),
    key: first((key) => reader.text(key), 'CLIENT_KEY'),
  })
  return {
    protocol,
    ...definedOnly({
      endpoint: own ?? general,
      headers: Object.keys(headers).length === 0 ? undefined : headers,
      gzip: compression === 'gzip' ? true : undefined,
      tls: Object.keys(tls).length === 0 ? undefined : tls,
      timeoutMs: first((key) => reader.integer(key, 1, 3_600_000), 'TIMEOUT'),
    }),
  }
}

/** `name=value` pairs, percent-encoded (W3C Baggage); a bad pair is left out and said by its place, for it may hold a secret. */
function readHeaders(reader: Reader, key: string, notes: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  const pairs = (reader.text(key) ?? '').split(',')
  for (const [index, pair] of pairs.entries()) {
    if (pair.trim() === '') continue
    const header = parsePair(pair)
    if (header === undefined) notes.push(`${key}: left out pair ${index + 1} of ${pairs.length}, it is no header`)
    else headers[header.name] = header.value
  }
  return headers
}

function parsePair(pair: string): { readonly name: string; readonly value: string } | undefined {
  const at = pair.indexOf('=')
  const name = decoded(pair.slice(0, Math.max(at, 0)))?.toLowerCase() ?? ''
  const value = decoded(pair.slice(at + 1))
  if (!TOKEN.test(name) || OURS.has(name) || value === undefined || !FIELD_VALUE.test(value)) return undefined
  return { name, value }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}

/** exactOptionalPropertyTypes: an absent member is not one that is undefined. */
function definedOnly<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const defined = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}

interface Door {
  readonly host: string
  readonly port: number
}

/** Telemetry that is sent to a door of podspan's own would be traced, and its spans sent there again. */
export function loopProblems(signals: readonly SignalSettings[], doors: readonly (Door | undefined)[]): Problem[] {
  const isOwn = ({ enabled, endpoint }: SignalSettings): boolean => enabled && leadsTo(doors, endpoint)
  if (!signals.some(isOwn)) return []
  return [
    {
      name: `${PREFIX}ENDPOINT`,
      message: "is podspan's own address: its telemetry would come back to it for ever",
      allowed: 'the address of a collector, such as http://localhost:4318',
    },
  ]
}

/** The same of what `--push` posts; the admin port, for one, only tells. */
export function pushLoopProblems(push: string | undefined, doors: readonly (Door | undefined)[]): Problem[] {
  if (!leadsTo(doors, push)) return []
  return [
    {
      name: '--push',
      message: "is podspan's own address: it would post to itself for ever",
      allowed: 'the URL of a dashboard of yours, such as http://dashboard:3000/podspan',
    },
  ]
}

function leadsTo(doors: readonly (Door | undefined)[], url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  return doors.some((door) => door?.port === number && (isLocal(host) || host === door.host))
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || LOCAL.has(host)
}
/** 0.0.0.0 and :: reach this machine too. */
const LOCAL: ReadonlySet<string> = new Set(['::1', '0.0.0.0', '::'])

/** The folder that keeps what could not be delivered. */
export function readSpool(env: Environment): { readonly spool?: string } {
  const folder = env.PODSPAN_SPOOL?.trim() ?? ''
  return folder === '' ? {} : { spool: folder }
}
