import { SeverityNumber } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import { expect, test } from 'vitest'
import { toLogRecord } from '../../otel/logs.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'
import { exchangeOf } from '../support/observed.ts'

const OWNER = {
  methods: new Set(KNOWN_METHODS),
  appInstrumented: false,
  resource: emptyResource(),
  scope: { name: 'podspan', version: '1' },
}
const request = { method: 'GET', path: '/users', query: 'q=1', scheme: 'http', httpVersion: '1.1', bytes: 0 }
const response = { status: 200, reason: 'OK', bytes: 2 }

test('a record says what was asked and answered, when it ended, and which span it belongs to', () => {
  const exchange = exchangeOf(1, { request, response, startedAtMs: 1_000, durationMs: 12.4 })
  const record = toLogRecord(exchange, OWNER)
  expect(record).toMatchObject({
    body: 'GET /users 200 12ms',
    eventName: 'podspan.access',
    severityNumber: SeverityNumber.INFO,
    spanContext: { traceId: exchange.trace.traceId, spanId: exchange.trace.spanId, traceFlags: 1 },
    hrTime: [1, 12_400_000],
    attributes: { 'url.path': '/users', 'http.response.status_code': 200, 'podspan.outcome': 'complete' },
  })
})

test.each<[string, Partial<Exchange>, string, string]>([
  ['a 404 is an answer', { response: { ...response, status: 404 } }, 'INFO', 'GET /users 404 0ms'],
  ['a 500 is an error', { response: { ...response, status: 500 } }, 'ERROR', 'GET /users 500 0ms'],
  ['a client that left', { outcome: 'client-aborted', response: undefined }, 'WARN', 'GET /users client-aborted 0ms'],
  [
    'no request',
    { request: undefined, outcome: 'refused-request', response: { ...response, status: 400 } },
    'WARN',
    'no request 400 0ms',
  ],
])('%s', (_name, change, severity, body) => {
  expect(toLogRecord(exchangeOf(1, { request, response, durationMs: 0, ...change }), OWNER)).toMatchObject({
    severityText: severity,
    body,
  })
})
