import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SpanBytes } from '../../otel/span-bytes.ts'
import { type SpanOwner, toSpan } from '../../otel/spans.ts'
import { KNOWN_METHODS } from '../../src/config-observation.ts'
import type { Exchange } from '../../src/exchange.ts'
import { decodeMessage } from '../support/protobuf.ts'
import { wholeExchange } from '../support/whole-exchange.ts'

const OWNER: SpanOwner = {
  methods: new Set(KNOWN_METHODS),
  appInstrumented: false,
  resource: resourceFromAttributes({ 'service.name': 'shop', 'a.number': 3, 'a.list': ['x', 'y'], 'a.flag': true }),
  scope: { name: 'podspan', version: '1.2.3' },
}

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
const traced: fc.Arbitrary<Exchange> = fc
  .tuple(
    wholeExchange,
    hex(32),
    hex(16),
    fc.double({ min: 0, max: 4e12, noNaN: true }),
    fc.double({ min: 0, max: 1e9 }),
    // Added by the observer, so no thread ever packs it.
    fc.option(
      fc.record({
        scope: fc.constant('app' as const),
        windowMs: fc.nat(),
        cpuThrottledMs: fc.nat(),
        openFds: fc.nat(),
      }),
    ),
  )
  .map(([exchange, traceId, spanId, startedAtMs, durationMs, resources]) => ({
    ...exchange,
    ...(resources && { resources }),
    startedAtMs,
    durationMs: Number.isNaN(durationMs) ? 0 : durationMs,
    trace: {
      ...exchange.trace,
      traceId,
      spanId,
      ...(exchange.trace.parentSpanId === undefined ? {} : { parentSpanId: spanId }),
      ...(exchange.trace.link === undefined ? {} : { link: { traceId, spanId } }),
    },
  }))

/** As a reader sees it: what is absent and what is its default are the same, and 1 is 1.0. */
function read(request: Uint8Array): unknown {
  return JSON.parse(JSON.stringify(decodeMessage(request), (key, value) => (key === 'double' ? Number(value) : value)))
}

test.each([false, true])('says what the SDK says, app instrumented: %s', (appInstrumented) => {
  const owner = { ...OWNER, appInstrumented }
  const bytes = new SpanBytes(owner)
  fc.assert(
    fc.property(fc.array(traced, { minLength: 1, maxLength: 4 }), (exchanges) => {
      for (const exchange of exchanges) bytes.add(exchange)
      const ours = bytes.request()
      const theirs = ProtobufTraceSerializer.serializeRequest(exchanges.map((exchange) => toSpan(exchange, owner)))
      expect(read(ours)).toEqual(read(theirs ?? new Uint8Array()))
    }),
    { numRuns: 300 },
  )
})

test('what repeats is written anew when it changes', () => {
  const bytes = new SpanBytes(OWNER)
  const [one, other] = fc.sample(traced, { numRuns: 2, seed: 7 })
  if (one === undefined || other === undefined) throw new Error('no exchange was made')
  const exchanges = [one, other, one]
  for (const exchange of exchanges) bytes.add(exchange)
  const theirs = ProtobufTraceSerializer.serializeRequest(exchanges.map((exchange) => toSpan(exchange, OWNER)))
  expect(read(bytes.request())).toEqual(read(theirs ?? new Uint8Array()))
})

test('what is taken back leaves no trace, and what follows is written anew', () => {
  fc.assert(
    fc.property(traced, traced, traced, (one, other, another) => {
      const bytes = new SpanBytes(OWNER)
      bytes.add(one)
      bytes.takeBack(bytes.add(other))
      bytes.add(another)
      const without = new SpanBytes(OWNER)
      without.add(one)
      without.add(another)
      expect(read(bytes.request())).toEqual(read(without.request()))
    }),
  )
})

test("a request is the caller's: what is written next stands elsewhere", () => {
  const bytes = new SpanBytes(OWNER)
  const [one, other] = fc.sample(traced, { numRuns: 2, seed: 7 })
  if (one === undefined || other === undefined) throw new Error('no exchange was made')
  bytes.add(one)
  const first = bytes.request()
  const kept = Buffer.from(first)
  bytes.add(other)
  bytes.request()
  expect(kept.equals(first)).toBe(true)
  bytes.add(one)
  expect(kept.equals(bytes.request())).toBe(true)
})
