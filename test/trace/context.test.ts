import { randomFillSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { createTracer } from '../../src/trace/context.ts'
import { createIds } from '../../src/trace/ids.ts'
import { createSampler } from '../../src/trace/sampler.ts'

const tracer = createTracer({ ids: createIds(randomFillSync), sampler: createSampler('parentbased_always_on', 1) })
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a new trace begins, sampled and random, and the app is told', () => {
  const { trace, headers } = tracer([])
  expect(trace).toMatchObject({ sampled: true, random: true })
  expect(trace.parentSpanId).toBeUndefined()
  expect(headers.map(({ line }) => line)).toEqual([`traceparent: 00-${trace.traceId}-${trace.spanId}-03`])
})

test('the caller’s trace goes on with a span of our own; tracestate goes with it', () => {
  const { trace, headers } = tracer([
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
  expect(headers.map(({ line }) => line)).toEqual([
    `traceparent: 00-${trace.traceId}-${trace.spanId}-01`,
    'tracestate: a=1,b=2',
  ])
})

test('what the caller did not sample is not sampled, and still passed on', () => {
  const { trace, headers } = tracer([field('traceparent', PARENT.replace(/01$/, '00'))])
  expect(trace.sampled).toBe(false)
  expect(headers[0]?.value).toMatch(/-00$/)
})

test('an invalid traceparent begins a new trace and drops tracestate', () => {
  const { trace, headers } = tracer([field('traceparent', 'nope'), field('tracestate', 'a=1')])
  expect(trace.parentSpanId).toBeUndefined()
  expect(headers).toHaveLength(1)
})
