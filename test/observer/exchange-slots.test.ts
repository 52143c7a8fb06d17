import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExchangeSlots } from '../../src/observer/exchange-slots.ts'
import { Ring } from '../../src/observer/ring.ts'
import type { Observed } from '../../src/observer/stats.ts'
import { exchangeOf } from '../support/observed.ts'
import { usualExchange, wholeExchange } from '../support/whole-exchange.ts'

const resource = { free_memory: 1, total_memory: 2, cpus: 2 }

test('what a ring keeps is what was pushed, however strange it is and whatever stood in its slot before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.oneof(usualExchange, wholeExchange), { maxLength: 20 }),
      (capacity, exchanges) => {
        const ring = new Ring<Observed>(capacity, new ExchangeSlots())
        const pushed = exchanges.map((exchange, at) => ({ exchange, resource: at % 2 === 0 ? undefined : resource }))
        for (const observed of pushed) ring.push(observed)
        // Its objects have no prototype, which is nothing to keep.
        expect(structuredClone(ring.latest())).toStrictEqual(structuredClone(pushed.slice(-capacity)))
      },
    ),
  )
})

test('what the observer added is kept', () => {
  const exchange = exchangeOf(1, { resources: { scope: 'app', windowMs: 5 }, request: { ...REQUEST, route: '/{a}' } })
  const slots = new ExchangeSlots()
  slots.put(0, { exchange, resource })
  expect(slots.get(0)).toStrictEqual({ exchange, resource })
})

const REQUEST = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 }

test('it grows with what is put', () => {
  const slots = new ExchangeSlots()
  for (let slot = 0; slot < 2_000; slot++) slots.put(slot, { exchange: exchangeOf(slot), resource: undefined })
  expect(Array.from({ length: 2_000 }, (_, slot) => slots.get(slot).exchange.id)).toEqual(
    Array.from({ length: 2_000 }, (_, id) => id),
  )
})
