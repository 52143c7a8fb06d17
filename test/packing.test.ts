import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Packer } from '../src/packing.ts'
import { pack, unpacked } from './support/packed.ts'
import { usualExchange, wholeExchange } from './support/whole-exchange.ts'

test('what was packed comes out of the other thread equal, and nothing else with it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(usualExchange, wholeExchange), { maxLength: 8 }), (exchanges) => {
      // Twice in a row: texts that are the same again travel only once.
      const twice = [...exchanges, ...exchanges, ...exchanges.slice(-1), ...exchanges.slice(-1)]
      // Names from a client (`__proto__` among them) must come out as they went in, too.
      expect(unpacked(structuredClone(pack(twice)))).toStrictEqual(structuredClone(twice))
    }),
  )
})

test('a text that is the same as before is sent once; ids, which are not, are not compared', () => {
  const [one] = fc.sample(wholeExchange, 1)
  if (one === undefined) throw new Error('no exchange was made')
  const { traceId, spanId } = one.trace
  expect(pack([one, one]).texts).toEqual([...pack([one]).texts, traceId, spanId])
})

test('one batch after the other, full or not, each has its own exchanges', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.oneof(usualExchange, wholeExchange), { maxLength: 4 })), (batches) => {
      const packer = new Packer(4)
      for (const exchanges of batches) {
        const packed = structuredClone(pack(exchanges, packer))
        expect(packed.numbers.buffer.byteLength).toBe(packed.numbers.byteLength)
        expect(packer.count).toBe(0)
        expect(unpacked(packed)).toStrictEqual(structuredClone(exchanges))
      }
    }),
  )
})
