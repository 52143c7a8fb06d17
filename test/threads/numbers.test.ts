import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNumbers, numbersMemory } from '../../src/threads/numbers.ts'

test('one thread counts from 1', () => {
  const next = createNumbers(numbersMemory(), 'exchange', 0, 1)
  expect([next(), next(), next()]).toEqual([1, 2, 3])
})

test('no two threads give the same number, nor one of them twice, though it is started again', () => {
  const turns = fc.array(fc.record({ thread: fc.nat(3), isNew: fc.boolean() }), { maxLength: 100 })
  fc.assert(
    fc.property(turns, (all) => {
      const memories = Array.from({ length: 4 }, numbersMemory)
      const startOf = (index: number): (() => number) =>
        createNumbers(memories[index] ?? numbersMemory(), 'exchange', index, 4)
      const threads = [0, 1, 2, 3].map(startOf)
      const given = all.map(({ thread, isNew }) => {
        if (isNew) threads[thread] = startOf(thread)
        return threads[thread]?.()
      })
      expect(new Set(given).size).toBe(given.length)
      expect(given.every((number) => Number.isSafeInteger(number) && Number(number) > 0)).toBe(true)
    }),
  )
})

test('exchanges and connections are counted apart', () => {
  const memory = numbersMemory()
  createNumbers(memory, 'exchange', 0, 1)()
  expect(createNumbers(memory, 'connection', 0, 1)()).toBe(1)
})
