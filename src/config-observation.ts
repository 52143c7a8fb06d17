/** What is seen in the traffic and how its traces go on: sampling, propagation, trusted proxies, routes, headers. Pure. */
import type { Problem, Reader } from './config-reader.ts'

export type Propagator = 'tracecontext' | 'b3' | 'b3multi'

export interface ObservationSettings {
  /** In the order in which they are asked for the caller's context. */
  readonly propagators: readonly Propagator[]
  /** The caller's context is not believed: a new trace with a link to it. */
  readonly distrust: boolean
  /** By path, first match wins; before the sampler. */
  readonly samplingRules: readonly { readonly path: string; readonly ratio: number }[]
  /** The app makes spans of its own. */
  readonly appInstrumented: boolean
  /** Proxies in front of us whose Forwarded and X-Forwarded-* are believed. */
  readonly trustedHops: number
  /** Templates such as `/users/{id}`. */
  readonly routes: readonly string[]
  /** An OpenAPI file whose paths are routes too. */
  readonly openapi: string | undefined
  /** Lower-case names of fields that are kept. */
  readonly capture: { readonly request: readonly string[]; readonly response: readonly string[] }
  /** Methods that are labels; any other is `_OTHER`, or the label would be the client's to choose. */
  readonly knownMethods: readonly string[]
}

/** RFC 9110 §9, RFC 5789 and QUERY, as the semantic conventions list them. */
export const KNOWN_METHODS: readonly string[] = [
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]
const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi', 'none'] as const
const HOPS_MAX = 16
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const TEMPLATE = /^\/[!-~]*$/

export function readObservation(settings: Reader, otel: Reader, problems: Problem[]): ObservationSettings {
  const known = otel.list('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS')
  return {
    propagators: readPropagators(otel),
    distrust: settings.boolean('PODSPAN_DISTRUST') ?? false,
    samplingRules: settings.list('PODSPAN_SAMPLING').flatMap((rule) => readRule(rule, problems)),
    appInstrumented: settings.boolean('PODSPAN_APP_INSTRUMENTED') ?? false,
    trustedHops: settings.integer('PODSPAN_TRUSTED_HOPS', 0, HOPS_MAX) ?? 0,
    routes: checked(settings, 'PODSPAN_ROUTES', TEMPLATE, 'templates such as /users/{id}, /files/{path...}', problems),
    openapi: settings.text('PODSPAN_OPENAPI'),
    capture: {
      request: readNames(otel, 'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS', problems),
      response: readNames(otel, 'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS', problems),
    },
    knownMethods: known.length === 0 ? KNOWN_METHODS : known,
  }
}

/** Baggage passes untouched whether it is named or not; `none` leaves every field to the app. */
function readPropagators(otel: Reader): Propagator[] {
  const named = otel.someOf('OTEL_PROPAGATORS', PROPAGATORS)
  if (named.length === 0) return ['tracecontext']
  return named.filter((name) => name !== 'baggage' && name !== 'none')
}

function readRule(rule: string, problems: Problem[]): ObservationSettings['samplingRules'] {
  const at = rule.lastIndexOf('=')
  const path = rule.slice(0, at)
  const text = rule.slice(at + 1)
  const ratio = text === '' ? Number.NaN : Number(text)
  if (at > 0 && path.startsWith('/') && ratio >= 0 && ratio <= 1) return [{ path, ratio }]
  const message = `${JSON.stringify(rule.slice(0, 80))} is not understood`
  problems.push({ name: '--sampling', message, allowed: 'PATH=RATIO such as /healthz=0 or /static/*=0.01' })
  return []
}

function readNames(reader: Reader, variable: string, problems: Problem[]): readonly string[] {
  const found = checked(reader, variable, FIELD_NAME, 'names of header fields', problems, (name) => name.toLowerCase())
  return [...new Set(found)]
}

function checked(
  reader: Reader,
  variable: string,
  grammar: RegExp,
  allowed: string,
  problems: Problem[],
  normal: (item: string) => string = (item) => item,
): readonly string[] {
  const items = reader.list(variable).map(normal)
  const wrong = items.find((item) => !grammar.test(item))
  if (wrong !== undefined) {
    problems.push({ name: variable, message: `${JSON.stringify(wrong.slice(0, 80))} is not understood`, allowed })
  }
  return items
}
