import { expect, test } from 'vitest'
import { BodyQueue } from '../../src/tunnel/body-queue.ts'

const bodyOf = (exchangeId: number, length: number) => ({ exchangeId, bytes: new Uint8Array(length) })
const idsOf = (bodies: ReturnType<BodyQueue['post']>) => bodies?.map(({ exchangeId }) => exchangeId)

test('what waits goes once, and nothing is no message', () => {
  const queue = new BodyQueue(10)
  expect(queue.post(0)).toBeUndefined()
  queue.push(bodyOf(1, 4), 0)
  queue.push(bodyOf(2, 4), 0)
  expect(idsOf(queue.post(2))).toEqual([1, 2])
  expect(queue.post(2)).toBeUndefined()
})

test('what waits and what was not yet taken are bounded together, by bytes', () => {
  const queue = new BodyQueue(10)
  queue.push(bodyOf(1, 7), 0)
  queue.post(1)
  queue.push(bodyOf(2, 4), 0)
  queue.push(bodyOf(3, 3), 0)
  expect(idsOf(queue.post(3))).toEqual([3])
  // The first message has been taken, the second not.
  queue.push(bodyOf(4, 8), 2)
  queue.push(bodyOf(5, 7), 2)
  expect(idsOf(queue.post(5))).toEqual([5])
})

test('what was lost makes room, what waits does not', () => {
  const queue = new BodyQueue(10)
  queue.push(bodyOf(1, 5), 0)
  queue.post(1)
  queue.push(bodyOf(2, 5), 0)
  queue.lost()
  queue.push(bodyOf(3, 6), 0)
  queue.push(bodyOf(4, 5), 0)
  expect(idsOf(queue.post(4))).toEqual([2, 4])
})
