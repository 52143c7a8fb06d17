import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DROP_REASONS, Ledger, SIGNALS } from '../src/ledger.ts'
import { droppedOf } from './support/observed.ts'

test('new books are empty', () => {
  const ended = { exported: 0, sampled_out: 0, not_configured: 0, unsupported: 0, spooled: 0 }
  const empty = { created: 0, ...ended, dropped: {}, queued: 0 }
  expect(new Ledger().snapshot()).toEqual(Object.fromEntries(SIGNALS.map((signal) => [signal, empty])))
})

test('whatever is entered, each signal and reason is kept apart and the equation holds', () => {
  const endings = ['exported', 'sampled_out', 'not_configured', 'unsupported', 'spooled'] as const
  const entry = fc.record({
    signal: fc.constantFrom(...SIGNALS),
    how: fc.constantFrom(...endings, ...DROP_REASONS),
    count: fc.integer({ min: 1, max: 1_000 }),
  })
  const property = fc.property(fc.array(entry), (entries) => {
    const ledger = new Ledger()
    for (const { signal, how, count } of entries) {
      if (signal !== 'span' && signal !== 'log') ledger.created(signal, count + 1)
      const reason = DROP_REASONS.find((each) => each === how)
      const ending = endings.find((each) => each === how)
      if (reason !== undefined) ledger.dropped(signal, reason, count)
      if (ending !== undefined) ledger.ended(signal, ending, count)
    }
    for (const signal of SIGNALS.filter((each) => each !== 'span' && each !== 'log')) {
      const own = entries.filter((each) => each.signal === signal)
      const total = (how: string) => own.filter((each) => each.how === how).reduce((sum, { count }) => sum + count, 0)
      const books = ledger.snapshot()[signal]
      for (const ending of endings) expect(books[ending]).toBe(total(ending))
      for (const reason of DROP_REASONS) expect(books.dropped[reason] ?? 0).toBe(total(reason))
      expect(books.queued).toBe(own.length)
      expect(books.created).toBe(endings.reduce((sum, how) => sum + books[how], 0) + droppedOf(books) + books.queued)
    }
  })
  fc.assert(property)
})

test('the same memory is the same books', () => {
  const ledger = new Ledger()
  const other = new Ledger(ledger.memory)
  other.created('dump', 3)
  ledger.ended('dump', 'exported')
  expect(ledger.snapshot()).toEqual(other.snapshot())
  expect(other.snapshot().dump).toMatchObject({ created: 3, exported: 1, queued: 2 })
})

test('a span begins where its exchange is exported', () => {
  const ledger = new Ledger()
  ledger.created('exchange', 3)
  ledger.ended('exchange', 'exported', 2)
  ledger.ended('span', 'sampled_out')
  expect(ledger.taken()).toBe(2)
  expect(ledger.snapshot().span).toMatchObject({ created: 2, sampled_out: 1, queued: 1 })
})

test('a log begins where its exchange is exported, and one that tells of no exchange by itself', () => {
  const ledger = new Ledger()
  ledger.ended('exchange', 'exported', 2)
  expect(ledger.snapshot().log.created).toBe(0)
  ledger.keepLogs()
  ledger.created('log')
  // An observer that is started again says so once more.
  ledger.keepLogs()
  ledger.ended('log', 'exported', 3)
  expect(ledger.snapshot().log).toMatchObject({ created: 3, exported: 3, queued: 0 })
})

test('settling drops what is queued in the signals named, once', () => {
  const ledger = new Ledger()
  for (const signal of ['exchange', 'metric', 'dump'] as const) ledger.created(signal, 10)
  ledger.ended('exchange', 'exported', 5)
  ledger.ended('span', 'exported', 2)
  ledger.settle(['span', 'dump'], 'observer_died')
  ledger.settle(['span', 'dump'], 'observer_died')
  const { span, dump, metric, exchange } = ledger.snapshot()
  expect(span).toMatchObject({ dropped: { observer_died: 3 }, queued: 0 })
  expect(dump).toMatchObject({ dropped: { observer_died: 10 }, queued: 0 })
  expect([metric.queued, exchange.queued]).toEqual([10, 5])
})
