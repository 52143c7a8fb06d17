/**
 * Every fault of a backend, in three situations, with all times scaled down: what may be lost is lost under the right reason,
 * what must not be is delivered when the backend is well again, and nothing is delivered twice unless an answer was lost.
 * With FAULTS_REPORT set, the measured table is printed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterAll, describe, expect, test } from 'vitest'
import { ItemBacklog } from '../../otel/backlog.ts'
import { Delivery } from '../../otel/delivery.ts'
import { createSender } from '../../otel/sender.ts'
import { createClock } from '../../src/clock.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { answer, type Fault, type FaultyServer, startFaultyServer } from '../support/faulty-otlp.ts'
import { droppedOf } from '../support/observed.ts'
import { spanOf } from '../support/spans.ts'

const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  spanQueueMax: 65_536,
  spanQueueBytesMax: 256 * 1_048_576,
  spanBatchMs: 10,
  exportMs: 400,
  exportRetryMs: 20_000,
  exportPauseMs: 40,
  exportPauseMsMin: 10,
  exportPauseMsMax: 200,
  retryAfterMsMax: 200,
  unsupportedPauseMs: 50,
}
const SPAN_BYTES = 800
const FAULT_MS = 250
const FLUSH_MS = 300
const STEADY = 60
const BURST = 50_000
const AT_SHUTDOWN = 2_000

interface Row {
  readonly name: string
  readonly fault: Fault
  /**
   * kept: delivered when the backend is well again. refused: dropped once, as `rejected`. taken: it is no fault to us.
   * answerLost: kept, and what the backend had stored without saying so is there twice.
   */
  readonly means: 'kept' | 'answerLost' | 'refused' | 'taken' | 'partial' | 'unsupported'
  readonly scheme?: 'http' | 'https'
}

const reset = (socket: { resetAndDestroy(): unknown } | null): boolean => {
  socket?.resetAndDestroy()
  return true
}
const throttled = (retryAfter: string): Fault => ({ onRequest: answer(429, '', { 'retry-after': retryAfter }) })
const drip = (text: string): Fault => ({
  onRequest(response) {
    const { socket } = response
    const turn = (at: number): void => {
      if (socket === null || socket.destroyed || at >= text.length) return
      socket.write(text.charAt(at))
      setTimeout(turn, 40, at + 1)
    }
    turn(0)
    return true
  },
})

const status = (code: number): Row => {
  const means = [502, 503, 504].includes(code) ? 'kept' : 'refused'
  return { name: String(code), fault: { onRequest: answer(code, 'no') }, means }
}

const ROWS: readonly Row[] = [
  { name: 'refused', fault: { refuses: true }, means: 'kept' },
  { name: 'blackhole (accepts, never reads)', fault: { onConnection() {} }, means: 'kept' },
  { name: 'reads, never answers', fault: { onRequest: () => true }, means: 'answerLost' },
  { name: 'drips its head', fault: drip('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'), means: 'answerLost' },
  { name: 'RST at connect', fault: { onConnection: reset }, means: 'kept' },
  { name: 'RST after the head', fault: { onHead: reset }, means: 'kept' },
  { name: 'RST after the body', fault: { onRequest: ({ socket }) => reset(socket) }, means: 'answerLost' },
  {
    name: '200, a web page',
    fault: { onRequest: answer(200, '<html>', { 'content-type': 'text/html' }) },
    means: 'refused',
  },
  { name: '200, text', fault: { onRequest: answer(200, 'ok', { 'content-type': 'text/plain' }) }, means: 'taken' },
  { name: '200, broken JSON', fault: { onRequest: answer(200, '{"partialSuccess":') }, means: 'taken' },
  {
    name: '200, partial',
    fault: { onRequest: answer(200, '{"partialSuccess":{"rejectedSpans":"1"}}') },
    means: 'partial',
  },
  { name: '200, 5 MiB', fault: { onRequest: answer(200, ' '.repeat(5 * 1_048_576)) }, means: 'taken' },
  { name: '204', fault: { onRequest: (response) => answer(204)(response) || true }, means: 'taken' },
  { name: '404', fault: { onRequest: answer(404) }, means: 'unsupported' },
  { name: '301', fault: { onRequest: answer(301, '', { location: 'http://127.0.0.1:1/' }) }, means: 'refused' },
  ...[400, 401, 413, 500, 502, 503, 504].map(status),
  { name: '429, Retry-After 0', fault: throttled('0'), means: 'kept' },
  { name: '429, Retry-After 1', fault: throttled('1'), means: 'kept' },
  { name: '429, Retry-After 60', fault: throttled('60'), means: 'kept' },
  { name: '429, Retry-After date', fault: throttled(new Date(Date.now() + 60_000).toUTCString()), means: 'kept' },
  { name: '429, Retry-After garbage', fault: throttled('soon'), means: 'kept' },
  { name: 'TLS error', fault: {}, means: 'kept', scheme: 'https' },
]

