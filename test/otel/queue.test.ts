import { expect, test } from 'vitest'
import { BoundedQueue } from '../../otel/queue.ts'

test('it is bounded by items and by bytes, and what was taken counts until it is released', () => {
  const queue = new BoundedQueue<number>(3, 100)
  const push = (item: number, bytes = 1): boolean => queue.push({ item, count: 1, bytes })
  expect([push(1), push(2), push(3), push(4)]).toEqual([true, true, true, false])
  expect(queue.take(2).map(({ item }) => item)).toEqual([1, 2])
  expect(queue.size).toBe(1)
  expect(push(5)).toBe(false)
  queue.release(2, 2)
  expect([push(6, 98), push(7, 100)]).toEqual([true, false])
  expect(queue.take(9).map(({ item }) => item)).toEqual([3, 6])
})

test('one that alone is over a bound passes when nothing else is held: a collection of metrics is not divided', () => {
  const queue = new BoundedQueue<number>(3, 100)
  expect(queue.push({ item: 1, count: 9, bytes: 900 })).toBe(true)
  expect(queue.push({ item: 2, count: 1, bytes: 1 })).toBe(false)
})
