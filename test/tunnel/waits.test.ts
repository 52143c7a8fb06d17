import { expect, test } from 'vitest'
import { type ConnectionState, waitsOf } from '../../src/tunnel/waits.ts'

const QUIET: ConnectionState = {
  client: { writableLength: 0, bytesWritten: 50 },
  turn: undefined,
  splice: undefined,
  requests: 3,
  bytesRead: 70,
  isIdle: true,
  isClosing: false,
  originFull: false,
  clientEnded: false,
}
const asks = { turn: { awaits: 'body' } } as const
const asked = { turn: { awaits: 'answer' } } as const

test.each<[string, Partial<ConnectionState>, object]>([
  ['an idle one waits for a request, and the app for something to do', {}, { client: 'idle', origin: 'originIdle' }],
  ['one that has begun to ask: for the rest of the head', { isIdle: false }, { client: 'head' }],
  ['for the rest of a body', asks, { client: 'body' }],
  ['for nothing of a client that is held up by the app', { ...asks, originFull: true }, {}],
  ['for the answer', asked, { origin: 'answer' }],
  [
    'for the answer, with a client that ended',
    { ...asked, clientEnded: true },
    { client: 'halfClosed', origin: 'answer' },
  ],
  [
    'for a client that does not read',
    { ...asked, client: { writableLength: 9 } },
    { reader: 'reader', origin: 'answer' },
  ],
  ['closing: for nothing more', { isClosing: true, isIdle: false }, {}],
  ['as a tunnel: for any byte', { splice: { bytes: () => 5 } }, { client: 'tunnel' }],
])('%s', (_, state, expected) => {
  const waits = waitsOf({ ...QUIET, ...state })
  const found = Object.entries(waits).filter(([, waiting]) => waiting !== undefined)
  expect(Object.fromEntries(found.map(([side, waiting]) => [side, waiting?.for]))).toEqual(expected)
})

test('what has moved so far is counted on the side that moves it', () => {
  expect(waitsOf({ ...QUIET, ...asks }).client).toEqual({ for: 'body', turn: 3, bytes: 70 })
  expect(waitsOf({ ...QUIET, ...asks, client: { writableLength: 9, bytesWritten: 50 } }).reader?.bytes).toBe(41)
  expect(waitsOf({ ...QUIET, splice: { bytes: () => 5 } }).client?.bytes).toBe(5)
})
