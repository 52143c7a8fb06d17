import { randomFillSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Field, field } from '../../src/http1/message.ts'
import { createTracer, type TraceContext, type TracerOptions } from '../../src/trace/context.ts'
import { createIds } from '../../src/trace/ids.ts'
import { createSampler } from '../../src/trace/sampler.ts'
import { createRules } from '../../src/trace/sampling-rules.ts'

function tracerOf(changes: Partial<TracerOptions> = {}): (fields: readonly Field[], target?: string) => TraceContext {
  const tracer = createTracer({
    ids: createIds(randomFillSync),
    sampler: createSampler('parentbased_always_on', 1),
    ruleFor: createRules([]),
    propagators: ['tracecontext'],
    distrust: false,
    appInstrumented: false,
    ...changes,
  })
  return (fields, target = '/') => tracer({ target, fields })
}
const tracer = tracerOf()
const text = (lines: string): string[] => lines.split('\r\n').slice(0, -1)
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a new trace begins, sampled and random, and the app is told', () => {
  const { trace, lines } = tracer([])
  expect(trace).toMatchObject({ sampled: true, random: true })
  expect(trace.parentSpanId).toBeUndefined()
  expect(text(lines)).toEqual([`traceparent: 00-${trace.traceId}-${trace.spanId}-03`])
})

test('the caller’s trace goes on with a span of our own; tracestate goes with it', () => {
  const { trace, lines } = tracer([
    field('Traceparent', PARENT),
    field('TraceState', 'a=1'),
    field('tracestate', 'b=2'),
  ])
  expect(trace).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    random: false,
  })
  expect(trace.spanId).not.toBe('b7ad6b7169203331')
  expect(text(lines)).toEqual([`traceparent: 00-${trace.traceId}-${trace.spanId}-01`, 'tracestate: a=1,b=2'])
})

test('what the caller did not sample is not sampled, and still passed on', () => {
  const { trace, lines } = tracer([field('traceparent', PARENT.replace(/01$/, '00'))])
  expect(trace.sampled).toBe(false)
  expect(lines).toMatch(/-00\r\n$/)
})

test('an invalid traceparent begins a new trace and drops tracestate', () => {
  const { trace, lines } = tracer([field('traceparent', 'nope'), field('tracestate', 'a=1')])
  expect(trace.parentSpanId).toBeUndefined()
  expect(text(lines)).toHaveLength(1)
})

test('a caller who is not believed gets a new trace, linked to the one that was claimed', () => {
  const { trace, lines } = tracerOf({ distrust: true })([
    field('traceparent', PARENT.replace(/01$/, '00')),
    field('tracestate', 'a=1'),
  ])
  expect(trace).toMatchObject({
    sampled: true,
    link: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  })
  expect(trace.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c')
  expect(trace.parentSpanId).toBeUndefined()
  expect(text(lines)).toEqual([`traceparent: 00-${trace.traceId}-${trace.spanId}-03`])
})

test('an app with spans of its own hears of its caller, and of us only when it has none', () => {
  const instrumented = tracerOf({ appInstrumented: true })
  const continued = instrumented([field('traceparent', PARENT)])
  expect(continued.trace.parentSpanId).toBe('b7ad6b7169203331')
  expect([continued.lines, continued.replaces.size]).toEqual(['', 0])
  const begun = instrumented([])
  expect(text(begun.lines)).toEqual([`traceparent: 00-${begun.trace.traceId}-${begun.trace.spanId}-03`])
})

test('health checks are neither traced nor touched', () => {
  const probe = [field('User-Agent', 'kube-probe/1.33'), field('traceparent', PARENT)]
  for (const { trace, lines, replaces } of [tracer(probe, '/'), tracer([], '/healthz?full')]) {
    expect(trace.sampled).toBe(false)
    expect([lines, replaces.size]).toEqual(['', 0])
  }
})

test('B3 is read and written where it is named, and left alone where it is not', () => {
  const b3 = [field('b3', '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1')]
  expect(tracer(b3).trace.parentSpanId).toBeUndefined()
  const single = tracerOf({ propagators: ['b3'] })(b3)
  expect(single.trace.parentSpanId).toBe('b7ad6b7169203331')
  expect(text(single.lines)).toEqual([`b3: ${single.trace.traceId}-${single.trace.spanId}-1`])
  expect(single.replaces.has('x-b3-traceid')).toBe(true)
  const both = tracerOf({ propagators: ['tracecontext', 'b3multi'] })(b3)
  expect(text(both.lines)).toEqual([
    `traceparent: 00-${both.trace.traceId}-${both.trace.spanId}-01`,
    `X-B3-TraceId: ${both.trace.traceId}`,
    `X-B3-SpanId: ${both.trace.spanId}`,
    'X-B3-Sampled: 1',
  ])
})

test('no propagator: every trace is new and no field is written', () => {
  const { trace, lines, replaces } = tracerOf({ propagators: [] })([field('traceparent', PARENT)])
  expect(trace.parentSpanId).toBeUndefined()
  expect([lines, replaces.size]).toEqual(['', 0])
})

test('a ratio that let a trace pass is told as ot=th, and a decision of the caller keeps its own', () => {
  const half = tracerOf({ sampler: createSampler('parentbased_traceidratio', 0.25) })
  const roots = Array.from({ length: 400 }, () => half([]).trace)
  const sampled = roots.filter((trace) => trace.sampled)
  expect(sampled.length).toBeGreaterThan(50)
  expect(sampled.length).toBeLessThan(170)
  for (const trace of roots) expect(trace.state).toBe(trace.sampled ? 'ot=th:c' : undefined)
  const kept = half([field('traceparent', PARENT), field('tracestate', 'a=1,ot=th:8;rv:ff000000000000')])
  expect(kept.trace.state).toBe('a=1,ot=th:8;rv:ff000000000000')
})

test('a rule by path decides in place of the sampler, by rv where the caller gave one', () => {
  const ruled = tracerOf({ ruleFor: createRules([{ path: '/static/*', ratio: 0.5 }]) })
  const ask = (randomness: string) =>
    ruled([field('traceparent', PARENT), field('tracestate', `ot=rv:${randomness}`)], '/static/a.js').trace
  expect(ask('80000000000000')).toMatchObject({ sampled: true, state: 'ot=rv:80000000000000;th:8' })
  expect(ask('7fffffffffffff')).toMatchObject({ sampled: false, state: 'ot=rv:7fffffffffffff' })
})
