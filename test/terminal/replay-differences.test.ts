import { expect, test } from 'vitest'
import { differencesOf, hasSameStatus, type Seen } from '../../src/terminal/replay-differences.ts'

function seen(status: number | undefined, changes: Partial<Seen> = {}, headers?: Record<string, string[]>): Seen {
  return {
    response: status === undefined ? undefined : { status, reason: 'R', bytes: 5, ...(headers && { headers }) },
    outcome: 'complete',
    marks: { originConnected: 1, requestHeadSent: 1, requestEnd: 1, responseHead: 9, responseEnd: 10 },
    durationMs: 10,
    ...changes,
  }
}
const notesOf = (before: Seen, now: Seen) =>
  Object.fromEntries(differencesOf(before, now).flatMap(({ name, note }) => (note === '' ? [] : [[name, note]])))
const cellsOf = (before: Seen, now: Seen) =>
  Object.fromEntries(differencesOf(before, now).map(({ name, before, now }) => [name, [before, now]]))

test('the same answer has no difference, and all of it is shown', () => {
  expect(notesOf(seen(200), seen(200))).toEqual({})
  expect(cellsOf(seen(200), seen(200))).toEqual({
    status: ['200 R', '200 R'],
    ended: ['complete', 'complete'],
    bytes: ['5', '5'],
    connect: ['1.0 ms', '1.0 ms'],
    app: ['8.0 ms', '8.0 ms'],
    download: ['1.0 ms', '1.0 ms'],
    'in all': ['10.0 ms', '10.0 ms'],
  })
})

test('another status, ending or size is different; none is not the same as one', () => {
  const cut = seen(undefined, { outcome: 'origin-aborted', marks: {} })
  expect(notesOf(seen(200), cut)).toMatchObject({ status: 'different', ended: 'different', bytes: 'different' })
  expect(cellsOf(seen(200), cut).status).toEqual(['200 R', undefined])
  expect([hasSameStatus(seen(200), seen(200)), hasSameStatus(seen(200), cut), hasSameStatus(cut, cut)]).toEqual([
    true,
    false,
    true,
  ])
})

test('fields of the answer are compared value by value, but for secrets', () => {
  const before = seen(
    200,
    {},
    { etag: ['"a"'], vary: ['x', 'y'], 'set-cookie': ['REDACTED'], location: ['/?token=REDACTED'], gone: ['1'] },
  )
  const now = seen(200, {}, { etag: ['"b"'], vary: ['x', 'y'], 'set-cookie': ['id=7'], new: ['1'] })
  expect(notesOf(before, now)).toEqual({ etag: 'different', gone: 'different', new: 'different' })
  expect(cellsOf(before, now)).not.toHaveProperty('set-cookie')
})

test.each([
  [10, 2_000, '200 times as long'],
  [10, 21, 'twice as long'],
  [2_000, 10, '200 times as fast'],
  [0, 30, 'longer'],
  [30, 0, 'shorter'],
  // Two runs of the same.
  [1, 4, undefined],
  [100, 180, undefined],
])('an answer of %d ms that takes %d ms now: %s', (before, now, note) => {
  expect(notesOf(seen(200, { durationMs: before }), seen(200, { durationMs: now }))['in all']).toBe(note)
})

test('of a stream of events only its beginning is compared', () => {
  const cells = cellsOf(seen(200, { eventStream: { events: 4 } }), seen(200, { eventStream: {} }))
  expect(Object.keys(cells)).toEqual(['status', 'ended', 'connect', 'app'])
})

test('what would hurt a terminal, or has no end, is made harmless', () => {
  const hostile = `\u001b[2J${'x'.repeat(500)}`
  const rows = differencesOf(seen(200, {}, { [hostile]: [hostile] }), seen(200))
  for (const { name, before, now } of rows) expect(`${name}${before}${now}`).toMatch(/^[\x20-\x7e]*$/)
  expect(rows.find(({ before }) => before?.startsWith('\\u001b'))?.before).toHaveLength(48)
})
