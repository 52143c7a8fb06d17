/** A backend that answered → whether it took the canary, why not, and what to do. Pure. */

import { type Backend, endpointOf, hostOf, variable } from './backend.ts'
import type { HttpAnswer } from './canaries.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

const LATER = 'podspan keeps what it has and tries again, for five minutes and then from the spool, where there is one'

export function acceptedFinding(backend: Backend): Finding {
  const { signal, settings, sent } = backend
  const { http } = sent
  const where = `${endpointOf(backend)} (${settings.protocol})`
  if (sent.rejected > 0)
    return failed(
      signal,
      `${where} takes the request and rejects the span in it${says(sent.reason)}`,
      "it is the backend's own rule: see its log",
    )
  if (http !== undefined && !isOtlp(http)) return notOtlpFinding(backend, http)
  const ms = `${Math.round(sent.tookMs)} ms`
  // What is empty says that somebody is there who takes this signal, and no more.
  if (signal !== 'traces') return ok(signal, `${where} takes them: an empty request, in ${ms}`)
  return ok(signal, `${where} took a span in ${ms}: "podspan check", trace ${sent.traceId}`)
}

/** No body is no contradiction: some vendors answer 202 and nothing. */
function isOtlp({ isEmpty, contentType, otlpContentType }: HttpAnswer): boolean {
  return isEmpty || contentType.startsWith(otlpContentType)
}

function notOtlpFinding(backend: Backend, { status, contentType, otlpContentType }: HttpAnswer): Finding {
  const { signal } = backend
  const found = `${endpointOf(backend)} answers ${status}, but with ${contentType || 'no type'}, and an OTLP receiver with ${otlpContentType}`
  if (!contentType.includes('html') && backend.neighbour === undefined)
    return warning(signal, found, 'look for the span in the backend')
  return failed(signal, `${found}: whatever is sent there is lost`, ...neighbourAdvice(backend))
}

/** Over HTTP with a status that is no success, or with a page for people. */
export function statusFinding(backend: Backend, http: HttpAnswer): Finding {
  const { signal, settings } = backend
  const { status } = http
  if (status >= 200 && status <= 299) return notOtlpFinding(backend, http)
  const answered = `${endpointOf(backend)} answers ${status}${says(http.text)}`
  if (status === 401 || status === 403) return unauthorizedFinding(backend, answered)
  if (status === 404 || status === 405 || status === 501) return unsupportedFinding(backend, answered)
  if (status === 415) {
    const other = settings.protocol === 'http/json' ? 'http/protobuf' : 'http/json'
    return failed(
      signal,
      `${answered}: it does not take ${settings.protocol}`,
      `${variable(backend, 'PROTOCOL')}=${other}`,
    )
  }
  if (status === 429 || status === 503) {
    const after = http.retryAfter === undefined ? '' : ` (Retry-After: ${http.retryAfter})`
    return warning(signal, `${answered}${after}: it is there, and does not take it now`, LATER)
  }
  if (status === 502 || status === 504)
    return failed(
      signal,
      `${answered}: something in front of the collector does not reach it`,
      'look at the proxy or the gateway there',
      LATER,
    )
  if (status >= 300 && status <= 399)
    return failed(
      signal,
      `${answered} and sends on to ${placeOf(http.location)}, which podspan does not follow`,
      'write that into the endpoint',
      ...neighbourAdvice(backend),
    )
  if (status === 400 && signal !== 'traces')
    return warning(signal, `${answered} to an empty request: it is there; whether it takes ${signal} is not known`)
  return failed(signal, `${answered}: what is sent there is dropped`, "see the backend's own log")
}

