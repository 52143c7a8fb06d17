import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ring } from '../../src/observer/ring.ts'

test('holds exactly the newest, in order, and gives the oldest for each new one, whatever the capacity and however much was pushed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer(), { maxLength: 70 }), (capacity, pushed) => {
      const ring = new Ring<number>(capacity)
      for (const [index, item] of pushed.entries()) {
        expect(ring.leaving).toBe(pushed[index - capacity])
        ring.push(item)
        expect(ring.latest()).toEqual(pushed.slice(0, index + 1).slice(-capacity))
      }
      expect(ring.size).toBe(Math.min(capacity, pushed.length))
      expect(ring.pushed).toBe(pushed.length)
      for (const [number, item] of pushed.entries())
        expect(ring.numbered(number)).toBe(number < pushed.length - capacity ? undefined : item)
      expect([ring.numbered(-1), ring.numbered(pushed.length)]).toEqual([undefined, undefined])
    }),
  )
})

test.each([
  { count: 0, found: [] },
  { count: 1, found: [5] },
  { count: 2, found: [4, 5] },
  { count: 9, found: [3, 4, 5] },
])('the newest $count of three', ({ count, found }) => {
  const ring = new Ring<number>(3)
  for (const item of [1, 2, 3, 4, 5]) ring.push(item)
  expect(ring.latest(count)).toEqual(found)
})
