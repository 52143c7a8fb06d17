import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Courier } from '../../otel/courier.ts'
import type { Reply } from '../../otel/policy.ts'
import { Replay } from '../../otel/replay.ts'
import { Spool } from '../../otel/spool.ts'
import type { Transport } from '../../otel/transport.ts'
import { Ledger, type SignalBalance } from '../../src/ledger.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { droppedOf, ManualClock } from '../support/observed.ts'

let parent = ''
let directory = ''
let ledger: Ledger
let clock: ManualClock
let said: string[]
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'podspan-spool-'))
  directory = join(parent, 'spool')
  ledger = new Ledger()
  clock = new ManualClock()
  said = []
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

function open(changes: Partial<Limits> = {}, at = directory): Spool | undefined {
  const limits = { ...DEFAULT_LIMITS, ...changes }
  return Spool.open({ directory: at, clock, limits, ledger, say: (text) => said.push(text) })
}
function opened(changes: Partial<Limits> = {}): Spool {
  const spool = open(changes)
  if (spool === undefined) throw new Error(said.join())
  return spool
}
const batch = (text: string, count = 1) => ({ body: Buffer.from(text), count })

function books(): SignalBalance {
  const balance = ledger.snapshot().spool
  expect(balance.created).toBe(balance.exported + droppedOf(balance) + balance.queued)
  return balance
}

describe('the folder', () => {
  test('keeps batches in order, readable by nobody else, and whole', () => {
    const spool = opened()
    for (const text of ['a', 'b']) expect(spool.put('span', 'protobuf', batch(text, 3))).toBe(true)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600, 0o600])
    expect(spool.oldest('metric', 'protobuf')).toBeUndefined()
    expect(spool.oldest('span', 'json')).toBeUndefined()
    const file = spool.oldest('span', 'protobuf')
    if (file === undefined) throw new Error('nothing is there')
    expect(Buffer.from(spool.read(file) ?? []).toString()).toBe('a')
    spool.remove(file, 'exported', 1)
    expect(books()).toMatchObject({ created: 6, exported: 2, dropped: { rejected: 1 }, queued: 3 })
  })

  test('is bounded by bytes: the oldest goes, counted', () => {
    const spool = opened({ spoolBytesMax: 10 })
    for (const text of ['aaaa', 'bbbb', 'cccc']) expect(spool.put('span', 'protobuf', batch(text))).toBe(true)
    expect(spool.put('span', 'protobuf', batch('more than it holds'))).toBe(false)
    expect(readdirSync(directory)).toHaveLength(2)
    expect(books()).toMatchObject({ created: 3, dropped: { spool_lost: 1 }, queued: 2 })
  })

  test('is bounded by age', () => {
    const spool = opened({ spoolAgeMs: 1_000 })
    spool.put('span', 'protobuf', batch('a'))
    clock.block(1_001)
    expect(spool.oldest('span', 'protobuf')).toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
    expect(books()).toMatchObject({ dropped: { spool_lost: 1 }, queued: 0 })
  })

  test('what another process left is found; what it had not finished goes; what is not ours stays', () => {
    opened().put('metric', 'json', batch('a', 7))
    const [name = ''] = readdirSync(directory)
    writeFileSync(join(directory, `${name}.unfinished`), 'half')
    writeFileSync(join(directory, 'README'), 'hello')
    ledger = new Ledger()
    expect(opened().oldest('metric', 'json')?.count).toBe(7)
    expect(readdirSync(directory).sort()).toEqual([name, 'README'])
    expect(books()).toMatchObject({ created: 7, queued: 7 })
  })

  test('an observer that is started again has its files on the books once', () => {
    opened().put('span', 'protobuf', batch('a', 7))
    opened()
    expect(books()).toMatchObject({ created: 7, queued: 7 })
    rmSync(directory, { recursive: true })
    opened()
    expect(books()).toMatchObject({ created: 7, dropped: { spool_lost: 7 }, queued: 0 })
  })

  test('that cannot be had, written or read is said once, and nothing is lost from the books', () => {
    writeFileSync(join(parent, 'file'), '')
    expect(open({}, join(parent, 'file'))).toBeUndefined()
    expect(said).toHaveLength(1)
    const spool = opened()
    spool.put('span', 'protobuf', batch('a'))
    rmSync(directory, { recursive: true })
    for (let each = 0; each < 2; each++) expect(spool.put('span', 'protobuf', batch('b'))).toBe(false)
    const file = spool.oldest('span', 'protobuf')
    expect(file && spool.read(file)).toBeUndefined()
    expect(said).toHaveLength(2)
    expect(books()).toMatchObject({ created: 1, dropped: { spool_lost: 1 }, queued: 0 })
  })
})

describe('the way of a batch through it', () => {
  const TAKEN: Reply = { kind: 'accepted', rejected: 0, message: '' }
  const FAILED: Reply = { kind: 'failed', reason: 'ECONNREFUSED' }
  let reply: Reply
  let sent: string[]
  const transport: Transport = {
    encoding: 'protobuf',
    send(body) {
      if (reply.kind === 'accepted') sent.push(Buffer.from(body).toString())
      return Promise.resolve(reply)
    },
    close() {},
  }
  beforeEach(() => {
    reply = FAILED
    sent = []
  })

  function process(): { courier: Courier; replay: Replay; send(text: string): Promise<void> } {
    const spool = opened()
    const limits = DEFAULT_LIMITS
    const options = { signal: 'metric', clock, limits, ledger, transport, spool, timeoutMs: 1_000 } as const
    const courier = new Courier({ ...options, say: (text) => said.push(text) })
    return {
      courier,
      replay: new Replay({ ...options, courier }),
      send(text) {
        ledger.created('metric', 2)
        return courier.deliver(batch(text, 2))
      },
    }
  }

  test('retries used up: spooled, and delivered in order once the backend is back, without any traffic', async () => {
    const { send } = process()
    const sending = [send('a'), send('b')]
    await clock.pass(300_000)
    await Promise.all(sending)
    expect(ledger.snapshot().metric).toMatchObject({ created: 4, spooled: 4, dropped: {}, queued: 0 })
    expect(books()).toMatchObject({ queued: 4 })
    reply = TAKEN
    await clock.pass(30_000)
    expect(sent.sort()).toEqual(['a', 'b'])
    expect(books()).toMatchObject({ exported: 4, queued: 0 })
    expect(readdirSync(directory)).toEqual([])
  })

  test('given up at shutdown: the next process delivers it, beside its own', async () => {
    const first = process()
    const sending = first.send('a')
    await clock.pass(0)
    first.replay.stop()
    first.courier.close()
    await sending
    expect(ledger.snapshot().metric).toMatchObject({ spooled: 2, dropped: {}, queued: 0 })
    ledger = new Ledger()
    reply = TAKEN
    process()
    await clock.pass(0)
    expect(sent).toEqual(['a'])
    expect(books()).toMatchObject({ created: 2, exported: 2, queued: 0 })
  })

  test('a live batch that is taken wakes it; what is refused goes, counted', async () => {
    opened().put('metric', 'protobuf', batch('old', 5))
    const { send } = process()
    await clock.pass(0)
    reply = TAKEN
    await send('live')
    await clock.pass(0)
    expect(sent).toEqual(['live', 'old'])
    opened().put('metric', 'protobuf', batch('bad', 5))
    reply = { kind: 'refused', reason: 'HTTP 400' }
    process()
    await clock.pass(0)
    expect(books()).toMatchObject({ exported: 5, dropped: { rejected: 5 }, queued: 0 })
    expect(existsSync(directory)).toBe(true)
  })
})
