import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BlackBoxRecord } from '../../src/observer/black-box.ts'
import { runsOf } from '../../src/observer/black-box-report.ts'
import { exchangeOf } from '../support/observed.ts'

const read = (...records: readonly BlackBoxRecord[]) => runsOf(records.map((record) => JSON.stringify(record)))
const request = (id: number) => ({
  ...{ id, traceId: 'a'.repeat(32), method: 'GET', path: '/a', phase: 'waiting' as const, startedAtMs: 1 },
})

test('who began and did not end is in flight; who ended in either way is not', () => {
  const [run] = read(
    { kind: 'run', run: 'R', atMs: 1 },
    { kind: 'inflight', isAll: true, changed: [1, 2, 3].map(request), ended: [], atMs: 2 },
    { kind: 'exchange', exchange: exchangeOf(1), atMs: 3 },
    { kind: 'inflight', isAll: false, changed: [], ended: [1, 3], atMs: 4 },
  )
  expect(run).toMatchObject({ run: 'R', fromMs: 1, untilMs: 4, end: 'cut-off', inFlight: [{ id: 2 }], unwritten: [3] })
})

test('a list of all takes the place of what was known', () => {
  const [run] = read(
    { kind: 'run', run: 'R', atMs: 1 },
    { kind: 'inflight', isAll: true, changed: [1, 2].map(request), ended: [], atMs: 2 },
    { kind: 'inflight', isAll: true, changed: [2, 9].map(request), ended: [], atMs: 3 },
  )
  expect(run?.inFlight.map(({ id }) => id)).toEqual([2, 9])
})

test('what was found out about an exchange that has been overwritten is left out', () => {
  const [run] = read(
    { kind: 'run', run: 'R', atMs: 1 },
    { kind: 'enriched', id: 5, resources: { scope: 'app', windowMs: 1 }, atMs: 2 },
  )
  expect(run?.exchanges).toEqual([])
})

test('the same ids in two runs are two requests', () => {
  const runs = read(
    { kind: 'run', run: 'A', atMs: 1 },
    { kind: 'exchange', exchange: exchangeOf(1), atMs: 2 },
    { kind: 'fatal', of: 'process', text: 'no', atMs: 3 },
    { kind: 'run', run: 'B', atMs: 4 },
    { kind: 'exchange', exchange: exchangeOf(1, { durationMs: 1 }), atMs: 5 },
    { kind: 'stopped', atMs: 6 },
  )
  expect(runs.map(({ run, end, exchanges }) => [run, end, exchanges.length])).toEqual([
    ['A', 'fatal', 1],
    ['B', 'stopped', 1],
  ])
})

test('a run goes on when one of its data threads died', () => {
  const [run] = read({ kind: 'run', run: 'A', atMs: 1 }, { kind: 'fatal', of: 'thread', text: 'no', atMs: 3 })
  expect(run).toMatchObject({ end: 'cut-off', deaths: [{ atMs: 3, of: 'thread', text: 'no' }] })
})

test('what is no record, or belongs to no run, is left out', () => {
  expect(runsOf(['{', '', '{"kind":"stopped","atMs":1}'])).toEqual([])
  fc.assert(fc.property(fc.array(fc.string()), (texts) => void expect(runsOf(texts)).toEqual([])))
})
