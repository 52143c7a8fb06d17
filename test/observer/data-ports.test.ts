import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DataPorts } from '../../src/observer/data-ports.ts'
import { exchangeOf } from '../support/observed.ts'
import { pack, unpacked } from '../support/packed.ts'

test('what was handed over before the word to stop is taken, though the word came first', () => {
  const taken: [number, number][] = []
  const channels = [new MessageChannel(), new MessageChannel()]
  const ports = new DataPorts(
    createClock(),
    (index, exchanges) => {
      for (const { id } of unpacked(exchanges)) taken.push([index, id])
    },
    channels.map(({ port2 }) => port2),
  )
  channels[0]?.port1.postMessage(pack([exchangeOf(1), exchangeOf(2)]))
  channels[1]?.port1.postMessage(pack([exchangeOf(3)]))
  ports.empty()
  expect(taken).toEqual([
    [0, 1],
    [0, 2],
    [1, 3],
  ])
  for (const { port1 } of channels) port1.close()
})

test('a thread that was started again comes by a new port, and the old one is emptied first', async () => {
  const taken: number[] = []
  const [before, after] = [new MessageChannel(), new MessageChannel()]
  const ports = new DataPorts(createClock(), (_, { count }) => taken.push(count), [before.port2])
  before.port1.postMessage(pack([exchangeOf(1)]))
  before.port1.close()
  ports.open(0, after.port2)
  after.port1.postMessage(pack([exchangeOf(2), exchangeOf(3)]))
  await expect.poll(() => taken).toEqual([1, 2])
  after.port1.close()
})

test('however much is handed over, all else of the thread has its turn between two messages', async () => {
  let taken = 0
  const { port1, port2 } = new MessageChannel()
  new DataPorts(createClock(), () => taken++, [port2])
  for (let message = 0; message < 50; message++) port1.postMessage(pack([exchangeOf(message)]))
  let before = 0
  while (taken < 50) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(taken - before).toBeLessThanOrEqual(1)
    before = taken
  }
  port1.close()
})
