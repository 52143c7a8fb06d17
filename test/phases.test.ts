import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Exchange, Marks } from '../src/exchange.ts'
import { phasesOf } from '../src/phases.ts'

function told(marks: Marks, durationMs: number, more: object = {}): string {
  const { phases } = phasesOf({ marks, durationMs, ...more } as Exchange)
  return phases.map(({ name, startMs, durationMs }) => `${name} ${startMs}+${durationMs}`).join(', ')
}

it.each<[string, Marks, number, object, string]>([
  [
    'a GET on a new connection',
    { originConnected: 1, requestHeadSent: 1, requestEnd: 1, responseHead: 9, firstByte: 9, responseEnd: 10 },
    10,
    {},
    'connect 0+1, app 1+8, download 9+1',
  ],
  ['on a connection that stood', { requestHeadSent: 0, requestEnd: 0, responseHead: 4 }, 4, {}, 'app 0+4'],
  [
    'an upload',
    { originConnected: 1, requestHeadSent: 1, requestEnd: 5, responseHead: 8 },
    9,
    {},
    'connect 0+1, upload 1+4, app 5+3, download 8+1',
  ],
  [
    'an answer before the upload has ended',
    { requestHeadSent: 0, requestEnd: 9, responseHead: 4 },
    10,
    {},
    'upload 0+4, download 4+6',
  ],
  [
    'an app that never answered',
    { originConnected: 2, requestHeadSent: 2, requestEnd: 2 },
    30,
    {},
    'connect 0+2, app 2+28',
  ],
  [
    'a WebSocket',
    { originConnected: 1, requestHeadSent: 1, requestEnd: 1, responseHead: 2 },
    60,
    { upgrade: { protocol: 'websocket', bytesIn: 0, bytesOut: 0 } },
    'connect 0+1, app 1+1, tunnel 2+58',
  ],
  ['an app that was not there', {}, 5_000, { outcome: 'origin-unreachable' }, 'connect 0+5000'],
  [
    'one that was not there when the head had been made ready',
    { requestHeadSent: 0.5, requestEnd: 0.5 },
    5,
    { outcome: 'origin-unreachable' },
    'connect 0+5',
  ],
  ['a request that was none', {}, 2, { outcome: 'refused-request' }, 'upload 0+2'],
  ['a client that went before its request was whole', {}, 2, { outcome: 'client-aborted' }, 'upload 0+2'],
  ['an answer of a decorator alone', { own: 2 }, 2, { outcome: 'complete' }, ''],
  [
    'a connection that is not read',
    { originConnected: 1 },
    60,
    { upgrade: { protocol: 'opaque', bytesIn: 0, bytesOut: 0 }, outcome: 'complete' },
    'connect 0+1, tunnel 1+59',
  ],
])('%s', (_, marks, durationMs, more, expected) => {
  expect(told(marks, durationMs, more)).toBe(expected)
})

it('covers all the time once, whatever the marks of a request that the app was asked', () => {
  const mark = fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined })
  const marks = fc.record(
    {
      originConnected: mark,
      requestHeadSent: fc.double({ min: 0, max: 100, noNaN: true }),
      requestEnd: mark,
      responseHead: mark,
      firstByte: mark,
    },
    { requiredKeys: ['requestHeadSent'] },
  )
  fc.assert(
    fc.property(marks, fc.double({ min: 100, max: 200, noNaN: true }), (given, durationMs) => {
      const { phases } = phasesOf({ marks: given, durationMs } as unknown as Exchange)
      let atMs = 0
      for (const phase of phases) {
        expect(phase.startMs).toBeCloseTo(atMs, 6)
        expect(phase.durationMs).toBeGreaterThan(0)
        atMs = phase.startMs + phase.durationMs
      }
      expect(atMs).toBeCloseTo(durationMs, 6)
    }),
  )
})
