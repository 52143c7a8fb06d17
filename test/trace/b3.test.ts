import { expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { b3Multi, b3Single, parseB3 } from '../../src/trace/b3.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test.each([
  [`${TRACE}-${SPAN}-1`, true],
  [`${TRACE}-${SPAN}-1-00f067aa0ba902b7`, true],
  [`${TRACE}-${SPAN}-d`, true],
  [`${TRACE}-${SPAN}`, true],
  [`${TRACE}-${SPAN}-0`, false],
  [`${TRACE.toUpperCase()}-${SPAN}-0`, false],
])('b3: %s', (value, sampled) => {
  expect(parseB3([field('b3', value)])).toEqual({ traceId: TRACE, parentSpanId: SPAN, sampled, random: false })
})

test.each(['0', '1', 'd', '', `${TRACE}-${SPAN}-2`, `${TRACE}-${'0'.repeat(16)}-1`, `x${TRACE}-${SPAN}-1`, TRACE])(
  'b3: %s names no trace',
  (value) => {
    expect(parseB3([field('b3', value)])).toBeUndefined()
  },
)

test('64-bit ids are made wide; several fields are read when the one is not there', () => {
  const fields = [field('X-B3-TraceId', SPAN), field('X-B3-SpanId', SPAN), field('X-B3-Sampled', '0')]
  expect(parseB3(fields)).toEqual({
    traceId: `${'0'.repeat(16)}${SPAN}`,
    parentSpanId: SPAN,
    sampled: false,
    random: false,
  })
  expect(parseB3([...fields, field('X-B3-Flags', '1')])?.sampled).toBe(true)
  expect(parseB3([field('X-B3-TraceId', TRACE)])).toBeUndefined()
})

test('what is written can be read', () => {
  const context = { traceId: TRACE, spanId: SPAN, sampled: true }
  const read = { traceId: TRACE, parentSpanId: SPAN, sampled: true, random: false }
  expect(parseB3(b3Single(context))).toEqual(read)
  expect(parseB3(b3Multi(context))).toEqual(read)
})
