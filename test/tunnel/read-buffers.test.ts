import { expect, test } from 'vitest'
import { LARGE_BYTES, ReadBuffers } from '../../src/tunnel/read-buffers.ts'

test('as many as may be, and each again when it was put back', () => {
  const buffers = new ReadBuffers({ readBuffersMax: 2 })
  const [one, two] = [buffers.take(), buffers.take()]
  expect([one?.length, two?.length]).toEqual([LARGE_BYTES, LARGE_BYTES])
  expect(one).not.toBe(two)
  expect(buffers.take()).toBeUndefined()
  if (one !== undefined) buffers.put(one)
  expect(buffers.take()).toBe(one)
  expect(buffers.take()).toBeUndefined()
})

test('one that was lost makes room for another, and never comes back', () => {
  const buffers = new ReadBuffers({ readBuffersMax: 1 })
  const lost = buffers.take()
  buffers.lose()
  expect(buffers.take()).not.toBe(lost)
  expect(buffers.take()).toBeUndefined()
})

test('after a rush, few are kept', () => {
  const buffers = new ReadBuffers({ readBuffersMax: 100 })
  const rush = Array.from({ length: 100 }, () => buffers.take() ?? Buffer.alloc(0))
  for (const buffer of rush) buffers.put(buffer)
  const again = Array.from({ length: 100 }, () => buffers.take())
  expect(again.filter((buffer) => buffer !== undefined && rush.includes(buffer)).length).toBeLessThan(10)
})
