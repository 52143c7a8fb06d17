/** Exchanges with any of their parts, as strange as their types allow. */
import fc from 'fast-check'
import type { Exchange } from '../../src/exchange.ts'

const text = fc.string({ unit: 'binary' })
const number = fc.double({ noNaN: true })
const headers = fc.dictionary(text, fc.array(text))
const some = { requiredKeys: [] as [] }

const marks = fc.record(
  {
    originConnected: number,
    requestHeadSent: number,
    requestEnd: number,
    responseHead: number,
    firstByte: number,
    responseEnd: number,
    clientStalled: number,
    own: number,
  },
  some,
)
const request = fc.record(
  {
    method: text,
    path: text,
    scheme: text,
    httpVersion: text,
    bytes: fc.nat(),
    query: text,
    host: text,
    userAgent: text,
    route: text,
    headers,
  },
  { requiredKeys: ['method', 'path', 'scheme', 'httpVersion', 'bytes'] },
)
const response = fc.record(
  { status: fc.nat(), reason: text, bytes: fc.nat(), headers },
  { requiredKeys: ['status', 'reason', 'bytes'] },
)
const trace = fc.record(
  {
    traceId: text,
    spanId: text,
    parentSpanId: text,
    sampled: fc.boolean(),
    random: fc.boolean(),
    state: text,
    link: fc.record({ traceId: text, spanId: text }),
  },
  { requiredKeys: ['traceId', 'spanId', 'sampled', 'random'] },
)
export const wholeExchange: fc.Arbitrary<Exchange> = fc.record(
  {
    id: fc.nat(),
    connectionId: fc.nat(),
    kind: fc.constantFrom('server', 'client'),
    trace,
    startedAtMs: number,
    startedMonotonicMs: number,
    marks,
    durationMs: number,
    peer: fc.record({ address: text, port: fc.nat(65_535) }),
    forwarded: fc.record({ for: text, proto: text, host: text }, some),
    origin: fc.record(
      { address: text, port: fc.nat(65_535), attempt: fc.nat(3) },
      { requiredKeys: ['address', 'attempt'] },
    ),
    request: fc.option(request, { nil: undefined }),
    response: fc.option(response, { nil: undefined }),
    originResponse: fc.record({ status: fc.nat(), bytes: fc.nat() }),
    appSpan: fc.constant(true),
    isFile: fc.boolean(),
    upgrade: fc.record({ protocol: text, bytesIn: fc.nat(), bytesOut: fc.nat() }),
    eventStream: fc.record({ events: fc.nat(), endedBy: fc.constantFrom('client', 'origin') }, some),
    outcome: fc.constantFrom(
      'complete',
      'client-aborted',
      'origin-aborted',
      'origin-unreachable',
      'timed-out',
      'refused-request',
      'refused-response',
    ),
    error: fc.record({ type: text, at: fc.constantFrom('client', 'origin', 'sidecar'), message: text }),
    decorators: fc.array(fc.record({ name: text, did: fc.constantFrom('answered', 'failed') })),
  },
  {
    requiredKeys: [
      'id',
      'connectionId',
      'kind',
      'trace',
      'startedAtMs',
      'startedMonotonicMs',
      'marks',
      'durationMs',
      'peer',
      'request',
      'response',
      'isFile',
      'outcome',
    ],
  },
) as fc.Arbitrary<Exchange>

function without<Value extends object>(value: Value, ...names: readonly string[]): Value {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as Value
}

const RARE = ['forwarded', 'originResponse', 'upgrade', 'eventStream', 'error', 'decorators', 'resources']

/** The same without what few have. */
export const usualExchange: fc.Arbitrary<Exchange> = wholeExchange.map((exchange): Exchange => {
  const { trace, request, response } = exchange
  return {
    ...without(exchange, ...RARE),
    trace: without(trace, 'link'),
    request: request && without(request, 'headers'),
    response: response && without(response, 'headers'),
  }
})
