import { expect, test } from 'vitest'
import { Bodies } from '../../src/observer/bodies.ts'

const bodyOf = (exchangeId: number, length = 4) => ({ exchangeId, bytes: new Uint8Array(length) })
const held = (bodies: Bodies) => [1, 2, 3, 4].filter((id) => bodies.of(id) !== undefined)

test('the oldest go when there is no more room', () => {
  const bodies = new Bodies(10)
  bodies.take([bodyOf(1), bodyOf(2)])
  expect(held(bodies)).toEqual([1, 2])
  bodies.take([bodyOf(3)])
  expect(held(bodies)).toEqual([2, 3])
  bodies.take([bodyOf(4, 10)])
  expect(held(bodies)).toEqual([4])
})

test('one whose exchange is forgotten goes with it, and makes room', () => {
  const bodies = new Bodies(8)
  bodies.take([bodyOf(1), bodyOf(2)])
  bodies.drop(2)
  bodies.drop(2)
  bodies.drop(99)
  bodies.take([bodyOf(3)])
  expect(held(bodies)).toEqual([1, 3])
})
