/** `podspan demo` as a person starts it: within a minute there is something of everything to look at, and nothing secret. */
import { expect, test } from 'vitest'
import { TEMPLATES } from '../../src/demo/service.ts'
import type { Exchange } from '../../src/exchange.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const KINDS: Readonly<Record<string, (exchange: Exchange) => boolean>> = {
  slow: ({ durationMs, eventStream, upgrade }) => durationMs > 500 && !eventStream && !upgrade,
  failing: ({ response }) => response?.status === 500,
  stalling: ({ response }) => response?.status === 503,
  refused: ({ response }) => response?.status === 401,
  moved: ({ response }) => response?.status === 302,
  missing: ({ response, request }) => response?.status === 404 && request?.route === undefined,
  'in chunks': ({ request }) => request?.path === '/exports/orders.csv',
  'an upload that takes its time': ({ request, marks }) => (request?.bytes ?? 0) > 1e5 && (marks.requestEnd ?? 0) > 100,
  'events that were left': ({ eventStream }) => (eventStream?.events ?? 0) > 0 && eventStream?.endedBy === 'client',
  'a chat with a goodbye': ({ upgrade }) => upgrade?.closeCode === 1_000 && (upgrade.messagesIn ?? 0) > 0,
}

function exchangesOf(demo: RunningSidecar): Exchange[] {
  const lines = demo.stdout().split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line)).filter((each) => 'trace' in each)
}

test('it shows slow, failing, streaming and upgraded, by few routes and without a secret', {
  timeout: 120_000,
}, async () => {
  const args = ['demo', '--port', '0', '--dump-format', 'ndjson', '--dump-every', '200ms']
  const demo = await startSidecar({ args })
  const missing = () => {
    const exchanges = exchangesOf(demo)
    return Object.keys(KINDS).filter((kind) => !exchanges.some((exchange) => KINDS[kind]?.(exchange)))
  }
  await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([])
  const exchanges = exchangesOf(demo)
  const routes = new Set(exchanges.map(({ request }) => request?.route))
  expect([...routes].filter((route) => route !== undefined && !TEMPLATES.includes(route))).toEqual([])
  expect(routes.size).toBeGreaterThan(8)
  expect(exchanges.some(({ request }) => request?.query?.endsWith('=REDACTED'))).toBe(true)
  expect(await demo.stop()).toBe(0)
  expect(demo.stdout() + demo.stderr()).not.toContain('demo-secret')
  // Nothing but podspan's own lines: no warning of Node's.
  expect(
    demo
      .stderr()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('podspan: ')),
  ).toEqual([])
})

test('routes of the user go before its own', async () => {
  const args = ['demo', '--port', '0', '--routes', '/{all...}', '--dump-format', 'ndjson', '--dump-every', '200ms']
  const demo = await startSidecar({ args })
  await expect.poll(() => exchangesOf(demo).length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(await demo.stop()).toBe(0)
  expect(new Set(exchangesOf(demo).map(({ request }) => request?.route))).toEqual(new Set(['/{all...}']))
})