const SPANS: readonly ReadableSpan[] = Array.from({ length: BURST }, (_, index) => spanOf(index + 1))

class Run {
  readonly ledger: Ledger
  readonly said: readonly string[]
  readonly server: FaultyServer
  readonly spans: Delivery<ReadableSpan>

  private constructor(ledger: Ledger, said: readonly string[], server: FaultyServer, spans: Delivery<ReadableSpan>) {
    this.ledger = ledger
    this.said = said
    this.server = server
    this.spans = spans
  }

  static async start({ scheme = 'http' }: Row, changes: Partial<Limits> = {}): Promise<Run> {
    const server = await startFaultyServer()
    const ledger = new Ledger()
    const said: string[] = []
    const endpoint = `${scheme}://127.0.0.1:${server.port}/v1/traces`
    const options = {
      clock: createClock(),
      limits: { ...LIMITS, ...changes },
      ledger,
      say: (text: string): number => said.push(text),
      userAgent: 'podspan/0',
    }
    const sender = await createSender('traces', { enabled: true, protocol: 'http/json', endpoint }, options)
    const { spanQueueMax: countMax, spanQueueBytesMax: bytesMax, spanBatchMax: batchMax } = options.limits
    const backlog = new ItemBacklog({ countMax, bytesMax, batchMax }, () => SPAN_BYTES, sender.codec.encode)
    return new Run(ledger, said, server, new Delivery({ ...sender, signal: 'span', backlog }))
  }

  give(from: number, count: number): void {
    for (const span of SPANS.slice(from, from + count)) {
      this.ledger.ended('exchange', 'exported')
      this.spans.add(span)
    }
  }

  books(): SignalBalance {
    const books = this.ledger.snapshot().span
    expect(books.created).toBe(books.exported + books.unsupported + books.spooled + droppedOf(books) + books.queued)
    expect(books.queued).toBeGreaterThanOrEqual(0)
    return books
  }

  get twice(): number {
    return [...this.server.stored.values()].filter((times) => times > 1).length
  }

  async stop(row: Row, situation: string): Promise<SignalBalance> {
    await this.spans.abandon()
    const books = this.books()
    await this.server.close()
    const { created, exported, unsupported, dropped } = books
    report.push({
      fault: row.name,
      situation,
      created,
      exported,
      unsupported,
      stored: this.server.stored.size,
      twice: this.twice,
      ...dropped,
    })
    return books
  }
}

const report: object[] = []
afterAll(() => {
  if (process.env.FAULTS_REPORT !== undefined) console.table(report)
})

/** The fault is over: what is held must be out soon. */
async function recovered(run: Run): Promise<SignalBalance> {
  await run.server.fail(undefined)
  await run.spans.flush()
  return run.books()
}

function judge(row: Row, run: Run, books: SignalBalance): void {
  expect(books.queued).toBe(0)
  if (row.scheme === 'https') return expect(books.exported).toBe(0)
  if (row.means === 'refused') expect(Object.keys(books.dropped)).toEqual(['rejected'])
  else if (row.means === 'partial') expect(books.dropped.rejected).toBeGreaterThan(0)
  else expect(books.dropped).toEqual({})
  const lost = row.means === 'partial' ? 0 : droppedOf(books) + books.unsupported
  if (row.means === 'unsupported') expect(lost).toBeGreaterThan(0)
  expect(run.server.stored.size).toBe(books.created - lost)
  if (row.means !== 'answerLost') expect(run.twice).toBe(0)
  expect(run.said.length).toBeLessThanOrEqual(2)
}

