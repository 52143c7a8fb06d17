import { afterEach, expect, test } from 'vitest'
import { createClock, holdProcess } from '../../src/clock.ts'
import type { Exchange } from '../../src/exchange.ts'
import { AdminClient } from '../../src/terminal/admin-client.ts'
import { recordOf } from '../../src/terminal/replay-record.ts'
import { json, startAdminServer } from '../support/admin-server.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { exchangeOf } from '../support/observed.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const clock = createClock()
const PORT = 40_001
const request = { method: 'GET', path: '/a', scheme: 'http', httpVersion: '1.1', bytes: 0 }
const first = exchangeOf(7, { request })
const sent = { response: undefined, outcome: 'complete', marks: {}, durationMs: 5, localPort: PORT } as const
const recordedNow = (id: number, changes: Partial<Exchange> = {}) =>
  exchangeOf(id, { request, startedAtMs: clock.wallMs(), peer: { address: '127.0.0.1', port: PORT }, ...changes })

/** A sidecar that remembers one list after the other, and the last one from then on. */
async function search(lists: readonly (readonly Exchange[])[], origin: Exchange = first) {
  closers.push(holdProcess())
  let turn = 0
  const admin = await startAdminServer({
    '/exchanges': (response) => json({ exchanges: lists[Math.min(turn++, lists.length - 1)] })(response),
  })
  closers.push(() => admin.close())
  const terminal = fakeTerminal()
  const client = new AdminClient({ admin: admin.url, terminal, clock })
  const found = await recordOf(sent, origin, { client, clock, stopped: terminal.stopped })
  return { found, asked: admin.asked.map((path) => decodeURIComponent(path)) }
}

test('it is waited for, and known by the port that it came from', async () => {
  const others = [first, recordedNow(8, { peer: { address: '127.0.0.1', port: 40_002 } })]
  const { found, asked } = await search([[], others, [...others, recordedNow(9)]])
  expect(found?.id).toBe(9)
  expect(asked).toHaveLength(3)
  expect(asked[0]).toBe('/exchanges?limit=200&where=path=="/a"')
})

test('an old one from the same port is another, and so is one by another method', async () => {
  const old = recordedNow(5, { startedAtMs: clock.wallMs() - 3_600_000 })
  const other = recordedNow(6, { request: { ...request, method: 'HEAD' } })
  expect((await search([[old, other]])).found).toBeUndefined()
})

test('a path that no filter can say is looked for all the same', async () => {
  const strange = { ...request, path: '/"quoted"' }
  const { found, asked } = await search([[recordedNow(9, { request: strange })]], exchangeOf(7, { request: strange }))
  expect([found?.id, asked]).toEqual([9, ['/exchanges?limit=200']])
})