/** gRPC's own statuses, by their names; undefined where it is none that tells of an answer. */
export function grpcFinding(backend: Backend): Finding | undefined {
  const { signal, sent } = backend
  const [, name, said = ''] = /^\d+ ([A-Z_]+): (.*)$/s.exec(sent.reason) ?? []
  const answered = `${endpointOf(backend)} answers ${name}${says(said)}`
  if (sent.kind === 'unsupported') return unsupportedFinding(backend, `${endpointOf(backend)} answers UNIMPLEMENTED`)
  if (name === 'UNAUTHENTICATED' || name === 'PERMISSION_DENIED') return unauthorizedFinding(backend, answered)
  if (name === 'RESOURCE_EXHAUSTED') return warning(signal, `${answered}: it is there, and does not take it now`, LATER)
  if (name === undefined || name === 'UNAVAILABLE' || name === 'DEADLINE_EXCEEDED' || name === 'CANCELLED')
    return undefined
  return failed(signal, `${answered}: what is sent there is dropped`, "see the backend's own log")
}

function unauthorizedFinding(backend: Backend, answered: string): Finding {
  const { signal, settings } = backend
  const names = Object.keys(settings.headers ?? {})
  const sent = settings.protocol === 'grpc' ? '' : `; sent now: ${names.length === 0 ? 'none' : names.join(', ')}`
  return failed(
    signal,
    `${answered}: it does not know who asks, or does not allow it`,
    `${variable(backend, 'HEADERS')}, or OTEL_EXPORTER_OTLP_HEADERS, with what it wants: authorization=Bearer%20TOKEN${sent}`,
  )
}

/** Two receivers' ways to say no: a path that is wrong, or a signal that is not taken. */
function unsupportedFinding(backend: Backend, answered: string): Finding {
  const { signal, takesOthers } = backend
  const advice = neighbourAdvice(backend)
  if (takesOthers)
    return warning(
      signal,
      `${answered}: it takes no ${signal}, as Jaeger takes only traces; podspan says so once and sends none`,
      `OTEL_${signal.toUpperCase()}_EXPORTER=none, or ${variable(backend, 'ENDPOINT')} for a backend that does`,
    )
  return failed(
    signal,
    `${answered}: nothing takes OTLP there`,
    ...(advice.length > 0 ? advice : [pathAdvice(backend)]),
  )
}

function pathAdvice(backend: Backend): string {
  const { signal, settings } = backend
  const { pathname } = new URL(settings.endpoint ?? 'http://localhost')
  if (settings.protocol === 'grpc') return 'some gRPC server is there: is it the port of the collector, usually 4317?'
  if (/\/v1\/[a-z]+\/v1\/[a-z]+$/.test(pathname))
    return `OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/${signal} by itself: leave it out there`
  if (!pathname.endsWith(`/v1/${signal}`))
    return `${variable(backend, 'ENDPOINT')} is used as it is: it ends in /v1/${signal} for most`
  return 'a Collector or Jaeger takes OTLP at http://HOST:4318 with nothing behind it'
}

function neighbourAdvice(backend: Backend): string[] {
  const { neighbour, settings, signal } = backend
  const { origin, hostname, protocol } = new URL(settings.endpoint ?? 'http://localhost')
  const host = hostOf(backend)
  if (neighbour?.kind === 'jaeger')
    return [
      `${host} is Jaeger's own page (16686): its OTLP goes to ${protocol}//${hostname}:4318, or with grpc to 4317`,
    ]
  if (neighbour?.kind === 'page') return [`${host} is a web page called ${JSON.stringify(neighbour.title)}`]
  if (neighbour?.kind !== 'prometheus') return []
  if (signal !== 'metrics')
    return [
      `${host} is Prometheus, which takes metrics alone: OTEL_${signal.toUpperCase()}_EXPORTER=none, or another endpoint`,
    ]
  return [
    `${host} is Prometheus: ${variable(backend, 'ENDPOINT')}=${origin}/api/v1/otlp/v1/metrics, and --web.enable-otlp-receiver there`,
  ]
}

/** Without userinfo and query. */
function placeOf(location: string | undefined): string {
  if (location === undefined) return 'nowhere'
  if (!URL.canParse(location)) return location.split('?', 1)[0] ?? ''
  const { origin, pathname } = new URL(location)
  return origin + pathname
}

function says(text: string): string {
  return text === '' ? '' : ` and says ${JSON.stringify(text)}`
}
