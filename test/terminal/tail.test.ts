import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, createClock } from '../../src/clock.ts'
import type { Exchange } from '../../src/exchange.ts'
import { PROGRESS_MS, REMEMBERED_MAX, RETRY_MS } from '../../src/terminal/bounds.ts'
import { type TailOptions, tail } from '../../src/terminal/tail.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { ABOUT, type AdminServer, json, type Routes, startAdminServer } from '../support/admin-server.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

const open: AdminServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

/** A second after the other. */
function passed(id: number): Exchange {
  const { trace } = exchangeOf(id)
  return exchangeOf(id, { startedAtMs: id * 1_000, trace: { ...trace, spanId: `${id}` } })
}

function lines(...values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

async function start(
  exchanges: (response: ServerResponse, query: URLSearchParams) => void,
  options: Partial<TailOptions> = {},
  { clock = createClock(), ...changes }: Partial<Terminal> & { readonly clock?: Clock } = {},
) {
  const routes: Routes = { '/about': json(ABOUT), '/exchanges': exchanges }
  const server = await startAdminServer(routes)
  open.push(server)
  const terminal = fakeTerminal(changes)
  const code = tail({ admin: server.url, json: false, last: 10, ...options }, terminal, clock)
  const shown = (): string[] => [...terminal.written().matchAll(/#(\d+)/g)].map(([, id]) => id ?? '')
  return { server, routes, terminal, code, shown }
}

describe('tail', () => {
  it('shows the last ones and follows, a line each, until the person has had enough', async () => {
    let response: ServerResponse | undefined
    const { server, terminal, code, shown } = await start((asked) => {
      response = asked
      asked.write(lines(passed(1), passed(2)))
    })
    await terminal.until(() => shown().length === 2)
    response?.write(lines(passed(3)))
    await terminal.until(() => shown().length === 3)
    terminal.stop()
    expect(await code).toBe(0)
    expect(server.asked).toEqual(['/about', '/exchanges?format=ndjson&follow=&limit=10'])
    expect(terminal.written().split('\n')).toHaveLength(4)
    expect(terminal.written()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} GET {5}\/a .* 200 .*#1 0af7651916cd43dd8448eb211c80319c\n/,
    )
    expect(terminal.said()).toBe('')
  })

  it.each<[string, object]>([
    ['a number', { ...passed(1), id: '\u001b]0;x\u0007' }],
    ['a status', { ...passed(1), response: { status: '\u009b31m', reason: '', bytes: 0 } }],
  ])('shows nothing of who is no sidecar and has a command to the terminal for %s', async (_, hostile) => {
    const { terminal, code } = await start((asked) => asked.write(lines(hostile)))
    expect(await code).toBe(69)
    expect(terminal.written()).toBe('')
    expect(terminal.said()).toContain('is no admin port of podspan')
  })

  it('asks the sidecar for what matches', async () => {
    const where = 'status>=500 && path^="/ü&"'
    const queries: URLSearchParams[] = []
    const { terminal, code } = await start(
      (response, query) => {
        queries.push(query)
        response.write(lines(passed(1)))
      },
      { where, last: 3 },
    )
    await terminal.until(() => terminal.written() !== '')
    terminal.stop()
    expect(await code).toBe(0)
    expect([queries[0]?.get('where'), queries[0]?.get('limit')]).toEqual([where, '3'])
  })

  it('says what is wrong with a filter before it asks anybody', async () => {
    const { server, terminal, code } = await start(() => undefined, { where: 'stauts==500' })
    expect(await code).toBe(64)
    expect(server.asked).toEqual([])
    expect(terminal.said()).toMatch(
      /^--where: "stauts" is no field; did you mean status\?.*\n {2}stauts==500\n {2}\^\n$/,
    )
  })

  it('gives a program JSON in printable ASCII, and tells it where something is missing', async () => {
    const request = { method: 'GET', path: '/é\u001b[2J', scheme: 'http', httpVersion: '1.1', bytes: 0 }
    const odd = { ...passed(1), request }
    const { terminal, code } = await start((response) => response.write(lines(odd, { missed: 3 }, passed(2))), {
      json: true,
    })
    await terminal.until(() => terminal.written().split('\n').length === 4)
    terminal.stop()
    await code
    expect(terminal.written()).toMatch(/^[\x20-\x7e\n]*$/)
    const values = terminal.written().trimEnd().split('\n')
    expect(values.map((line) => JSON.parse(line))).toEqual([odd, { missed: 3 }, passed(2)])
    expect(terminal.said()).toBe('')
  })

  it('says to a person how many it missed', async () => {
    const { terminal, code } = await start((response) => response.write(lines({ missed: 3 })))
    await terminal.until(() => terminal.said() !== '')
    terminal.stop()
    await code
    expect(terminal.said()).toBe('3 not shown: they came faster than they were read here\n')
  })

  it('tells a person whom it listens to, and after a while that nothing came', async () => {
    const clock = new ManualClock()
    const begun = Promise.withResolvers<void>()
    const { terminal, code } = await start(
      (response) => {
        response.write('\n')
        begun.resolve()
      },
      {},
      { isTty: true, clock },
    )
    await begun.promise
    expect(terminal.said()).toBe('shop in shop-7d9f, before localhost:8087; podspan 0.1.0 keeps the last 1000\n')
    await clock.pass(PROGRESS_MS)
    expect(terminal.said()).toContain('\nnothing so far; a request is shown when it has ended\n')
    terminal.stop()
    expect(await code).toBe(0)
  })

  it('comes back to a sidecar that went, and shows what passed meanwhile and nothing twice', async () => {
    const clock = new ManualClock()
    const first = await start((response) => response.write(lines(passed(8), passed(9))), {}, { clock })
    await first.terminal.until(() => first.shown().length === 2)
    await first.server.close()
    await first.terminal.until(() => first.terminal.said().includes('trying again until Ctrl-C'))
    await clock.pass(RETRY_MS)
    // Older ones that were never asked for, those shown already, and new ones.
    const now = lines(passed(1), passed(2), passed(8), passed(9), passed(10), passed(11))
    const second = await startAdminServer(
      { ...first.routes, '/exchanges': (response) => response.write(now) },
      first.server.port,
    )
    open.push(second)
    const passing = (async () => {
      while (first.shown().length < 4) await clock.pass(RETRY_MS)
    })()
    await first.terminal.until(() => first.shown().length === 4)
    await passing
    first.terminal.stop()
    expect(await first.code).toBe(0)
    expect(first.shown()).toEqual(['8', '9', '10', '11'])
    expect(first.terminal.said()).toContain(`is back; of what passed meanwhile the last ${REMEMBERED_MAX} are shown\n`)
    expect(second.asked.at(-1)).toContain(`limit=${REMEMBERED_MAX}`)
  })

  it.each<[string, Partial<Routes>, string]>([
    ['another program', { '/about': (response) => response.end('<html>') }, 'is no admin port of podspan'],
    ['other lines', { '/exchanges': (response) => response.write('{"a":1}\n') }, 'is no admin port of podspan'],
    ['a refusal', { '/about': json({ error: { type: 'x', message: 'not you' } }, 403) }, 'says no: not you (403)'],
  ])('says that there is no sidecar: %s', async (_, changes, said) => {
    const server = await startAdminServer({ '/about': json(ABOUT), ...changes } as Routes)
    open.push(server)
    const terminal = fakeTerminal()
    expect(await tail({ admin: server.url, json: false, last: 1 }, terminal, createClock())).toBe(69)
    expect(terminal.said()).toContain(said)
  })
})
