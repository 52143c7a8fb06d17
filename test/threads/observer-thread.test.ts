import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'
import { readBlackBox } from '../../src/observer/black-box-file.ts'
import { runsOf } from '../../src/observer/black-box-report.ts'
import { HandOff } from '../support/hand-off.ts'
import { droppedOf, exchangeOf } from '../support/observed.ts'

const REAL = new URL('../../src/observer/worker.ts', import.meta.url)
const clock = createClock()
const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
const opened: HandOff[] = []
afterEach(async () => {
  for (const outbox of opened.splice(0)) await outbox.close(2_000)
})

/** Said at every start. */
const isVisibility = (text: string): boolean => text.includes('memory and CPU')

function start(changes: Partial<Limits> = {}, workerUrl = REAL, drills = true, blackBox?: string) {
  const limits = { ...DEFAULT_LIMITS, observerRestartMs: 20, observerRestartMsMax: 200, ...changes }
  const said: string[] = []
  const say = (text: string) => void (isVisibility(text) || said.push(text))
  const outbox = new HandOff({ clock, limits, changes: { drills, blackBox }, workerUrl, say })
  const { ledger } = outbox
  opened.push(outbox)
  let id = 0
  const give = (count: number) => {
    for (let turn = 0; turn < count; turn++) outbox.sink(exchangeOf(++id))
  }
  return { outbox, ledger, said, give, books: () => ledger.snapshot().exchange }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

/** A worker that says it is ready and then does as its code says with each message `m`. */
function workerOf(code: string): URL {
  const source = `
    import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
    import { Ledger } from '${new URL('../../src/ledger.ts', import.meta.url)}'
    import { unpack } from '${new URL('../../src/packing.ts', import.meta.url)}'
    const tell = (message) => parentPort.postMessage(message)
    const { setup: { threads: [{ ledger }] }, ports: [port] } = workerData
    const take = (count) => new Ledger(ledger).ended('exchange', 'exported', count)
    const hear = (m) => { ${code} }
    port.on('message', (exchanges) => hear({ kind: 'batch', exchanges }))
    parentPort.on('message', (m) => {
      if (m.kind === 'shutdown')
        for (let last; (last = receiveMessageOnPort(port)); ) hear({ kind: 'batch', exchanges: last.message })
      hear(m)
    })
    tell({ kind: 'ready' })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

describe('a fatal error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const runOf = (box: string) => runsOf(readBlackBox(readFileSync(box))?.records ?? [])[0]

  test('is in the black box, with all that waited, when this thread may go on to die', async () => {
    const box = join(folder, 'fatal')
    const { outbox, give } = start({ batchMs: 60_000 }, REAL, true, box)
    await outbox.ready()
    give(5)
    outbox.fatal('Error: no', 10_000)
    expect(runOf(box)).toMatchObject({ end: 'fatal', deaths: [{ of: 'process', text: 'Error: no' }] })
    expect(runOf(box)?.exchanges.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
  })

  test('of one data thread is told without waiting, and the run goes on', async () => {
    const box = join(folder, 'failure')
    const { outbox } = start({}, REAL, true, box)
    await outbox.ready()
    outbox.tellFailure('data thread 2: Error: no')
    await until(() => runOf(box)?.deaths.length === 1)
    expect(runOf(box)).toMatchObject({ end: 'cut-off', deaths: [{ of: 'thread' }] })
    outbox.fatal('Error: and this', 10_000)
    expect(runOf(box)).toMatchObject({ end: 'fatal', deaths: [{ of: 'thread' }, { of: 'process' }] })
  })

  test('waits for a blocked observer no longer than it was told', async () => {
    const { outbox } = start({}, REAL, true, join(folder, 'blocked'))
    await outbox.ready()
    outbox.drill('block', 1_000)
    await sleep(50)
    const before = clock.monotonicMs()
    outbox.fatal('Error: no', 100)
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(99)
    expect(clock.monotonicMs() - before).toBeLessThan(900)
  })
})

describe('batches', () => {
  const echo = workerOf(`
    if (m.kind === 'batch') {
      const ids = []
      unpack(m.exchanges, ({ id }) => ids.push(id))
      tell({ kind: 'say', text: ids.join() })
    }
    if (m.kind === 'shutdown') tell({ kind: 'flushed' })`)

  test('go when they are full, and the rest when it has waited long enough, in order', async () => {
    const { said, give } = start({ batchExchangesMax: 3, batchMs: 20 }, echo)
    give(7)
    await until(() => said.length === 3)
    expect(said).toEqual(['1,2,3', '4,5,6', '7'])
  })

  test('what waits when it is closed still goes', async () => {
    const { outbox, said, give } = start({ batchMs: 60_000 }, echo)
    give(2)
    await outbox.close(2_000)
    expect(said).toEqual(['1,2'])
  })

  test('that nobody takes fill the outbox to its bound; then the newest is dropped, and all is settled at the end', async () => {
    const { outbox, give, books } = start({ outboxExchangesMax: 10, batchExchangesMax: 4 }, echo)
    give(15)
    expect(books()).toMatchObject({ created: 15, dropped: { outbox_full: 5 }, queued: 10 })
    await outbox.close(2_000)
    expect(books()).toMatchObject({ created: 15, exported: 0, dropped: { outbox_full: 5, shutdown: 10 }, queued: 0 })
    outbox.sink(exchangeOf(16))
    expect(books()).toMatchObject({ created: 16, dropped: { shutdown: 11 }, queued: 0 })
  })

  test('closing waits no longer than told for an observer that does not answer', async () => {
    const { outbox } = start({}, workerOf(''))
    const startedMs = clock.monotonicMs()
    await outbox.ready()
    await outbox.close(100)
    expect(clock.monotonicMs() - startedMs).toBeLessThan(5_000)
  })
})

const pausesOf = (said: readonly string[]): (string | undefined)[] =>
  said.flatMap((text) => text.match(/starts in (\d+) ms/)?.[1] ?? [])

describe('an observer that dies', () => {
  test('is said, its losses are counted, and what still waited goes to the next', async () => {
    const dies = workerOf(`
      if (m.kind === 'drill') throw new Error('no more')
      if (m.kind === 'batch' && m.exchanges.count < 4) take(m.exchanges.count)`)
    const { outbox, ledger, said, give, books } = start(
      { batchExchangesMax: 4, batchMs: 60_000, observerRestartMs: 100 },
      dies,
    )
    await outbox.ready()
    // What the observer had under way in its own signals.
    ledger.created('dump', 6)
    ledger.ended('dump', 'exported', 2)
    outbox.drill('die')
    give(4)
    await until(() => said.length === 2)
    expect(said[0]).toMatch(/^the observer failed: no more \(at .*\)$/)
    expect(said[1]).toBe('the observer ended (code 1); the traffic goes on, a new one starts in 100 ms')
    give(3)
    expect(books()).toMatchObject({ created: 7, dropped: { observer_died: 4 }, queued: 3 })
    expect(ledger.snapshot().dump).toMatchObject({ dropped: { observer_died: 4 }, queued: 0 })
    await until(() => books().exported === 3)
    expect(books()).toMatchObject({ created: 7, exported: 3, dropped: { observer_died: 4 }, queued: 0 })
  })

  test('before it is ready is started again ever more slowly, and closing ends that', async () => {
    const { outbox, said } = start(
      { observerRestartMs: 5, observerRestartMsMax: 5_000 },
      new URL('data:text/javascript,throw 1'),
    )
    await until(() => said.length >= 8)
    await outbox.close(100)
    expect(pausesOf(said).slice(0, 4)).toEqual(['5', '10', '20', '40'])
    const before = said.length
    await sleep(60)
    expect(said.length).toBe(before)
    await outbox.ready()
  })

  test('before it lives at all is tried again ever more slowly', async () => {
    const { said } = start({ observerRestartMs: 5, observerRestartMsMax: 200 }, new URL('http://127.0.0.1/'))
    await until(() => pausesOf(said).length >= 4)
    expect(said[0]).toMatch(/^the observer could not be started: /)
    expect(pausesOf(said).slice(0, 4)).toEqual(['5', '10', '20', '40'])
  })

  test('is never started more slowly than the bound says', async () => {
    const { said } = start(
      { observerRestartMs: 400, observerRestartMsMax: 1_000 },
      new URL('data:text/javascript,throw 1'),
    )
    await until(() => pausesOf(said).length >= 4)
    expect(pausesOf(said)).toEqual(['400', '800', '1000', '1000'])
  })

  test.each([
    {
      often: 'again and again is started ever more slowly, although it was ready',
      max: 30_000,
      pauses: ['5', '10', '20'],
    },
    { often: 'after a long life is started again at once', max: 6, pauses: ['5', '5', '5'] },
  ])('$often', async ({ max, pauses }) => {
    const { outbox, said } = start(
      { observerRestartMs: 5, observerRestartMsMax: max },
      workerOf(`if (m.kind === 'drill') process.exit(3)`),
    )
    await outbox.ready()
    await until(() => {
      outbox.drill('die')
      return said.length >= pauses.length
    })
    expect(said[0]).toBe('the observer ended (code 3); the traffic goes on, a new one starts in 5 ms')
    expect(pausesOf(said).slice(0, pauses.length)).toEqual(pauses)
  })
})

describe('where the admin API is', () => {
  const serving = (told: string): URL =>
    workerOf(`
      if (m.kind === 'drill') process.exit(3)
      if (m.kind === 'shutdown') tell({ kind: 'flushed' })
    }
    tell({ kind: 'say', text: 'before me ' + workerData.adminPort })
    tell(${told})
    {`)

  test('is told by the first observer, and the next one comes to know its port', async () => {
    const { outbox, said } = start(
      {},
      serving(`{ kind: 'admin', host: '127.0.0.1', port: workerData.adminPort ?? 77 }`),
    )
    expect(await outbox.admin()).toEqual({ kind: 'admin', host: '127.0.0.1', port: 77 })
    await outbox.ready()
    outbox.drill('die')
    await until(() => said.includes('before me 77'))
    expect(said[0]).toBe('before me undefined')
  })

  test('is nowhere when its port is taken; of a later observer that is said', async () => {
    const { outbox, said } = start({}, serving(`{ kind: 'no-admin', code: 'EADDRINUSE' }`))
    expect(await outbox.admin()).toEqual({ kind: 'no-admin', code: 'EADDRINUSE' })
    await outbox.ready()
    expect(said).toEqual(['before me undefined'])
    outbox.drill('die')
    await until(() => said.some((text) => text.includes('the admin API is gone') && text.includes('EADDRINUSE')))
  })

  test('is not waited for where the first observer does not live to say it', async () => {
    const { outbox } = start({ observerRestartMs: 5 }, new URL('data:text/javascript,throw 1'))
    expect(await outbox.admin()).toBeUndefined()
  })
})

describe('the real observer', () => {
  test('takes all there is, and nothing stays queued in any signal', async () => {
    const { outbox, ledger, said, give } = start()
    give(1_000)
    await outbox.close(5_000)
    const { exchange, span } = ledger.snapshot()
    expect(exchange).toMatchObject({ created: 1_000, exported: 1_000, dropped: {}, queued: 0 })
    expect(span).toMatchObject({ created: 1_000, not_configured: 1_000, queued: 0 })
    expect(said).toEqual([])
  })

  test('killed in mid-load, again and again: every exchange is accounted for', async () => {
    const { outbox, ledger, said, give } = start()
    await outbox.ready()
    for (let round = 0; round < 60; round++) {
      give(100)
      if (round % 20 === 10) {
        // Until it has all of these: it dies before it takes them.
        outbox.drill('block', 20)
        outbox.drill('die')
      }
      give(37)
      await sleep(10)
    }
    await outbox.close(5_000)
    const { exchange, span } = ledger.snapshot()
    expect(said.filter((text) => text.includes('a drill')).length).toBeGreaterThan(0)
    expect(exchange.created).toBe(60 * 137)
    expect(exchange.dropped.observer_died).toBeGreaterThan(0)
    expect(exchange.exported + droppedOf(exchange)).toBe(exchange.created)
    // What it took it also kept the books of: not one span is missing.
    expect(span.not_configured + droppedOf(span)).toBe(exchange.exported)
  })

  test('blocked for five seconds: the data thread goes on, the outbox fills to its bound, and the books balance', async () => {
    const { outbox, give, books } = start({ outboxExchangesMax: 500 })
    await outbox.ready()
    give(100)
    await until(() => books().exported === 100)
    outbox.drill('block', 5_000)
    await sleep(50)
    let slowestMs = 0
    for (let round = 0; round < 40; round++) {
      const startedMs = clock.monotonicMs()
      give(100)
      slowestMs = Math.max(slowestMs, clock.monotonicMs() - startedMs)
      await sleep(20)
    }
    expect(books()).toMatchObject({ created: 4_100, exported: 100, dropped: { outbox_full: 3_500 }, queued: 500 })
    expect(slowestMs).toBeLessThan(1_000)
    await until(() => books().queued === 0)
    expect(books()).toMatchObject({ created: 4_100, exported: 600, dropped: { outbox_full: 3_500 } })
  })

  test('blocked while it is closed: the time is kept and the rest is counted', async () => {
    const { outbox, ledger, give } = start()
    await outbox.ready()
    outbox.drill('block', 60_000)
    give(200)
    await outbox.close(100)
    expect(ledger.snapshot().exchange).toMatchObject({
      created: 200,
      exported: 0,
      dropped: { shutdown: 200 },
      queued: 0,
    })
  })

  test('obeys no drill unless it was set up for them', async () => {
    const { outbox, said, give, books } = start({}, REAL, false)
    await outbox.ready()
    outbox.drill('die')
    give(10)
    await until(() => books().exported === 10)
    expect(said).toEqual([])
  })
})
