import { expect, test } from 'vitest'
import { Courier } from '../../otel/courier.ts'
import type { Reply } from '../../otel/policy.ts'
import type { Transport } from '../../otel/transport.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { ManualClock } from '../support/observed.ts'

/** Answers in this order, the last one for ever; 'silence' answers when the time is over. */
function courier(replies: readonly (Reply | 'silence')[], changes: Partial<Limits> = {}) {
  const ledger = new Ledger()
  const said: string[] = []
  const clock = new ManualClock()
  const triedMs: number[] = []
  const transport: Transport = {
    encoding: 'protobuf',
    send(_body, over) {
      const reply = replies[Math.min(triedMs.push(clock.monotonicMs()), replies.length) - 1] ?? 'silence'
      if (reply !== 'silence') return Promise.resolve(reply)
      return new Promise((resolve) =>
        over.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'no answer in time' })),
      )
    },
    close() {},
  }
  const limits = { ...DEFAULT_LIMITS, ...changes }
  const say = (text: string): number => said.push(text)
  const options = { signal: 'metric', clock, limits, ledger, say, transport, timeoutMs: limits.exportMs } as const
  const sender = new Courier(options)
  return {
    clock,
    said,
    triedMs,
    courier: sender,
    books: (): SignalBalance => ledger.snapshot().metric,
    send(count = 2): Promise<void> {
      ledger.created('metric', count)
      return sender.deliver({ body: new Uint8Array(), count })
    },
  }
}
const TAKEN: Reply = { kind: 'accepted', rejected: 0, message: '' }
const FAILED: Reply = { kind: 'failed', reason: 'HTTP 503' }

test('a signal the backend does not know: left alone for a while, said once, no loss', async () => {
  const { courier: _, ...run } = courier([{ kind: 'unsupported' }, { kind: 'unsupported' }, TAKEN])
  for (let each = 0; each < 3; each++) await run.send()
  expect(run.triedMs).toHaveLength(1)
  for (let each = 0; each < 2; each++) {
    run.clock.block(DEFAULT_LIMITS.unsupportedPauseMs)
    await run.send()
  }
  expect(run.books()).toMatchObject({ unsupported: 8, exported: 2, dropped: {}, queued: 0 })
  expect(run.said).toHaveLength(1)
})

test('it is tried for five minutes, each pause half as long again up to 30 s, said once', async () => {
  const run = courier([FAILED])
  const sending = run.send()
  await run.clock.pass(10 * 60_000)
  await sending
  expect(run.books()).toMatchObject({ dropped: { export_failed: 2 }, queued: 0 })
  const pauses = run.triedMs.slice(1).map((atMs, index) => atMs - (run.triedMs[index] ?? 0))
  for (const [index, pause] of pauses.entries()) {
    const exact = Math.min(1_000 * 1.5 ** index, 30_000)
    expect(pause).toBeGreaterThanOrEqual(exact * 0.8)
    expect(pause).toBeLessThanOrEqual(exact * 1.2)
  }
  expect(run.triedMs.at(-1)).toBeLessThanOrEqual(300_000)
  expect(run.triedMs.at(-1)).toBeGreaterThan(260_000)
  expect(run.said).toHaveLength(1)
})

test('it is delivered when the backend is back, and that is said', async () => {
  const run = courier([FAILED, 'silence', TAKEN])
  const sending = run.send()
  await run.clock.pass(60_000)
  await sending
  expect(run.books()).toMatchObject({ exported: 2, dropped: {}, queued: 0 })
  expect(run.said).toEqual([expect.stringContaining('HTTP 503'), 'metrics are delivered again'])
})

test('how a backend is doing: untried, failing and why, fine and since when, unsupported for a while', async () => {
  const run = courier([
    FAILED,
    { kind: 'failed', reason: 'ECONNREFUSED' },
    TAKEN,
    { kind: 'unsupported' },
    { kind: 'refused', reason: 'HTTP 400' },
  ])
  expect(run.courier.state).toEqual({ mood: 'untried' })
  const sending = run.send()
  await run.clock.pass(0)
  expect(run.courier.state).toEqual({ mood: 'failing', reason: 'HTTP 503' })
  await run.clock.pass(1_300)
  expect(run.courier.state).toEqual({ mood: 'failing', reason: 'ECONNREFUSED' })
  await run.clock.pass(60_000)
  await sending
  expect(run.courier.state).toEqual({ mood: 'fine', deliveredAtMs: expect.any(Number) })
  await run.send()
  expect(run.courier.state).toMatchObject({ mood: 'unsupported' })
  run.clock.block(DEFAULT_LIMITS.unsupportedPauseMs)
  await run.send()
  expect(run.courier.state).toMatchObject({ mood: 'refused', reason: 'HTTP 400', deliveredAtMs: expect.any(Number) })
})

test('what is refused is never sent again', async () => {
  const run = courier([{ kind: 'refused', reason: 'HTTP 400' }])
  for (let each = 0; each < 3; each++) await run.send()
  expect(run.triedMs).toHaveLength(3)
  expect(run.books()).toMatchObject({ dropped: { rejected: 6 }, queued: 0 })
  expect(run.said).toHaveLength(1)
})

test('partial success: the rejected are dropped, the rest exported, said once, never more than there were', async () => {
  const run = courier([
    { kind: 'accepted', rejected: 1, message: 'too\nold' },
    { kind: 'accepted', rejected: 99, message: '' },
  ])
  for (let each = 0; each < 2; each++) await run.send()
  expect(run.books()).toMatchObject({ exported: 1, dropped: { rejected: 3 }, queued: 0 })
  expect(run.said).toEqual([expect.stringContaining('"too\\nold"')])
})

test('a try without an answer ends after its time, and the batch is kept', async () => {
  const run = courier(['silence', TAKEN])
  const sending = run.send()
  await run.clock.pass(DEFAULT_LIMITS.exportMs + 1_300)
  await sending
  expect(run.books()).toMatchObject({ exported: 2 })
})

test('Retry-After is waited for', async () => {
  const run = courier([{ ...FAILED, retryAfterMs: 7_000 }, TAKEN])
  const sending = run.send()
  await run.clock.pass(6_999)
  expect(run.triedMs).toHaveLength(1)
  await run.clock.pass(2_000)
  await sending
  expect(run.triedMs[1]).toBeGreaterThanOrEqual(7_000)
})

test('hurry ends a pause; close gives up what is under way, and counts it as that', async () => {
  const run = courier([FAILED, FAILED, 'silence'])
  const sending = run.send()
  await run.clock.pass(0)
  run.courier.hurry()
  await run.clock.pass(200)
  expect(run.triedMs).toHaveLength(3)
  expect(run.triedMs[1]).toBe(0)
  run.courier.close()
  await sending
  expect(run.books()).toMatchObject({ dropped: { shutdown: 2 }, queued: 0 })
})
