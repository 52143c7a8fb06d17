import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exchangeOf, fitsColumns, NUMBERS, numbersOf, TEXTS, textsOf } from '../src/columns.ts'
import type { Exchange } from '../src/exchange.ts'
import { exchangeOf as observed } from './support/observed.ts'
import { usualExchange, wholeExchange } from './support/whole-exchange.ts'

function throughARow(exchange: Exchange): Exchange {
  const numbers = new Float64Array(NUMBERS + 3)
  const texts = new Array<string | undefined>(TEXTS)
  numbersOf(exchange, numbers, 3)
  textsOf(exchange, { put: (column, text) => (texts[column] = text) })
  return exchangeOf(numbers, 3, texts)
}

test('what fits the columns comes out of its row as it was', () => {
  fc.assert(
    fc.property(usualExchange, (exchange) => {
      expect(fitsColumns(exchange)).toBe(true)
      expect(throughARow(exchange)).toStrictEqual(structuredClone(exchange))
    }),
    { numRuns: 500 },
  )
})

test('what does not fit them comes out another', () => {
  fc.assert(
    fc.property(wholeExchange, (exchange) => {
      if (!fitsColumns(exchange)) expect(throughARow(exchange)).not.toStrictEqual(structuredClone(exchange))
    }),
  )
})

const PARTS: readonly Partial<Exchange>[] = [
  { resources: { scope: 'app', windowMs: 1 } },
  { error: { type: 'ECONNRESET', at: 'origin' } },
  { forwarded: {} },
  { decorators: [] },
  { trace: { ...observed(1).trace, link: { traceId: '1', spanId: '2' } } },
  { response: { status: 200, reason: 'OK', bytes: 0, headers: {} } },
]

test.each(PARTS)('there is no column for %o', (part) => {
  expect(fitsColumns(observed(1))).toBe(true)
  expect(fitsColumns({ ...observed(1), ...part })).toBe(false)
})
