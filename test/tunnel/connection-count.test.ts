import { expect, test } from 'vitest'
import { ConnectionCount, countMemory } from '../../src/tunnel/connection-count.ts'

test('the bound is the process’s: every thread sees the connections of all', () => {
  const memory = countMemory(2)
  const [one, other] = [new ConnectionCount(memory, 0), new ConnectionCount(memory, 1)]
  expect([one.enter(), one.enter(), other.enter()]).toEqual([1, 2, 3])
  one.leave()
  expect(other.enter()).toBe(3)
})

test('what a thread had is gone with it', () => {
  const memory = countMemory(2)
  const [one, other] = [new ConnectionCount(memory, 0), new ConnectionCount(memory, 1)]
  one.enter()
  one.enter()
  new ConnectionCount(memory, 0)
  expect(other.enter()).toBe(1)
})