describe('steady: a backend that fails for a while', () => {
  test.concurrent.each(ROWS)('$name', async (row) => {
    const run = await Run.start(row, row.scheme === 'https' ? { exportRetryMs: 300 } : {})
    for (let each = 0; each < STEADY; each++) {
      if (each === STEADY / 4) await run.server.fail(row.fault)
      run.give(each, 1)
      await sleep(FAULT_MS / (STEADY / 2))
      if (each === (STEADY * 3) / 4) await run.server.fail(undefined)
    }
    judge(row, run, await recovered(run))
    const books = await run.stop(row, 'steady')
    if (row.scheme === 'https') expect(books.dropped).toEqual({ export_failed: STEADY })
  })
})

describe(`a burst of ${BURST} while it fails`, () => {
  test.each(ROWS)('$name', async (row) => {
    const run = await Run.start(row, row.scheme === 'https' ? { exportRetryMs: 5 } : {})
    await run.server.fail(row.fault)
    run.give(0, BURST)
    await sleep(FAULT_MS)
    judge(row, run, await recovered(run))
    const books = await run.stop(row, 'burst')
    if (row.means === 'kept' && row.scheme === undefined) expect(books.exported).toBe(BURST)
  })
})

describe(`${AT_SHUTDOWN} spans at shutdown while it fails`, () => {
  test.concurrent.each(ROWS)('$name', async (row) => {
    const run = await Run.start(row, { spanBatchMs: 60_000, spanBatchMax: 65_536 })
    await run.server.fail(row.fault)
    run.give(0, AT_SHUTDOWN)
    const startedMs = performance.now()
    await Promise.race([run.spans.close(), sleep(FLUSH_MS)])
    const books = await run.stop(row, 'shutdown')
    expect(performance.now() - startedMs).toBeLessThan(FLUSH_MS + 2_000)
    expect(books.queued).toBe(0)
    if (row.means === 'kept' || row.means === 'answerLost') expect(books.dropped).toEqual({ shutdown: AT_SHUTDOWN })
    if (row.means === 'refused') expect(books.dropped).toEqual({ rejected: AT_SHUTDOWN })
    if (row.means === 'taken') expect(books).toMatchObject({ exported: AT_SHUTDOWN, dropped: {} })
    if (row.means === 'partial') expect(books.dropped).toEqual({ rejected: 1 })
    if (row.means === 'unsupported') expect(books).toMatchObject({ unsupported: AT_SHUTDOWN, dropped: {} })
  })
})

const WELL: Row = { name: 'none', fault: {}, means: 'taken' }

test('a full queue drops the newest, and what it held is delivered after recovery', async () => {
  const run = await Run.start(WELL, { spanQueueMax: 2_048 })
  await run.server.fail({ refuses: true })
  run.give(0, BURST)
  await sleep(FAULT_MS)
  expect(run.books().dropped).toEqual({ queue_full: BURST - 2_048 })
  await recovered(run)
  const books = await run.stop(WELL, 'beyond the bound')
  expect(books).toMatchObject({ exported: 2_048, dropped: { queue_full: BURST - 2_048 } })
  expect([...run.server.stored.keys()].map((id) => Number.parseInt(id, 16)).sort((a, b) => a - b)).toEqual(
    SPANS.slice(0, 2_048).map((_, index) => index + 1),
  )
})

test('a bound in bytes holds too', async () => {
  const run = await Run.start(WELL, { spanQueueBytesMax: 80_000 })
  await run.server.fail({ refuses: true })
  run.give(0, 1_000)
  const held = 1_000 - droppedOf(run.books())
  expect(held).toBeGreaterThan(50)
  expect(held).toBeLessThan(120)
  await recovered(run)
  expect(await run.stop(WELL, 'beyond the bytes')).toMatchObject({ exported: held })
})

test('shutdown with 20,000 spans waiting and a collector that is well delivers all of them', async () => {
  const run = await Run.start(WELL, { spanBatchMs: 60_000 })
  run.give(0, 20_000)
  const startedMs = performance.now()
  await run.spans.close()
  report.push({ fault: `shutdown of 20,000 took ${Math.round(performance.now() - startedMs)} ms` })
  expect(await run.stop(WELL, 'healthy shutdown')).toMatchObject({ exported: 20_000, dropped: {} })
  expect(run.server.stored.size).toBe(20_000)
})

test('Retry-After 0 for ever is no loop without a pause', async () => {
  const run = await Run.start(WELL, { exportPauseMsMin: 50 })
  await run.server.fail(throttled('0'))
  run.give(0, 1)
  await sleep(500)
  // 50, 75, 112, 169, 253 ms.
  expect(run.server.requests()).toBeLessThanOrEqual(6)
  await run.stop(WELL, 'hammering')
})
