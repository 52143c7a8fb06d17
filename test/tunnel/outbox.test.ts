import { expect, test } from 'vitest'
import { Ledger } from '../../src/ledger.ts'
import type { PackedExchanges } from '../../src/packing.ts'
import { Outbox } from '../../src/tunnel/outbox.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'
import { unpacked } from '../support/packed.ts'

/** Before a port that keeps what it gets. test/threads/observer-thread.test.ts has a real thread behind it. */
function start(changes: { outboxExchangesMax?: number; batchExchangesMax?: number; bodiesBytesMax?: number } = {}) {
  const clock = new ManualClock()
  const ledger = new Ledger()
  const limits = { outboxExchangesMax: 10, batchExchangesMax: 3, batchMs: 20, bodiesBytesMax: 10, ...changes }
  const outbox = new Outbox({ ledger, clock, limits })
  const batches: number[][] = []
  const bodies: number[][] = []
  const port = {
    postMessage(packed: PackedExchanges) {
      batches.push(unpacked(packed).map(({ id }) => id))
      bodies.push((packed.bodies ?? []).map(({ exchangeId }) => exchangeId))
    },
    close: () => {},
  }
  let id = 0
  const give = (count: number): void => {
    for (let turn = 0; turn < count; turn++) outbox.sink(exchangeOf(++id))
  }
  const giveBody = (length: number): void =>
    outbox.sink(exchangeOf(++id), { exchangeId: id, bytes: new Uint8Array(length) })
  return { clock, ledger, outbox, batches, bodies, port, give, giveBody, books: () => ledger.snapshot().exchange }
}

test('batches go when they are full, and the rest when it has waited long enough', async () => {
  const { clock, outbox, batches, port, give } = start()
  outbox.connect(port, 1)
  give(4)
  expect(batches).toEqual([[1, 2, 3]])
  await clock.pass(20)
  expect(batches).toEqual([[1, 2, 3], [4]])
})

test('what waits goes at once when it is asked to', () => {
  const { outbox, batches, port, give } = start()
  outbox.connect(port, 1)
  give(2)
  outbox.flush()
  expect(batches).toEqual([[1, 2]])
})

test('what waited while nobody was there goes to the first who comes', () => {
  const { outbox, batches, port, give } = start()
  give(4)
  expect(batches).toEqual([])
  outbox.connect(port, 1)
  expect(batches).toEqual([[1, 2, 3], [4]])
})

test('what an observer had not taken is lost with it, and makes room', () => {
  const { outbox, ledger, port, give, books } = start()
  outbox.connect(port, 1)
  give(9)
  ledger.ended('exchange', 'exported', 2)
  outbox.disconnect('observer_died')
  expect(books()).toMatchObject({ created: 9, exported: 2, dropped: { observer_died: 7 }, queued: 0 })
  give(11)
  expect(books()).toMatchObject({ created: 20, dropped: { observer_died: 7, outbox_full: 1 }, queued: 10 })
})

test('one that takes over the books of a thread that died goes on counting where it ended', () => {
  const { outbox, ledger, clock, port, give } = start()
  outbox.connect(port, 1)
  give(6)
  const limits = { outboxExchangesMax: 8, batchExchangesMax: 3, batchMs: 20, bodiesBytesMax: 10 }
  const successor = new Outbox({ ledger, clock, limits })
  for (let id = 7; id <= 9; id++) successor.sink(exchangeOf(id))
  // Six are on their way still: there was room for two.
  expect(ledger.snapshot().exchange).toMatchObject({ created: 9, dropped: { outbox_full: 1 } })
})

test('closed, it takes no more', () => {
  const { outbox, give, books } = start()
  give(2)
  outbox.close()
  give(1)
  expect(books()).toMatchObject({ created: 3, dropped: { shutdown: 3 }, queued: 0 })
})

test('bodies go beside their exchanges, and one too many is left out while its exchange is not', () => {
  const { outbox, ledger, batches, bodies, port, give, giveBody } = start()
  outbox.connect(port, 1)
  giveBody(6)
  giveBody(6)
  give(1)
  expect([batches, bodies]).toEqual([[[1, 2, 3]], [[1]]])
  giveBody(6)
  give(2)
  expect(bodies).toEqual([[1], []])
  // Taken by the observer, they make room.
  ledger.ended('exchange', 'exported', 6)
  giveBody(6)
  give(2)
  expect(bodies).toEqual([[1], [], [7]])
})

test('bodies that went down with an observer make room', () => {
  const { outbox, bodies, port, give, giveBody } = start()
  outbox.connect(port, 1)
  giveBody(10)
  give(2)
  outbox.disconnect('observer_died')
  giveBody(10)
  outbox.connect(port, 2)
  expect(bodies).toEqual([[1], [4]])
})
