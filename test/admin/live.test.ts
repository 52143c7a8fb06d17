/** With a response that is only counted: real ones are in streams.test.ts and test/e2e/admin.test.ts. */
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { Listener } from '../../src/admin/listener.ts'
import { type Form, Live } from '../../src/admin/live.ts'
import type { Exchange } from '../../src/exchange.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { eventsOf } from '../support/admin.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

const ALL = { where: undefined, matches: () => true }

/** Takes what is written, or, while it stalls, keeps it waiting. */
class Client extends EventEmitter {
  readonly socket = { timeouts: [] as number[], setTimeout: (ms: number) => void this.socket.timeouts.push(ms) }
  readonly written: (string | Buffer)[] = []
  isStalled = false
  hasEnded = false
  writableLength = 0

  write(bytes: string | Buffer): boolean {
    this.written.push(bytes)
    if (this.isStalled) this.writableLength += bytes.length
    return !this.isStalled
  }

  end(): void {
    this.hasEnded = true
  }

  resume(): void {
    this.isStalled = false
    this.writableLength = 0
    this.emit('drain')
  }

  get text(): string {
    return this.written.map(String).join('')
  }

  /** Ids, and after them how many were missed. */
  get heard(): unknown[] {
    const events = eventsOf(this.text) as readonly { data: { exchanges: Exchange[]; missed: number } }[]
    return events.map(({ data }) => [...data.exchanges.map(({ id }) => id), data.missed])
  }
}

function start(changes: Partial<Limits> = {}) {
  const clock = new ManualClock()
  const limits = { ...DEFAULT_LIMITS, ...changes }
  const live = new Live(clock, limits)
  const listen = (form: Form = 'events', asked: Parameters<Live['add']>[2] = ALL): Client => {
    const client = new Client()
    const listener = new Listener(client as unknown as ServerResponse, limits, (gone) => live.remove(gone))
    live.add(listener, form, asked)
    return client
  }
  const give = (...ids: readonly number[]): void => {
    for (const id of ids) live.exchange(exchangeOf(id))
  }
  return { clock, live, listen, give }
}

test('exchanges come in batches, to each listener those that match, as events or as lines', async () => {
  const { clock, listen, give } = start()
  const all = listen()
  const odd = listen('events', { where: 'odd', matches: ({ id }) => id % 2 === 1 })
  const lines = listen('lines')
  give(1, 2, 3)
  await clock.pass(1_000)
  give(4)
  await clock.pass(1_000)
  expect(all.heard).toEqual([
    [1, 2, 3, 0],
    [4, 0],
  ])
  expect(odd.heard).toEqual([[1, 3, 0]])
  const parsed = lines.text.split('\n').map((line) => (line === '' ? '' : JSON.parse(line).id))
  expect(parsed).toEqual([1, 2, 3, 4, ''])
})

test('who asked for the same gets the very same bytes', async () => {
  const { clock, listen, give } = start()
  const [first, second] = [listen(), listen()]
  give(1)
  await clock.pass(1_000)
  expect(first?.written[0]).toBe(second?.written[0])
})

test('of a batch that is too large the rest is left out, and counted', async () => {
  const { clock, listen, give } = start({ adminBatchExchangesMax: 2 })
  const events = listen()
  const lines = listen('lines')
  give(1, 2, 3, 4, 5)
  await clock.pass(1_000)
  expect(events.heard).toEqual([[1, 2, 3]])
  expect(lines.text.startsWith('{"missed":3}\n{"id":1,')).toBe(true)
})

test('a listener that stalls misses events, is told how many when it reads again, and holds nobody else up', async () => {
  const { clock, live, listen, give } = start({ adminListenerBytesMax: 10 })
  const [slow, quick] = [listen(), listen()]
  slow.isStalled = true
  for (let id = 1; id <= 5; id++) {
    give(id)
    await clock.pass(1_000)
  }
  // The first one filled it.
  expect(slow.heard).toEqual([[1, 0]])
  expect(quick.heard).toHaveLength(5)
  live.second(() => 'event: tick\ndata: {}\n\n')
  expect(slow.written).toHaveLength(1)
  slow.resume()
  live.second(() => 'event: tick\ndata: {}\n\n')
  expect(slow.text).toMatch(/event: tick\ndata: \{\}\n\nevent: exchanges\ndata: \{"exchanges":\[\],"missed":4\}\n\n$/)
})

test('one that takes nothing is watched until it does', async () => {
  const { clock, listen, give } = start({ adminListenerBytesMax: 10, adminRequestMs: 77 })
  const slow = listen()
  expect(slow.socket.timeouts).toEqual([0])
  slow.isStalled = true
  give(1)
  await clock.pass(1_000)
  expect(slow.socket.timeouts).toEqual([0, 77])
  slow.resume()
  expect(slow.socket.timeouts).toEqual([0, 77, 0])
})

test('a second is told to those who take events, and is made only for them', () => {
  const { live, listen } = start()
  const lines = listen('lines')
  live.second(() => expect.fail('nobody takes it'))
  const events = listen()
  live.second(() => 'event: tick\ndata: {}\n\n')
  expect(events.text).toBe('event: tick\ndata: {}\n\n')
  expect(lines.text).toBe('')
})

test('who has gone is forgotten, and makes room for another', async () => {
  const { clock, live, listen, give } = start({ adminListenersMax: 2 })
  const [first] = [listen(), listen('lines')]
  expect(live.isFull).toBe(true)
  first?.emit('close')
  expect(live.isFull).toBe(false)
  give(1)
  await clock.pass(1_000)
  expect(first?.written).toEqual([])
})

test('where nobody listens nothing waits', () => {
  const { clock, give } = start()
  give(1, 2)
  expect(clock.timers).toBe(0)
})

test('closing ends every stream', () => {
  const { live, listen } = start()
  const clients = [listen(), listen('lines')]
  live.close()
  expect(clients.map(({ hasEnded }) => hasEnded)).toEqual([true, true])
})
