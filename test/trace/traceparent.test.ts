import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTraceparent, traceparentLine } from '../../src/trace/traceparent.ts'

const T = '0af7651916cd43dd8448eb211c80319c'
const S = 'b7ad6b7169203331'

test.each([
  ['plain', [`00-${T}-${S}-01`], true],
  ['a later version with more', [`cc-${T}-${S}-01-what`], true],
  ['a later version', [`cc-${T}-${S}-01`], true],
  ['a later version run on', [`cc-${T}-${S}-01.what`], false],
  ['version 00 with more', [`00-${T}-${S}-01-what`], false],
  ['version ff', [`ff-${T}-${S}-01`], false],
  ['upper case', [`00-${T.toUpperCase()}-${S}-01`], false],
  ['zero trace id', [`00-${'0'.repeat(32)}-${S}-01`], false],
  ['zero span id', [`00-${T}-${'0'.repeat(16)}-01`], false],
  ['short', [`00-${T}-${S}-1`], false],
  ['two lines', [`00-${T}-${S}-01`, `00-${T}-${S}-01`], false],
  ['none', [], false],
  ['10 KB', ['0'.repeat(10_000)], false],
])('%s', (_name, values, isValid) => {
  expect(parseTraceparent(values) !== undefined).toBe(isValid)
})

test('flags: sampled and random are kept, the rest is not sent', () => {
  for (const [flags, sent] of [
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
    ['ff', '03'],
  ]) {
    const parent = parseTraceparent([`00-${T}-${S}-${flags}`])
    expect(parent && traceparentLine({ ...parent, spanId: S })).toBe(`traceparent: 00-${T}-${S}-${sent}\r\n`)
  }
})

test('never throws, and what it reads it writes', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseTraceparent([text])))
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length - 1}}[1-9a-f]$`))
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), fc.boolean(), (traceId, spanId, sampled, random) => {
      const read = parseTraceparent([
        traceparentLine({ traceId, spanId, sampled, random }).slice('traceparent: '.length, -2),
      ])
      expect(read).toEqual({ traceId, parentSpanId: spanId, sampled, random })
    }),
  )
})
