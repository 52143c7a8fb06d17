import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import type { ExchangeAnswer } from '../../src/admin/shapes.ts'
import { createClock } from '../../src/clock.ts'
import { type ReplayOptions, replay } from '../../src/terminal/replay.ts'
import { ABOUT, json, type Routes, startAdminServer } from '../support/admin-server.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { exchangeOf, ManualClock } from '../support/observed.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const clock = createClock()
const PLAIN: ReplayOptions = { id: '1', admin: '', to: undefined, query: undefined, unsafe: false, json: false }

/** What listens in the place of the sidecar. */
async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close().closeAllConnections())
  return (server.address() as AddressInfo).port
}

const request = { method: 'GET', path: '/a', query: 'x=1', scheme: 'http', httpVersion: '1.1', bytes: 0 }
const recorded: ExchangeAnswer = {
  exchange: exchangeOf(1, { request, response: { status: 200, reason: 'OK', bytes: 2, headers: { etag: ['"a"'] } } }),
  phases: [],
  ownMs: 0,
  clientStalledMs: 0,
}
const CONFIG = { limits: { capturedTextBytesMax: 100 }, observation: { capture: { request: ['accept'] } } }

async function run(port: number, options: Partial<ReplayOptions> = {}, routes: Routes = {}) {
  const about = { ...ABOUT, pod: hostname(), listen: { host: '0.0.0.0', port } }
  const admin = await startAdminServer({
    '/exchanges/1': json(recorded),
    '/exchanges/2': json({ error: { type: 'no_such_exchange', message: 'no exchange 2 is remembered' } }, 404),
    '/exchanges': json({ exchanges: [] }),
    '/about': json(about),
    '/config': json(CONFIG),
    ...routes,
  })
  closers.push(() => admin.close())
  const terminal = fakeTerminal()
  const code = await replay({ ...PLAIN, admin: admin.url, ...options }, terminal, clock)
  return { code, written: terminal.written(), said: terminal.said() }
}

const hello: RequestListener = (_, response) => response.setHeader('etag', '"b"').setHeader('x-other', '1').end('hi')

describe('the exit code', () => {
  test('0 for the same status, with the differences in words', async () => {
    const { code, written } = await run(await listen(hello), { to: undefined })
    expect(code).toBe(0)
    expect(written).toMatch(/^GET \/a\?x=1 once more, to http:\/\/127\.0\.0\.1:\d+$/m)
    expect(written).toMatch(/etag +"a" +"b" +different/)
    // Of the answer's fields only those are known that were captured the first time.
    expect(written).not.toContain('x-other')
    expect(written).toContain('the sidecar has no record of it')
  })

  test('1 for another status, for programs too', async () => {
    const port = await listen((_, response) => response.writeHead(503).end('hi'))
    const { code, written } = await run(port, { json: true })
    expect([code, JSON.parse(written).sameStatus]).toEqual([1, false])
  })

  test.each<[string, Partial<ReplayOptions>, Routes, number, RegExp]>([
    ['64 for what must be asked in another way', { to: 'https://h' }, {}, 64, /--to "https:\/\/h" is not understood/],
    ['66 for a request that nobody remembers', { id: '2' }, {}, 66, /no exchange 2 is remembered/],
    [
      '66 for one that was none',
      {},
      { '/exchanges/1': json({ ...recorded, exchange: exchangeOf(1, { request: undefined }) }) },
      66,
      /cannot be sent again/,
    ],
    [
      '66 for one whose path was cut to the bound of this very sidecar',
      {},
      {
        '/exchanges/1': json({
          ...recorded,
          exchange: exchangeOf(1, { request: { ...request, path: `/${'p'.repeat(99)}` } }),
        }),
      },
      66,
      /longer than the 100 bytes/,
    ],
    [
      '69 where nobody takes it',
      { to: '1' },
      {},
      69,
      /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\): nothing was sent/,
    ],
    ['69 where no sidecar is', { admin: 'http://127.0.0.1:1' }, {}, 69, /nobody listens on http:\/\/127\.0\.0\.1:1/],
    ['69 where something else talks JSON', {}, { '/about': json({ version: 3 }) }, 69, /no admin port of podspan/],
    [
      '69 where something else is',
      {},
      { '/about': (response) => response.end('hello') },
      69,
      /no admin port of podspan/,
    ],
  ])('%s', async (_, options, routes, expected, text) => {
    const { code, written, said } = await run(await listen(hello), options, routes)
    expect([code, written]).toEqual([expected, ''])
    expect(said).toMatch(text)
  })
})

test('what is not safe is not sent unless asked for', async () => {
  let asked = 0
  const port = await listen((_, response) => {
    asked++
    response.end('hi')
  })
  const post = { ...recorded, exchange: exchangeOf(1, { request: { ...request, method: 'DELETE' } }) }
  const routes = { '/exchanges/1': json(post) }
  expect([(await run(port, {}, routes)).code, asked]).toEqual([64, 0])
  expect([(await run(port, { unsafe: true }, routes)).code, asked]).toEqual([0, 1])
})

test('a person who waits is told so, and may have enough', async () => {
  const arrived = Promise.withResolvers<void>()
  const port = await listen(() => arrived.resolve())
  const admin = await startAdminServer({
    '/exchanges/1': json(recorded),
    '/about': json({ ...ABOUT, pod: hostname(), listen: { host: '127.0.0.1', port } }),
    '/config': json(CONFIG),
  })
  closers.push(() => admin.close())
  const terminal = fakeTerminal({ isTty: true })
  const slow = new ManualClock()
  const code = replay({ ...PLAIN, admin: admin.url }, terminal, slow)
  await arrived.promise
  await slow.pass(1_000)
  expect(terminal.said()).toBe(`waiting for http://127.0.0.1:${port} to answer\n`)
  terminal.stop()
  expect([await code, terminal.written()]).toEqual([130, ''])
})
