import { expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { KNOWN_METHODS } from '../src/config-observation.ts'

const READINGS = { hostname: 'pod', version: '1' }

function read(env: Record<string, string>): ReturnType<typeof readConfig> {
  return readConfig({ target: '8087' }, env, READINGS)
}

function observed(env: Record<string, string>): object {
  const result = read(env)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config.observation
}

test('unless told otherwise: W3C context, believed; no proxies, no routes, no headers', () => {
  expect(observed({})).toEqual({
    propagators: ['tracecontext'],
    distrust: false,
    samplingRules: [],
    appInstrumented: false,
    trustedHops: 0,
    routes: [],
    openapi: undefined,
    capture: { request: [], response: [] },
    knownMethods: KNOWN_METHODS,
  })
})

test.each([
  ['tracecontext,baggage', ['tracecontext']],
  ['b3multi, tracecontext', ['tracecontext', 'b3multi']],
  ['baggage', []],
  ['none', []],
])('OTEL_PROPAGATORS=%s', (value, propagators) => {
  expect(observed({ OTEL_PROPAGATORS: value })).toMatchObject({ propagators })
})

test('everything set', () => {
  const env = {
    PODSPAN_DISTRUST: 'true',
    PODSPAN_APP_INSTRUMENTED: 'true',
    PODSPAN_SAMPLING: '/healthz=1, /static/*=0.01',
    PODSPAN_TRUSTED_HOPS: '2',
    PODSPAN_ROUTES: '/users/{id},/files/{path...}',
    PODSPAN_OPENAPI: 'api.yaml',
    OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'X-Tenant,x-tenant,Accept',
    OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'Content-Type',
    OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: 'GET,PURGE',
  }
  expect(observed(env)).toMatchObject({
    distrust: true,
    appInstrumented: true,
    samplingRules: [
      { path: '/healthz', ratio: 1 },
      { path: '/static/*', ratio: 0.01 },
    ],
    trustedHops: 2,
    routes: ['/users/{id}', '/files/{path...}'],
    openapi: 'api.yaml',
    capture: { request: ['x-tenant', 'accept'], response: ['content-type'] },
    knownMethods: ['GET', 'PURGE'],
  })
})

test.each([
  ['OTEL_PROPAGATORS', 'jaeger'],
  ['PODSPAN_SAMPLING', '/x'],
  ['PODSPAN_SAMPLING', 'x=1'],
  ['PODSPAN_SAMPLING', '/x=2'],
  ['PODSPAN_SAMPLING', '/x='],
  ['PODSPAN_TRUSTED_HOPS', '-1'],
  ['PODSPAN_ROUTES', 'users'],
  ['OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS', 'a b'],
])('%s=%s is a problem', (name, value) => {
  expect(read({ [name]: value })).toMatchObject({ ok: false, problems: [{ allowed: expect.any(String) }] })
})

test('egress takes hosts in place of a target', () => {
  const egress = (env: Record<string, string>, target?: string) =>
    readConfig(target === undefined ? {} : { target }, env, READINGS)
  expect(egress({ PODSPAN_EGRESS: 'API.example.com,*.svc:80' })).toMatchObject({
    ok: true,
    config: { target: { kind: 'named', allow: ['api.example.com', '*.svc:80'] } },
  })
  expect(egress({ PODSPAN_EGRESS: 'api' }, '8087')).toMatchObject({ ok: false, problems: [{ name: '--target' }] })
  expect(egress({ PODSPAN_EGRESS: 'http://api' })).toMatchObject({ ok: false, problems: [{ name: '--egress' }] })
  expect(egress({ PODSPAN_EGRESS: 'api', PODSPAN_OPAQUE: '1' })).toMatchObject({
    ok: false,
    problems: [{ name: '--opaque' }],
  })
})
