import { expect, test } from 'vitest'
import type { RunReport } from '../../src/observer/black-box-report.ts'
import { blackBoxText } from '../../src/observer/black-box-text.ts'
import { lookOf } from '../support/looks.ts'
import { exchangeOf } from '../support/observed.ts'

const crash = { count: 1, cause: 'app_oom_killed', afterMonotonicMs: 0, seenMonotonicMs: 1 } as const
const look = lookOf(1, {
  container: {
    memory: { usageBytes: 60 * 1_048_576, limitBytes: 64 * 1_048_576 },
    cpu: { timeSeconds: 12.34, throttledSeconds: 3.21, limitCores: 0.5 },
  },
  process: { pid: 7, openFds: 31, openFdsMax: 1_024 },
})
const run: RunReport = {
  run: '2026-11-24T03:00:00.000Z',
  fromMs: 0,
  untilMs: 5_000,
  end: 'cut-off',
  deaths: [],
  inFlight: [{ id: 9, traceId: 'a'.repeat(32), method: 'GET', path: '/report', phase: 'waiting', startedAtMs: 1_200 }],
  unwritten: [7, 8],
  exchanges: [
    exchangeOf(1),
    exchangeOf(2, {
      response: undefined,
      outcome: 'origin-aborted',
      error: { type: 'podspan.app_oom_killed', at: 'origin' },
      resources: { scope: 'app', windowMs: 900, cpuThrottledMs: 250.4 },
    }),
  ],
  looks: [{ ...look, node: { ...look.node, cpus: 2 }, atMs: 4_500 }],
  crashes: [{ crash, seenAtMs: 4_800, requests: [], requestCount: 0 }],
}

test('tells how it ended, why, what the container was like, who was in flight, and the last requests', () => {
  expect(blackBoxText('/box', [run], 1)).toBe(
    `/box: 1 run, 2 requests, 1 record torn

run of 2026-11-24T03:00:00.000Z, until 1970-01-01T00:00:05.000Z: cut off without a word (or still running)
  1970-01-01T00:00:04.800Z the app was killed for want of memory; nothing was in flight
  last look, 1970-01-01T00:00:04.500Z (app): memory 60.0 MiB of 64.0 MiB; CPU 12.3 s, limit 0.5; throttled 3.2 s; descriptors 31 of 1024; node memory 3814.7 MiB available of 7629.4 MiB
  in flight at the end: 1
    #9 GET /report, waiting for 3800ms, trace ${'a'.repeat(32)}
  ended, but how is not known: #7 #8
  requests: 2
    2023-11-14T22:13:20.000Z #1 GET /a 200 9ms, trace 0af7651916cd43dd8448eb211c80319c
    2023-11-14T22:13:20.000Z #2 GET /a - 9ms origin-aborted (podspan.app_oom_killed), throttled 250ms, trace 0af7651916cd43dd8448eb211c80319c
`,
  )
})

test('tells the error that ended it, line by line', () => {
  const deaths = [{ of: 'process', text: 'Error: no\n    at here', atMs: 5_000 }] as const
  const text = blackBoxText('/box', [{ ...run, end: 'fatal', deaths }], 0)
  expect(text).toContain(
    ': a fatal error ended it\n  1970-01-01T00:00:05.000Z process died of\n    Error: no\n        at here\n',
  )
})

test('shows the last 20 of many', () => {
  const exchanges = Array.from({ length: 50 }, (_, id) => exchangeOf(id))
  const text = blackBoxText('/box', [{ ...run, exchanges }], 0)
  expect(text).toContain('requests: 50, the last 20\n')
  expect(text).toContain(' #49 ')
  expect(text).not.toContain(' #29 ')
})

test('a terminal is told nothing by the traffic', () => {
  const request = { method: 'GET', path: '/\x1b[2J\u202e', scheme: 'http', httpVersion: '1.1', bytes: 0 }
  const text = blackBoxText('/box', [{ ...run, exchanges: [exchangeOf(1, { request })] }], 0)
  expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  expect(text).toContain('GET /\\u001b[2J\\u202e 200')
})
