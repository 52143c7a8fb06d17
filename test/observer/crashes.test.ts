import { expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import type { InflightRequest } from '../../src/inflight.ts'
import { Crashes, crashLine } from '../../src/observer/crashes.ts'
import type { Crash, CrashReport } from '../../src/resources/sample.ts'
import { lookOf } from '../support/looks.ts'
import { exchangeOf } from '../support/observed.ts'

const CRASH: Crash = { count: 1, cause: 'app_oom_killed', afterMonotonicMs: 1_000, seenMonotonicMs: 2_000 }
const lookWith = (atMonotonicMs: number, crash?: Crash) =>
  lookOf(atMonotonicMs, { app: { isUp: crash === undefined, exits: 0, oomKills: 0, ...(crash && { crash }) } })

function start({ inflight = [], requestsMax = 10 }: { inflight?: InflightRequest[]; requestsMax?: number } = {}) {
  const reports: CrashReport[] = []
  const clock = { anchor: { wallMs: 1_700_000_000_000, monotonicMs: 500 } }
  const onCrash = (report: CrashReport) => void reports.push(report)
  const crashes = new Crashes({ inflight: () => inflight, clock, requestsMax, onCrash })
  return { crashes, reports }
}

const failed = (id: number, fromMs: number, toMs: number): Exchange =>
  exchangeOf(id, {
    startedMonotonicMs: fromMs,
    durationMs: toMs - fromMs,
    outcome: 'origin-aborted',
    error: { type: 'ECONNRESET', at: 'origin' },
  })

test.each([
  { outcome: 'origin-aborted', kind: 'server', isSuspect: true },
  { outcome: 'origin-unreachable', kind: 'server', isSuspect: true },
  { outcome: 'origin-aborted', kind: 'client', isSuspect: false },
  { outcome: 'complete', kind: 'server', isSuspect: false },
  { outcome: 'client-aborted', kind: 'server', isSuspect: false },
  { outcome: 'refused-response', kind: 'server', isSuspect: false },
] as const)('$outcome before a $kind: suspect $isSuspect', ({ isSuspect, ...changes }) => {
  expect(Crashes.isSuspect(exchangeOf(1, changes))).toBe(isSuspect)
})

test('blames a crash for what failed between the last good look and the next, and for nothing else', () => {
  const { crashes } = start()
  expect(crashes.causeOf(failed(1, 900, 1_500))).toBeUndefined()
  crashes.take(lookWith(2_000, CRASH))
  expect(crashes.causeOf(failed(1, 500, 900))).toBeUndefined()
  expect(crashes.causeOf(failed(1, 900, 1_500))).toBe(CRASH)
  // Still down.
  expect(crashes.causeOf(failed(1, 9_000, 9_001))).toBe(CRASH)
  const over = { ...CRASH, overMonotonicMs: 3_000 }
  crashes.take(lookWith(3_000, over))
  expect(crashes.causeOf(failed(1, 2_900, 3_100))).toBe(over)
  expect(crashes.causeOf(failed(1, 3_100, 3_200))).toBeUndefined()
})

test('the crash becomes the error, and what the socket said stays readable', () => {
  const { crashes } = start()
  const { error, outcome } = crashes.blame(failed(1, 900, 1_500), CRASH)
  expect(outcome).toBe('origin-aborted')
  expect(error).toEqual({
    type: 'podspan.app_oom_killed',
    at: 'origin',
    message: 'the app was killed for want of memory (ECONNRESET)',
  })
  expect(crashes.blame(failed(1, 900, 1_500), { ...CRASH, cause: 'app_exited' }).error?.type).toBe('podspan.app_exited')
})

test('one report a crash, at the look after it, of all that were in flight and of none that came later', () => {
  const still = {
    id: 3,
    traceId: 'c'.repeat(32),
    startedMonotonicMs: 1_100,
    method: 'GET',
    path: '/ws',
    phase: 'tunnel',
  }
  const later = { ...still, id: 9, startedMonotonicMs: 2_050 }
  const { crashes, reports } = start({ inflight: [still, later] as InflightRequest[] })
  const crashed = lookWith(2_000, CRASH)
  crashes.take(crashed)
  crashes.blame(failed(1, 900, 1_500), CRASH)
  crashes.blame(failed(8, 2_010, 2_011), CRASH)
  crashes.report(crashed)
  expect(reports).toEqual([])
  expect(crashes.isPending).toBe(true)
  for (const atMs of [2_100, 2_200]) {
    crashes.take(lookWith(atMs, CRASH))
    crashes.report(lookWith(atMs, CRASH))
  }
  expect(reports).toHaveLength(1)
  expect(reports[0]).toMatchObject({ seenAtMs: 1_700_000_001_500, requestCount: 2 })
  expect(reports[0]?.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /a', 'GET /ws'])
  expect(crashes.isPending).toBe(false)
})

test('a path is named as far as the table of those in flight has it', () => {
  const { crashes, reports } = start()
  crashes.take(lookWith(2_000, CRASH))
  const request = {
    method: 'GET',
    path: `/${'a'.repeat(2_000)}`,
    scheme: 'http',
    httpVersion: '1.1',
    bytes: 0,
  } as const
  crashes.blame({ ...failed(1, 900, 1_500), request }, CRASH)
  crashes.report(lookWith(2_100, CRASH))
  expect(reports[0]?.requests[0]?.path).toBe(`/${'a'.repeat(182)}`)
})

test('a second crash has a report of its own', () => {
  const { crashes, reports } = start()
  for (const count of [1, 2]) {
    const crash = { ...CRASH, count, seenMonotonicMs: count * 1_000 }
    crashes.take(lookWith(count * 1_000, crash))
    crashes.blame(failed(count, count * 1_000 - 1, count * 1_000 - 1), crash)
    crashes.report(lookWith(count * 1_000 + 100, crash))
  }
  expect(reports.map(({ crash, requestCount }) => [crash.count, requestCount])).toEqual([
    [1, 1],
    [2, 1],
  ])
})

test('a kill that the app may yet die of is reported when that is over', () => {
  const { crashes, reports } = start()
  const crash = { ...CRASH, overMonotonicMs: 4_000 }
  for (const atMs of [2_000, 3_000, 4_000, 4_100]) {
    crashes.take(lookWith(atMs, crash))
    crashes.report(lookWith(atMs, crash))
    expect(reports).toHaveLength(atMs > 4_000 ? 1 : 0)
  }
})

test('a report names so many and counts all, and the line names a few', () => {
  const { crashes, reports } = start({ requestsMax: 7 })
  crashes.take(lookWith(2_000, CRASH))
  for (let id = 0; id < 9; id++) crashes.blame(failed(id, 900, 1_500), CRASH)
  crashes.report(lookWith(2_100, CRASH))
  const [report] = reports as [CrashReport]
  expect(report.requests).toHaveLength(7)
  expect(report.requestCount).toBe(9)
  expect(crashLine(report)).toMatch(
    /^the app was killed for want of memory; in flight: (GET \/a \(trace [0-9a-f]{32}\), ){5}and 4 more$/,
  )
  expect(crashLine({ ...report, requests: [], requestCount: 0 })).toBe(
    'the app was killed for want of memory; nothing was in flight',
  )
})
