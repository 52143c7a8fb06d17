import { duplexPair } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { Gathering } from '../../src/tunnel/gathering.ts'

function wire() {
  const [near, far] = duplexPair()
  const received: Buffer[] = []
  far.on('data', (bytes: Buffer) => received.push(bytes))
  return { near, received, text: () => Buffer.concat(received).toString('latin1') }
}

test('a head and a small body are one write, byte for byte', async () => {
  const { near, received, text } = wire()
  const write = vi.spyOn(near, 'write')
  const gathering = new Gathering()
  gathering.add('H\xe9ad\r\n\r\n')
  gathering.add(Buffer.from([0, 255, 10]))
  expect(gathering.bytes).toBe(11)
  expect(write).not.toHaveBeenCalled()
  expect(gathering.flush(near)).toBe(true)
  expect(write).toHaveBeenCalledTimes(1)
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(text()).toBe('H\xe9ad\r\n\r\n\x00\xff\n')
  expect(gathering.bytes).toBe(0)
})

test('a large body is not copied, and the wire says when it has had enough', async () => {
  const { near, text } = wire()
  const write = vi.spyOn(near, 'write')
  const body = Buffer.alloc(100_000, 'x')
  const gathering = new Gathering()
  gathering.add('head')
  gathering.add(body)
  expect(gathering.flush(near)).toBe(false)
  expect(write.mock.calls[1]?.[0]).toBe(body)
  await new Promise((resolve) => near.once('drain', resolve))
  expect(text()).toBe(`head${body}`)
})

test('nothing gathered is nothing written, and what was given up does not leave', () => {
  const { near } = wire()
  const write = vi.spyOn(near, 'write')
  const gathering = new Gathering()
  expect(gathering.flush(near)).toBe(true)
  gathering.add('half a message')
  gathering.clear()
  expect(gathering.flush(near)).toBe(true)
  expect(write).not.toHaveBeenCalled()
})
