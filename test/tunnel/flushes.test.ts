import { expect, test } from 'vitest'
import { Flushes } from '../../src/tunnel/flushes.ts'

test('what became due in one turn of the event loop is flushed at its end, in order, with one callback', () => {
  const callbacks: (() => void)[] = []
  const flushes = new Flushes({ afterReading: (callback) => callbacks.push(callback) }, { underWay: 2 })
  const seen: string[] = []
  const named = (name: string) => ({ flush: () => seen.push(name) })
  flushes.add(named('a'))
  flushes.add(named('b'))
  expect(seen).toEqual([])
  expect(callbacks).toHaveLength(1)
  callbacks[0]?.()
  expect(seen).toEqual(['a', 'b'])
})

test('what becomes due while flushing waits for the next end', () => {
  const callbacks: (() => void)[] = []
  const flushes = new Flushes({ afterReading: (callback) => callbacks.push(callback) }, { underWay: 2 })
  let flushed = 0
  const again = { flush: () => (++flushed === 1 ? flushes.add(again) : undefined) }
  flushes.add(again)
  callbacks.shift()?.()
  expect([flushed, callbacks.length]).toEqual([1, 1])
  callbacks.shift()?.()
  expect([flushed, callbacks.length]).toEqual([2, 0])
})
