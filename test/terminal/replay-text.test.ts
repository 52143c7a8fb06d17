import { expect, test } from 'vitest'
import { type Replay, replayJson, replayText } from '../../src/terminal/replay-text.ts'
import { exchangeOf } from '../support/observed.ts'

const request = {
  method: 'GET',
  path: '/products/7',
  query: 'token=REDACTED',
  scheme: 'http',
  httpVersion: '1.1',
  bytes: 0,
}
const first = exchangeOf(17, {
  request,
  marks: { requestHeadSent: 0.1, requestEnd: 0.1, responseHead: 8, responseEnd: 9 },
  response: { status: 200, reason: 'OK', bytes: 118, headers: { etag: ['"a"'] } },
})
const second = exchangeOf(231, {
  request,
  trace: { ...first.trace, traceId: 'c'.repeat(32) },
  marks: { originConnected: 0.4, requestHeadSent: 0.5, requestEnd: 0.5, responseHead: 2_200, responseEnd: 2_200.2 },
  durationMs: 2_200.3,
  response: { status: 500, reason: 'Internal Server Error', bytes: 47, headers: { etag: ['"a"'] } },
})
const replay: Replay = {
  first,
  plan: {
    method: 'GET',
    target: '/products/7?token=hunter2',
    fields: { host: 'shop', 'podspan-replay': '17' },
    body: undefined,
    notes: ['sent with host and podspan-replay'],
  },
  place: { url: new URL('http://127.0.0.1:8080'), isSidecar: true },
  second,
  now: second,
}

test('for people: a table of both, what is different in words, and where to look further', () => {
  expect(`\n${replayText(replay, false)}`).toBe(`
GET /products/7?token=REDACTED once more, to http://127.0.0.1:8080
sent with host and podspan-replay

            #17       #231
  status    200 OK    500 Internal Server Error  different
  ended     complete  complete
  bytes     118       47                         different
  etag      "a"       "a"
  connect   -         0.4 ms
  app       8.0 ms    2.20 s                     275 times as long
  download  1.2 ms    0.3 ms
  in all    9.2 ms    2.20 s                     239 times as long

another status; the sidecar has it as #231, trace cccccccccccccccccccccccccccccccc
`)
})

test('what did not come by the sidecar says so, and what should have and did not, too', () => {
  const unseen = { ...replay, second: undefined, now: first }
  expect(replayText(unseen, false)).toContain('the same status; the sidecar has no record of it: is it another')
  const elsewhere = { ...unseen, place: { ...replay.place, isSidecar: false } }
  expect(replayText(elsewhere, false)).toContain('it did not come by the sidecar')
  expect(replayText(elsewhere, false)).not.toContain('#231')
})

test('colours only where they are wanted', () => {
  expect(replayText(replay, false)).toMatch(/^[\x20-\x7e\n]*$/)
  expect(replayText(replay, true)).toContain('\u001b[31m')
})

test('for programs: one line of JSON, without what was given anew', () => {
  const text = replayJson(replay)
  expect(text).toMatch(/^[\x20-\x7e]+\n$/)
  expect(text).not.toContain('hunter2')
  expect(JSON.parse(text)).toMatchObject({
    sent: { to: 'http://127.0.0.1:8080', method: 'GET', target: '/products/7?token=REDACTED', bodyBytes: 0 },
    before: { id: 17, response: { status: 200 }, durationMs: 9.2 },
    now: { id: 231, traceId: 'c'.repeat(32), response: { status: 500 }, phases: [{ name: 'connect' }, {}, {}] },
    sameStatus: false,
    differences: [{ name: 'status' }, { name: 'bytes' }, { name: 'app' }, { name: 'in all' }],
  })
})

test('what came from the traffic cannot command a terminal', () => {
  const hostile = { ...first, request: { ...request, path: '/\u001b]0;x\u0007', query: '\u009b2J' } }
  for (const text of [replayText({ ...replay, first: hostile }, false), replayJson({ ...replay, first: hostile })])
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
})
