import { afterEach, expect, test } from 'vitest'
import { ItemBacklog } from '../../otel/backlog.ts'
import { Delivery } from '../../otel/delivery.ts'
import type { Reply } from '../../otel/policy.ts'
import { createSender } from '../../otel/sender.ts'
import { SpanDelivery } from '../../otel/signals.ts'
import { createClock } from '../../src/clock.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { droppedOf, ManualClock } from '../support/observed.ts'
import { type OtlpServer, startOtlpServer } from '../support/otlp-server.ts'
import { OWNER, tracedOf } from '../support/spans.ts'

const TAKEN: Reply = { kind: 'accepted', rejected: 0, message: '' }

/** A delivery of numbers to a backend that answers when the test says so. */
class Run {
  readonly ledger: Ledger = new Ledger()
  readonly clock: ManualClock = new ManualClock()
  readonly bodies: Uint8Array[] = []
  readonly said: string[] = []
  readonly delivery: Delivery<number>
  #answers: ((reply: Reply) => void)[] = []

  constructor(changes: Partial<Limits> = {}) {
    const limits = { ...DEFAULT_LIMITS, spanBatchMax: 4, ...changes }
    this.delivery = new Delivery({
      signal: 'metric',
      clock: this.clock,
      limits,
      ledger: this.ledger,
      say: (text) => this.said.push(text),
      timeoutMs: limits.exportMs,
      endpoint: 'http://collector/v1/metrics',
      backlog: new ItemBacklog<number>(
        { countMax: limits.spanQueueMax, bytesMax: limits.spanQueueBytesMax, batchMax: limits.spanBatchMax },
        () => 1,
        (items) => {
          if (items.includes(13)) throw new Error('13')
          return Uint8Array.from(items)
        },
      ),
      transport: {
        encoding: 'protobuf',
        send: (body, over) => {
          this.bodies.push(body)
          const { promise, resolve } = Promise.withResolvers<Reply>()
          this.#answers.push(resolve)
          over.addEventListener('abort', () => resolve({ kind: 'failed', reason: 'late' }))
          return promise
        },
        close() {},
      },
    })
  }

  add(...items: number[]): void {
    for (const item of items) {
      this.ledger.created('metric')
      this.delivery.add(item)
    }
  }

  async answer(reply: Reply): Promise<void> {
    for (const resolve of this.#answers.splice(0)) resolve(reply)
    await this.clock.pass(0)
  }

  books(): SignalBalance {
    const balance = this.ledger.snapshot().metric
    expect(balance.created).toBe(balance.exported + balance.unsupported + droppedOf(balance) + balance.queued)
    return balance
  }
}
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 20)

test('a full batch leaves at once, a smaller one after a while, without being asked', async () => {
  const run = new Run()
  run.add(1, 2, 3, 4, 5)
  expect(run.bodies).toEqual([Uint8Array.of(1, 2, 3, 4)])
  await run.answer(TAKEN)
  await run.clock.pass(DEFAULT_LIMITS.spanBatchMs)
  expect(run.bodies[1]).toEqual(Uint8Array.of(5))
  await run.answer(TAKEN)
  expect(run.books()).toMatchObject({ exported: 5, queued: 0 })
  expect(run.clock.timers).toBe(0)
})

test('its state says where it goes, how that is, and how much waits', async () => {
  const run = new Run({ spanQueueMax: 10 })
  run.add(1, 2, 3, 4, 5)
  const where = { signal: 'metric', endpoint: 'http://collector/v1/metrics', queueMax: 10 }
  expect(run.delivery.state).toEqual({ ...where, mood: 'untried', queued: 5 })
  await run.answer(TAKEN)
  expect(run.delivery.state).toEqual({ ...where, mood: 'fine', queued: 1, deliveredAtMs: 0 })
  await run.delivery.abandon()
})

test('what came after a batch that takes its time does not wait for it', async () => {
  const run = new Run()
  run.add(1, 2, 3, 4, 5, 6, 7, 8)
  run.add(9)
  await run.clock.pass(DEFAULT_LIMITS.spanBatchMs)
  expect(run.bodies).toHaveLength(3)
  await run.answer(TAKEN)
  expect(run.books()).toMatchObject({ exported: 9, queued: 0 })
})

test('several batches are under way while all goes well, one when the backend is in trouble', async () => {
  const run = new Run({ exportsMax: 3 })
  run.add(...range(40))
  expect(run.bodies).toHaveLength(3)
  await run.answer({ kind: 'refused', reason: 'HTTP 400' })
  expect(run.bodies).toHaveLength(4)
  await run.answer({ kind: 'refused', reason: 'HTTP 400' })
  expect(run.bodies).toHaveLength(5)
  await run.answer(TAKEN)
  expect(run.bodies).toHaveLength(8)
  await run.delivery.abandon()
  expect(run.books()).toMatchObject({ exported: 4, dropped: { rejected: 16, shutdown: 20 }, queued: 0 })
})

test('the bound holds what waits and what is under way together; beyond it the newest are dropped', async () => {
  const run = new Run({ spanQueueMax: 10 })
  run.add(...range(50))
  expect(run.books()).toMatchObject({ dropped: { queue_full: 40 }, queued: 10 })
  await run.answer(TAKEN)
  run.add(1, 2)
  expect(run.books()).toMatchObject({ exported: 8, dropped: { queue_full: 40 }, queued: 4 })
})

test('a flush ends when all has come to an end; after the close nothing more is taken', async () => {
  const run = new Run()
  run.add(1, 2)
  let isClosed = false
  const closing = run.delivery.close().then(() => {
    isClosed = true
  })
  await run.clock.pass(0)
  expect(isClosed).toBe(false)
  await run.answer(TAKEN)
  await closing
  run.add(3)
  expect(run.books()).toMatchObject({ exported: 2, dropped: { shutdown: 1 }, queued: 0 })
})

test('what cannot be written is counted and does not stop the rest', async () => {
  const run = new Run()
  run.add(13, 14, 15, 16, 1, 2, 3, 4)
  await run.answer(TAKEN)
  expect(run.books()).toMatchObject({ exported: 4, dropped: { export_failed: 4 }, queued: 0 })
  expect(run.said).toHaveLength(1)
})

let server: OtlpServer | undefined
afterEach(() => server?.close())

test('spans arrive over a real socket, in batches, by themselves', async () => {
  server = await startOtlpServer()
  const ledger = new Ledger()
  const limits = { ...DEFAULT_LIMITS, spanBatchMs: 20, spanBatchMax: 10 }
  const options = { clock: createClock(), limits, ledger, say: () => {}, userAgent: 'podspan/0' }
  const settings = { enabled: true, protocol: 'http/json', endpoint: server.url } as const
  const spans = new SpanDelivery(await createSender('traces', settings, options), OWNER)
  for (let each = 0; each < 95; each++) {
    ledger.ended('exchange', 'exported')
    spans.add(tracedOf(each + 1))
  }
  await expect.poll(() => ledger.snapshot().span, { timeout: 5_000 }).toMatchObject({ exported: 95, queued: 0 })
  expect(server.spans).toHaveLength(95)
  expect(server.requests()).toBeGreaterThanOrEqual(10)
})
