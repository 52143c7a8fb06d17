import { expect, test } from 'vitest'
import type { DumpSettings } from '../../src/config.ts'
import { Ledger } from '../../src/ledger.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Dump, type LineEnd } from '../../src/observer/dump.ts'
import { ExchangeSlots } from '../../src/observer/exchange-slots.ts'
import { Ring } from '../../src/observer/ring.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

function start(settings: Partial<DumpSettings> = {}, end: LineEnd = 'written', ringExchanges = 3) {
  const ledger = new Ledger()
  const clock = new ManualClock()
  const ring = new Ring(ringExchanges, new ExchangeSlots())
  const lines: string[] = []
  const writer = {
    write(line: string, ended: (end: LineEnd) => void) {
      lines.push(line)
      ended(end)
    },
    close: async () => undefined,
  }
  const options = { ring, writer, pod: 'pod-1', limits: { ...DEFAULT_LIMITS, dumpEveryMs: 1_000 }, clock, ledger }
  const dump = new Dump({
    ...options,
    settings: { enabled: true, format: 'ndjson', full: false, colour: false, ...settings },
  })
  const see = (...ids: number[]) => {
    for (const id of ids) {
      ring.push({ exchange: exchangeOf(id), resource: undefined })
      dump.noted()
    }
  }
  const printed = () => lines.splice(0).map((line) => JSON.parse(line))
  return { dump, clock, see, lines, printed, ledger, books: () => ledger.snapshot().dump }
}

test('every interval prints what is new since the last, and an idle one prints nothing', async () => {
  const { clock, see, printed } = start()
  see(1, 2)
  expect(printed()).toEqual([])
  await clock.pass(1_000)
  expect(printed().map(({ id }) => id)).toEqual([1, 2])
  await clock.pass(3_000)
  expect(printed()).toEqual([])
  see(3)
  await clock.pass(1_000)
  expect(printed().map(({ id }) => id)).toEqual([3])
})

test('full prints the whole ring each time, and counts every exchange once', async () => {
  const { clock, see, printed, books } = start({ full: true })
  see(1, 2)
  await clock.pass(1_000)
  expect(printed().map(({ id }) => id)).toEqual([1, 2])
  see(3, 4)
  await clock.pass(1_000)
  expect(printed().map(({ id }) => id)).toEqual([2, 3, 4])
  expect(books()).toMatchObject({ created: 4, exported: 4, dropped: {}, queued: 0 })
})

test('the history form is keyed by endpoint', async () => {
  const { clock, see, printed } = start({ format: 'history' })
  see(1, 2)
  await clock.pass(1_000)
  const [line, ...rest] = printed()
  expect(rest).toEqual([])
  expect(line['/a'].history).toHaveLength(2)
})

test('what the ring overwrote before it was due is counted at once, and the rest is printed', async () => {
  const { clock, see, printed, books } = start()
  see(1, 2, 3, 4, 5)
  expect(books()).toMatchObject({ created: 5, dropped: { queue_full: 2 }, queued: 3 })
  await clock.pass(1_000)
  const lines = printed()
  expect(lines.map(({ id }) => id)).toEqual([3, 4, 5, undefined])
  expect(lines[3]).toMatchObject({ podspan: { ledger: { dump: { dropped: { queue_full: 2 } } } } })
  expect(books()).toMatchObject({ created: 5, exported: 3, dropped: { queue_full: 2 }, queued: 0 })
})

test('lines that were not written are dropped with their reason', async () => {
  const { clock, see, books } = start({}, 'stdout_stalled')
  see(1, 2)
  await clock.pass(1_000)
  expect(books()).toMatchObject({ created: 2, exported: 0, dropped: { stdout_stalled: 2 }, queued: 0 })
})

test('closing prints what is left and stops the clock', async () => {
  const { dump, clock, see, printed, books } = start()
  see(1)
  await dump.close(100)
  expect(printed().map(({ id }) => id)).toEqual([1])
  expect(books()).toMatchObject({ created: 1, exported: 1, queued: 0 })
  expect(clock.timers).toBe(0)
})

test('losses are told in a line of their own, when there are more than the last one said', async () => {
  const { clock, see, printed, ledger } = start()
  see(1)
  await clock.pass(1_000)
  expect(printed()).toHaveLength(1)
  ledger.dropped('span', 'queue_full', 7)
  await clock.pass(1_000)
  expect(printed()).toMatchObject([{ podspan: { ledger: { span: { dropped: { queue_full: 7 } } } } }])
  await clock.pass(1_000)
  expect(printed()).toEqual([])
})

test('the pretty one says at once what a turn of the event loop brought, in one write, and everything once', async () => {
  const { see, lines, books } = start({ format: 'pretty', full: true })
  see(1, 2)
  expect(lines).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(lines.splice(0).map((text) => text.match(/#\d+/g))).toEqual([['#1', '#2']])
  see(3)
  await new Promise((resolve) => setImmediate(resolve))
  expect(lines.map((text) => text.match(/#\d+/g))).toEqual([['#3']])
  expect(books()).toMatchObject({ created: 3, exported: 3, queued: 0 })
})

test('the pretty one tells losses in words, with the rhythm of a dump', async () => {
  const { clock, lines, ledger } = start({ format: 'pretty' })
  ledger.dropped('span', 'queue_full', 7)
  await clock.pass(999)
  expect(lines).toEqual([])
  await clock.pass(1)
  expect(lines).toEqual(['lost since the start: span 7 queue_full\n'])
  await clock.pass(1_000)
  expect(lines).toHaveLength(1)
})

test.each([false, true])('the pretty one is coloured where it is wanted: %s', async (colour) => {
  const { dump, see, lines } = start({ format: 'pretty', colour })
  see(1)
  await dump.close(100)
  expect(lines.join('').includes('\u001b[')).toBe(colour)
  await new Promise((resolve) => setImmediate(resolve))
  expect(lines).toHaveLength(1)
})
