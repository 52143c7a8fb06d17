import { duplexPair } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { Flushes } from '../../src/tunnel/flushes.ts'
import { JOINED_BYTES_MAX } from '../../src/tunnel/gathering.ts'
import type { OriginLink } from '../../src/tunnel/origin-link.ts'
import { Outgoing } from '../../src/tunnel/outgoing.ts'

function outgoing({ originTakes = true, originBytes = 0, underWay = 2 } = {}) {
  const ends: (() => void)[] = []
  const [client, far] = duplexPair()
  far.resume()
  const write = vi.spyOn(client, 'write')
  const congestion = { clientFull: vi.fn(), originFull: vi.fn() }
  const origin = { bytes: originBytes, flush: vi.fn(() => originTakes) } as unknown as OriginLink
  const flushes = new Flushes({ afterReading: (callback) => ends.push(callback) }, { underWay })
  return { it: new Outgoing(flushes, client, origin, congestion), ends, write, congestion, origin }
}

test('both directions are written once, at the end of the turn of the event loop', () => {
  const { it, ends, write, origin } = outgoing()
  it.toClient.add('answer')
  it.soon()
  it.soon()
  expect([write.mock.calls.length, ends.length]).toEqual([0, 1])
  ends[0]?.()
  expect(write).toHaveBeenCalledTimes(1)
  expect(origin.flush).toHaveBeenCalledTimes(1)
})

test.each([0, 1])('with nobody else under way (%s) nothing is held back', (underWay) => {
  const { it, ends, write, origin } = outgoing({ underWay })
  it.toClient.add('answer')
  it.soon()
  expect(write).toHaveBeenCalledTimes(1)
  expect(origin.flush).toHaveBeenCalledTimes(1)
  expect(ends).toEqual([])
})

test('much is written at once, and a client that takes no more is told of', () => {
  const { it, write, congestion } = outgoing()
  it.toClient.add(Buffer.alloc(100_000))
  it.soon()
  expect(write).toHaveBeenCalledTimes(1)
  expect(congestion.clientFull).toHaveBeenCalledTimes(1)
})

test('an app that takes no more is told of', () => {
  const { it, ends, congestion } = outgoing({ originTakes: false })
  it.soon()
  ends[0]?.()
  expect(congestion.originFull).toHaveBeenCalledTimes(1)
})

test('much for the app is written at once, too', () => {
  const { it, congestion } = outgoing({ originTakes: false, originBytes: 100_000 })
  it.soon()
  expect(congestion.originFull).toHaveBeenCalledTimes(1)
})

test('what is left for the client can be written before its end', () => {
  const { it, write } = outgoing()
  it.toClient.add(Buffer.alloc(JOINED_BYTES_MAX))
  it.lastToClient()
  expect(write).toHaveBeenCalledTimes(1)
})
