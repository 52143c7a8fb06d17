import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTracestate } from '../../src/trace/tracestate.ts'

test.each<[string, string[], string | undefined]>([
  ['one', ['a=1'], 'a=1'],
  ['white space', [' a=1 ,\tb=2'], 'a=1,b=2'],
  ['lines joined in order', ['a=1', 'b=2'], 'a=1,b=2'],
  ['empty members', ['a=1,,b=2,'], 'a=1,b=2'],
  ['duplicate keys', ['a=1,a=2'], 'a=1'],
  ['key of many kinds', ['0a_-*/@b=1'], '0a_-*/@b=1'],
  ['upper-case key', ['A=1,b=2'], undefined],
  ['no value', ['a'], undefined],
  ['empty value', ['a='], undefined],
  ['equals in a value', ['a=1=2'], undefined],
  ['control in a value', ['a=\x07'], undefined],
  ['key of 257', [`${'k'.repeat(257)}=1`], undefined],
  ['value of 257', [`a=${'v'.repeat(257)}`], undefined],
  ['33 members', [Array.from({ length: 33 }, (_, at) => `k${at}=1`).join(',')], undefined],
  ['none', [], undefined],
])('%s', (_name, values, expected) => {
  expect(parseTracestate(values)).toBe(expected)
})

test('never throws; what it keeps it keeps again', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (values) => {
      const kept = parseTracestate(values)
      if (kept !== undefined) expect(parseTracestate([kept])).toBe(kept)
    }),
  )
})
