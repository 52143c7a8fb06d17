import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { createColors } from 'picocolors'
import { describe, expect, it } from 'vitest'
import type { LiveTick } from '../../src/admin/shapes.ts'
import { Ledger } from '../../src/ledger.ts'
import { topLines } from '../../src/terminal/top-screen.ts'
import { ABOUT, tickOf } from '../support/admin-server.ts'

const plain = createColors(false)
const SIZE = { columns: 120, rows: 20 }

function screen(tick: LiveTick, note?: string): string[] {
  return topLines({ about: ABOUT, tick, note }, SIZE, plain)
}

const ledger = new Ledger()
ledger.dropped('span', 'queue_full', 7)
const busy = tickOf({
  routes: [
    { method: 'GET', route: '/slow', count: 9, errors: 1, perSecond: 3, errorsPerSecond: 0 },
    { method: 'GET', route: '/bad', count: 9, errors: 1, perSecond: 1, errorsPerSecond: 1 },
  ],
  inflight: {
    requests: [
      { id: 1, traceId: '', method: 'GET', path: '/a', phase: 'waiting', ageMs: 5 },
      { id: 2, traceId: '', method: 'GET', path: '/slow', phase: 'waiting', ageMs: 2_100 },
    ],
    count: 3,
  },
  resources: {
    ...{ atMs: 0, memoryBytes: 120 * 2 ** 20, memoryLimitBytes: 512 * 2 ** 20 },
    ...{ cpuCores: 0.421, cpuLimitCores: 2, throttledMs: 12.4 },
  },
  app: { app: { isUp: false, exits: 2, oomKills: 1 }, scope: 'shared' },
  ledger: {
    ledger: ledger.snapshot(),
    backends: [
      { signal: 'span', endpoint: 'http://x', mood: 'fine', queued: 0, queueMax: 9 },
      { signal: 'metric', endpoint: 'http://x', mood: 'failing', reason: '503', queued: 12, queueMax: 99 },
    ],
  },
})

describe('the screen', () => {
  it('says how it stands with all that is good to know', () => {
    expect(`\n${screen(busy, 'it went').join('\n')}\n`).toMatchInlineSnapshot(`
      "
      podspan 0.1.0: shop in shop-7d9f, port 8080 before localhost:8087, up 2h05m
      4.0 req/s · 25.0 % errors · 3 in flight · the oldest 2.10 s: GET /slow
      app DOWN · exits: 2 · OOM kills: 1 · CPU 0.42 of 2 cores (with podspan) · throttled 12 ms/s · memory 120 of 512 MiB (w..
      spans fine · metrics failing (503), 12 queued · lost since the start: span 7 queue_full
      it went
      METHOD  ROUTE                                                    REQ/S  ERR %      P50      P95      P99      MAX ACTIVE
      GET     /slow                                                      3.0    0.0        -        -        -        -      1
      GET     /bad                                                       1.0  100.0        -        -        -        -      -
      "
    `)
  })

  it('of a quiet sidecar that sees no container', () => {
    expect(`\n${screen(tickOf()).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      podspan 0.1.0: shop in shop-7d9f, port 8080 before localhost:8087, up 2h05m
      0.0 req/s · 0.0 % errors · 0 in flight
      nothing is seen of the container
      no telemetry is sent · nothing lost

      METHOD  ROUTE                                                    REQ/S  ERR %      P50      P95      P99      MAX ACTIVE
      "
    `)
  })

  it('is red where something is wrong, and nowhere else', () => {
    const coloured = (tick: LiveTick): string =>
      topLines({ about: ABOUT, tick, note: undefined }, SIZE, createColors(true)).join('\n')
    const red = (tick: LiveTick): string[] =>
      coloured(tick)
        .split('\u001b[31m')
        .slice(1)
        .map((text) => text.slice(0, text.indexOf('\u001b')))
    expect(red(tickOf())).toEqual([])
    expect(red(busy)).toEqual([
      ...['25.0 % errors', 'app DOWN', 'exits: 2', 'OOM kills: 1', 'throttled 12 ms/s'],
      ...['metrics failing (503), 12 queued', 'lost since the start: span 7 queue_full', ' 100.0'],
    ])
  })

  it('fits, whatever is said and however small it is', () => {
    const text = fc.string({ unit: 'binary' })
    const size = fc.record({ columns: fc.integer({ min: 25, max: 150 }), rows: fc.nat(12) })
    fc.assert(
      fc.property(size, text, text, text, (size, service, path, reason) => {
        const about = { ...ABOUT, service }
        const requests = [{ id: 1, traceId: '', method: path, path, phase: 'waiting', ageMs: 5 } as const]
        const backends = [{ signal: 'span', endpoint: '', mood: 'failing', reason, queued: 0, queueMax: 9 } as const]
        const tick = { ...busy, inflight: { requests, count: 1 }, ledger: { ledger: busy.ledger.ledger, backends } }
        const lines = topLines({ about, tick, note: reason }, size, createColors(true))
        expect(lines.length).toBeLessThanOrEqual(size.rows)
        for (const line of lines.map(stripVTControlCharacters)) {
          expect(line).toMatch(/^[\x20-\x7e·]*$/)
          expect(line.length).toBeLessThanOrEqual(size.columns)
        }
      }),
    )
  })
})
