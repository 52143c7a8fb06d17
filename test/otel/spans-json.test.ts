import { expect, test } from 'vitest'
import { createSpansJson } from '../../otel/spans-json.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import { exchangeOf } from '../support/observed.ts'

const OBSERVATION = { knownMethods: KNOWN_METHODS, appInstrumented: false }

test('is one OTLP/JSON request: the resource, and a span for each exchange', () => {
  const write = createSpansJson({ resource: { 'service.name': 'shop', 'telemetry.distro.version': '1' } }, OBSERVATION)
  const text = write([exchangeOf(1), exchangeOf(2)])
  // The admin API puts such texts together.
  expect(text.startsWith('{"resourceSpans":[')).toBe(true)
  expect(text.endsWith(']}')).toBe(true)
  const [{ resource, scopeSpans }] = JSON.parse(text).resourceSpans
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'shop' } })
  expect(scopeSpans).toMatchObject([{ scope: { name: 'podspan', version: '1' }, spans: [{ kind: 2 }, { kind: 2 }] }])
  expect(scopeSpans[0].spans[0]).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'GET',
    startTimeUnixNano: '1700000000000250000',
  })
})
