import { expect, test } from 'vitest'
import { closeInPeace } from '../../src/tunnel/linger.ts'
import { ManualClock } from '../support/observed.ts'
import { End, settled, wirePair } from '../support/play.ts'

test('the peer sees the end at once, what it still sends is read, and after the time the wire is gone', async () => {
  const clock = new ManualClock()
  const [near, far] = wirePair()
  const peer = new End(far)
  near.write('last words')
  closeInPeace(near, clock, 1_000, false)
  await peer.receives('last words')
  await peer.seesEnd()
  peer.sends('x'.repeat(1_000_000))
  await settled()
  expect(far.writableLength).toBe(0)
  expect(near.destroyed).toBe(false)
  await clock.pass(1_000)
  expect(near.destroyed).toBe(true)
})

test('a peer that has not read everything yet is not hurried: the time begins when all is written', async () => {
  const clock = new ManualClock()
  const [near, far] = wirePair()
  near.write('x'.repeat(1_000_000))
  closeInPeace(near, clock, 1_000, false)
  await clock.pass(60_000)
  expect(near.destroyed).toBe(false)
  const peer = new End(far)
  await peer.receives('x'.repeat(1_000_000))
  await peer.seesEnd()
  await clock.pass(1_000)
  expect(near.destroyed).toBe(true)
})

test('nothing more comes from a silent peer: the wire is closed as soon as all is written', async () => {
  const clock = new ManualClock()
  const [near, far] = wirePair()
  const peer = new End(far)
  near.write('last words')
  await settled()
  closeInPeace(near, clock, 1_000, true)
  expect(near.destroyed).toBe(true)
  await peer.receives('last words')
  await peer.seesEnd()
  expect(clock.timers).toBe(0)
})

test('nor does a silent peer lose what still waits to be written', async () => {
  const clock = new ManualClock()
  const [near, far] = wirePair()
  near.write('x'.repeat(1_000_000))
  closeInPeace(near, clock, 1_000, true)
  const peer = new End(far)
  await peer.receives('x'.repeat(1_000_000))
  await peer.seesEnd()
})

test('cancelled, it leaves no timer behind', async () => {
  const clock = new ManualClock()
  const [near] = wirePair()
  const cancel = closeInPeace(near, clock, 1_000, false)
  await settled()
  cancel()
  expect(clock.timers).toBe(0)
})
