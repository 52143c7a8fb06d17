/** Where telemetry goes: one canary a signal, by the way that telemetry takes, and where one does not arrive, the way looked at. */
import { readFileSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { SignalSettings } from '../config-otlp.ts'
import { acceptedFinding, grpcFinding, statusFinding } from './answer-words.ts'
import { approach, type TlsTexts, type Way } from './approach.ts'
import type { Asking } from './ask.ts'
import type { Backend } from './backend.ts'
import { type Sent, type SignalName, send } from './canaries.ts'
import { type Finding, type Found, failed, ok, warning } from './finding.ts'
import { type Neighbour, neighbourAt } from './neighbour.ts'
import { SAID_CHARS_MAX, withoutSecrets } from './said.ts'
import { inOneLine } from './speech.ts'
import { wayFinding } from './way-words.ts'

const SIGNALS: readonly SignalName[] = ['traces', 'metrics', 'logs']
/** A web page's, or a server's that knows no such path: somebody else may be there. */
const STRANGER = new Set([404, 405])

export async function checkCollectors(config: Config, asking: Asking): Promise<Found> {
  const { telemetry } = config
  const wanted = SIGNALS.filter((signal) => telemetry[signal].enabled)
  if (wanted.length === 0) return { findings: [nowhere(config)] }
  const unread = unreadable(config)
  const canaries = await Promise.all(
    wanted.map(async (signal) => ({ signal, sent: await send(signal, telemetry[signal], telemetry.resource, asking) })),
  )
  const taken = new Set(
    canaries.filter(({ sent }) => sent !== undefined && isTaken(sent)).map(({ signal }) => originOf(telemetry[signal])),
  )
  const findings = await Promise.all(
    canaries.map(async ({ signal, sent }) => {
      const settings = telemetry[signal]
      if (sent === undefined) return failed(signal, 'OpenTelemetry could not be loaded: this podspan has no otel/')
      const takesOthers = taken.has(originOf(settings))
      return judge(await lookCloser({ signal, settings, sent: muted(sent, settings), takesOthers }, asking))
    }),
  )
  return { findings: [...unread, ...together(findings)], told: canaries.flatMap(({ sent }) => sent?.told ?? []) }
}

function nowhere({ telemetry, dump }: Config): Finding {
  const isOff = telemetry.traces.endpoint !== undefined
  const why = isOff
    ? 'an OTLP endpoint is set, and switched off (OTEL_SDK_DISABLED, OTEL_..._EXPORTER)'
    : 'no OTLP endpoint is set'
  const advice = 'OTEL_EXPORTER_OTLP_ENDPOINT=http://HOST:4318 sends traces and metrics to a collector'
  if (dump.enabled) return ok('collector', `${why}: what passes is dumped on stdout (${dump.format})`, advice)
  return warning('collector', `${why}, and there is no dump: only the admin port tells what passes`, advice)
}

type Seen = Omit<Backend, 'way' | 'neighbour'>

/** Looks at the way only where there was no answer, and at who is there only where it was nobody who takes OTLP. */
async function lookCloser(seen: Seen, asking: Asking): Promise<Backend> {
  const { settings, sent, takesOthers } = seen
  const url = settings.endpoint ?? ''
  const tls = tlsOf(settings)
  let way: Way | undefined
  let neighbour: Neighbour | undefined
  if (sent.http === undefined && sent.kind === 'failed') way = await approach(url, '/', tls, asking)
  else if (!takesOthers && isStrange(sent)) neighbour = await neighbourAt(url, tls, asking)
  return { ...seen, way, neighbour }
}

function isStrange({ http }: Sent): boolean {
  if (http === undefined) return false
  return STRANGER.has(http.status) || (http.status >= 300 && http.status <= 399) || http.contentType.includes('html')
}

function isTaken({ kind, http }: Sent): boolean {
  return kind === 'accepted' && http?.contentType.includes('html') !== true
}

function judge(backend: Backend): Finding {
  const { sent, way } = backend
  if (sent.kind === 'accepted') return acceptedFinding(backend)
  if (sent.http !== undefined) return statusFinding(backend, sent.http)
  return grpcFinding(backend) ?? (way === undefined ? failed(backend.signal, sent.reason) : wayFinding(backend, way))
}

/** What is wrong for several signals alike is said once; what is well is told of each. */
function together(findings: readonly Finding[]): Finding[] {
  const alike = Map.groupBy(findings, ({ about, mark, found, advice }) =>
    mark === 'ok' ? about : JSON.stringify([mark, found, advice.map(general)]),
  )
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length === 1) return group
    return [{ ...first, about: group.map(({ about }) => about).join(', '), advice: first.advice.map(general) }]
  })
}

/** Of all signals, in place of one's own variable. */
function general(advice: string): string {
  return advice.replace(/OTEL_EXPORTER_OTLP_(?:TRACES|METRICS|LOGS)_/g, 'OTEL_EXPORTER_OTLP_')
}

function originOf({ endpoint = '' }: SignalSettings): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : ''
}

/** A backend may say back what it was told in secret. */
function muted(sent: Sent, { headers = {}, endpoint = '' }: SignalSettings): Sent {
  const { username, password, searchParams } = new URL(endpoint)
  const secrets = [...Object.values(headers), username, password, ...searchParams.values()]
  const mute = (text: string): string => withoutSecrets(text, secrets)
  const { http } = sent
  if (http === undefined) return { ...sent, reason: mute(sent.reason) }
  const [contentType, text] = [mute(http.contentType), inOneLine(mute(http.text), SAID_CHARS_MAX)]
  const [location, retryAfter] = [http.location, http.retryAfter].map((said) => said && mute(said))
  return { ...sent, reason: mute(sent.reason), http: { ...http, contentType, text, location, retryAfter } }
}

function tlsOf({ tls = {} }: SignalSettings): TlsTexts {
  return Object.fromEntries(Object.entries(tls).flatMap(([name, path]) => textAt(name, path)))
}

function textAt(name: string, path: string): [string, Buffer][] {
  try {
    return [[name, readFileSync(path)]]
  } catch {
    return []
  }
}

/** Files for TLS that are named and cannot be read; each is told once. */
function unreadable({ telemetry }: Config): Finding[] {
  const named = SIGNALS.flatMap((signal) => Object.values(telemetry[signal].tls ?? {}))
  return [...new Set(named)].flatMap((path) => {
    try {
      readFileSync(path)
      return []
    } catch (error) {
      return [
        failed(
          'certificates',
          `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
          'mount it, and let this user read it',
        ),
      ]
    }
  })
}
