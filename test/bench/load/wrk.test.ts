import { expect, test } from 'vitest'
import { parseWrk } from '../../../bench/load/wrk.ts'

test("wrk's own line is read", () => {
  const output = 'Running 2s test\nRESULT 5000 2000000 1500 3\n'
  expect(parseWrk(output)).toEqual({ requests: 5_000, perSecond: 2_500, p50Ms: 1.5, failed: 3 })
})

test('a run without it is no result', () => {
  expect(() => parseWrk('unable to connect')).toThrow('unable to connect')
})
