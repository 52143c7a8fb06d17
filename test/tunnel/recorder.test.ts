import { expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { createChain } from '../../src/decorators/chain.ts'
import type { Exchange } from '../../src/exchange.ts'
import { field, type RequestHead } from '../../src/http1/message.ts'
import { InflightTable } from '../../src/inflight.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { onlyDestination } from '../../src/tunnel/destination.ts'
import { Flushes } from '../../src/tunnel/flushes.ts'
import { Recorder } from '../../src/tunnel/recorder.ts'

const exchanges: Exchange[] = []
const clock = createClock()
const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, random: true }
const parts = {
  clock,
  limits: DEFAULT_LIMITS,
  inflight: new InflightTable(4),
  sink: (exchange: Exchange) => void exchanges.push(exchange),
  chain: createChain([], { clock, limits: DEFAULT_LIMITS, report: () => {} }),
  kind: 'server' as const,
  destination: onlyDestination(() => () => {}),
  trace: () => ({ trace, lines: '', replaces: new Set<string>() }),
  nextExchangeId: () => 7,
  flushes: new Flushes(clock, { underWay: 0 }),
  nextConnectionId: () => 1,
  record: { trustedHops: 0, capture: { request: [], response: [] } },
  forwarding: [],
  isDraining: () => false,
}

function record(target: string): Exchange {
  const fields = [field('Host', 'h'), field('User-Agent', 'ua')]
  const head: RequestHead = {
    method: 'GET',
    target,
    version: '1.1',
    fields,
    endToEnd: fields,
    endToEndLines: '',
    block: '',
    fieldLines: '',
    framing: { kind: 'none' },
    keepAlive: true,
    upgrade: undefined,
    expectContinue: false,
  }
  const connection = { id: 3, peer: { address: '::1', port: 5 }, startedMonotonicMs: clock.monotonicMs() }
  const recorder = new Recorder(parts, connection, trace, head)
  recorder.mark('requestEnd')
  recorder.answered(200, 'OK', [])
  recorder.finish('complete')
  expect(() => recorder.finish('complete')).toThrow('ended twice')
  const exchange = exchanges.at(-1)
  if (exchange === undefined) throw new Error('nothing was recorded')
  return exchange
}

test.each([
  ['/a/b.png?x=1&y', '/a/b.png', 'x=1&y', true],
  ['/v1.2/list', '/v1.2/list', undefined, false],
  ['/?', '/', '', false],
  ['http://h:80/x?y', '/x', 'y', false],
  ['http://h', '/', undefined, false],
  ['*', '*', undefined, false],
])('%s: path %s, query %s, file %s', (target, path, query, isFile) => {
  const exchange = record(target)
  expect(exchange.request).toMatchObject({ path, host: 'h', userAgent: 'ua' })
  expect(exchange.request?.query).toBe(query)
  expect(exchange.isFile).toBe(isFile)
})

test('is placed by the wall clock and measured by the monotonic one', () => {
  const before = Date.now()
  const exchange = record('/')
  expect(Math.abs(exchange.startedAtMs - before)).toBeLessThan(1_000)
  expect(exchange.durationMs).toBeGreaterThanOrEqual(exchange.marks.requestEnd ?? Number.POSITIVE_INFINITY)
  expect(exchange).toMatchObject({ id: 7, connectionId: 3, peer: { address: '::1', port: 5 } })
})

test('long texts are cut before they go anywhere', () => {
  expect(record(`/${'p'.repeat(5_000)}`).request?.path).toHaveLength(DEFAULT_LIMITS.capturedTextBytesMax)
})
