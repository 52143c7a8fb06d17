import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  historyBodies,
  historyLines,
  ndjsonLines,
  type Observed,
  prettyLines,
  resourceOf,
} from '../../src/observer/stats.ts'
import { anyExchange, exchangeOf, sampleOf } from '../support/observed.ts'

const LINE = 16_384
const PRINTABLE_LINE = /^[\x20-\x7e]+\n$/

function observed(exchange: Observed['exchange'], cores?: number, everyCore = false): Observed {
  return { exchange, resource: cores === undefined ? undefined : resourceOf(sampleOf(cores), everyCore) }
}

describe('a history line', () => {
  test('has the documented form', () => {
    const [line] = historyLines([observed(exchangeOf(1), 4)], 'pod-1', LINE)
    expect(JSON.parse(line?.text ?? '')).toEqual({
      '/a': {
        history: [
          {
            request: { endpoint: '/a', method: 'GET' },
            response: { status: '200', message: 'OK' },
            time: '9ms',
            started: '2023-11-14T22:13:20.000Z',
            resource: { free_memory: 2e9, total_memory: 8e9, cpus: 4 },
          },
        ],
        file: false,
        pod: 'pod-1',
      },
    })
  })

  test.each([
    { durationMs: 9.4, time: '9ms' },
    { durationMs: 1_234.5, time: '1235ms' },
    { durationMs: 0.42, time: '0.4ms' },
    { durationMs: 0, time: '0ms' },
  ])('tells $durationMs as $time', ({ durationMs, time }) => {
    expect(historyLines([observed(exchangeOf(1, { durationMs }))], undefined, LINE)[0]?.text).toContain(
      `"time":"${time}"`,
    )
  })

  test.each([
    {
      outcome: 'complete',
      response: { status: 404, reason: 'Not Found', bytes: 0 },
      status: '404',
      message: 'Not Found',
    },
    { outcome: 'client-aborted', response: undefined, status: '0', message: 'client-aborted' },
    {
      outcome: 'origin-aborted',
      response: { status: 200, reason: 'OK', bytes: 3 },
      status: '200',
      message: 'origin-aborted',
    },
    {
      outcome: 'origin-unreachable',
      response: { status: 502, reason: 'Bad Gateway', bytes: 0 },
      status: '502',
      message: 'Bad Gateway',
    },
  ] as const)('tells $outcome as $status $message', ({ outcome, response, status, message }) => {
    const [line] = historyLines([observed(exchangeOf(1, { outcome, response }))], undefined, LINE)
    expect(JSON.parse(line?.text ?? '')['/a'].history[0].response).toEqual({ status, message })
  })

  test('is keyed (refused) without a request, leaves out what is not known, and marks files', () => {
    const request = { method: 'GET', path: '/x.png', scheme: 'http', httpVersion: '1.1', bytes: 0 }
    const items = [observed(exchangeOf(1, { request: undefined })), observed(exchangeOf(2, { request, isFile: true }))]
    const [refused, file] = historyLines(items, undefined, LINE).map(({ text }) => JSON.parse(text))
    expect(Object.keys(refused['(refused)'])).toEqual(['history', 'file'])
    expect(refused['(refused)'].history[0]).not.toHaveProperty('resource')
    expect(file['/x.png'].file).toBe(true)
  })

  test('tells what the container did where that is known', () => {
    const resources = { scope: 'app', windowMs: 400, cpuThrottledMs: 300 } as const
    for (const cores of [4, 512]) {
      const [line] = historyLines([observed(exchangeOf(1, { resources }), cores, true)], 'pod-1', LINE)
      const { resource } = JSON.parse(line?.text ?? '')['/a'].history[0]
      expect(resource).toMatchObject({ free_memory: 2e9, container: resources })
    }
  })

  test('tells every core in full mode, and their count where a line has no room for them', () => {
    const cpusOf = (cores: number) => {
      const [line] = historyLines([observed(exchangeOf(1), cores, true)], undefined, LINE)
      return JSON.parse(line?.text ?? '')['/a'].history[0].resource.cpus
    }
    expect(cpusOf(2)).toHaveLength(2)
    expect(cpusOf(2)[0]).toEqual({
      model: expect.any(String),
      speed: 2_400,
      times: expect.objectContaining({ irq: 0 }),
    })
    expect(cpusOf(512)).toBe(512)
  })

  test('of one endpoint goes on in the next when it is full, nothing lost and nothing twice', () => {
    const items = Array.from({ length: 1_000 }, (_, id) => observed(exchangeOf(id, { durationMs: id + 1 }), 4))
    const lines = historyLines(items, 'pod-1', LINE)
    const times = lines.flatMap(({ text }) =>
      JSON.parse(text)['/a'].history.map((entry: { time: string }) => entry.time),
    )
    expect(lines.length).toBeLessThan(1_000 / 50)
    expect(times).toEqual(items.map((_, index) => `${index + 1}ms`))
  })
})

const anyObserved = fc
  .tuple(anyExchange, fc.constantFrom(undefined, 1, 60, 300), fc.boolean())
  .map(([exchange, cores, everyCore]) => observed(exchange, cores, everyCore))

test('whatever passes: history lines are whole, printable, short enough, and tell of every exchange once', () => {
  const property = fc.property(
    fc.array(anyObserved, { maxLength: 12 }),
    fc.integer({ min: 1_024, max: LINE }),
    (items, lineBytesMax) => {
      const lines = historyLines(items, 'pod-1', lineBytesMax)
      for (const { text, items: told } of lines) {
        expect(text.length).toBeLessThanOrEqual(lineBytesMax)
        expect(text).toMatch(PRINTABLE_LINE)
        const [endpoint, ...rest] = Object.values(JSON.parse(text)) as { history: unknown[]; pod: string }[]
        expect(rest).toEqual([])
        expect(endpoint).toMatchObject({ pod: 'pod-1' })
        expect(endpoint?.history).toHaveLength(told.length)
      }
      const told = lines.flatMap((line) => line.items)
      expect(told).toHaveLength(items.length)
      expect(new Set(told)).toEqual(new Set(items))
    },
  )
  fc.assert(property, { numRuns: 60 })
})

test('whatever passes: ndjson lines are whole, printable and short enough, one an exchange in order', () => {
  const property = fc.property(fc.array(anyObserved, { maxLength: 5 }), (items) => {
    const lines = ndjsonLines(items, LINE)
    expect(lines.flatMap((line) => line.items)).toEqual(items)
    for (const [index, { text }] of lines.entries()) {
      expect(text.length).toBeLessThanOrEqual(LINE)
      expect(text).toMatch(PRINTABLE_LINE)
      expect(JSON.parse(text).id).toBe(items[index]?.exchange.id)
    }
  })
  fc.assert(property, { numRuns: 60 })
})

test('an ndjson line that fits is the exchange itself, and one that never fits is left out', () => {
  const exchange = exchangeOf(1)
  expect(ndjsonLines([observed(exchange)], LINE).map(({ text }) => JSON.parse(text))).toEqual([exchange])
  const decorators = Array.from({ length: 1_000 }, () => ({ name: 'n', did: 'failed' }) as const)
  expect(ndjsonLines([observed(exchangeOf(2, { decorators }))], LINE)).toEqual([])
})

test('pretty lines tell of everything once, in order, in writes of at most so much or a single line', () => {
  const lengthOf = (id: number): number => 10 + (id % 7) * 100
  const pretty = { line: ({ id }: Observed['exchange']) => `${id}`.padEnd(lengthOf(id), '.'), losses: () => undefined }
  fc.assert(
    fc.property(fc.array(fc.nat(999)), fc.integer({ min: 1, max: 2_000 }), (ids, lengthMax) => {
      const writes = prettyLines(
        ids.map((id) => observed(exchangeOf(id))),
        pretty,
        lengthMax,
      )
      const lines = writes.flatMap(({ text }) => text.split('\n').slice(0, -1))
      expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(ids)
      expect(writes.flatMap(({ items }) => items.map(({ exchange }) => exchange.id))).toEqual(ids)
      for (const { text, items } of writes) if (items.length > 1) expect(text.length).toBeLessThanOrEqual(lengthMax)
    }),
  )
})

describe('history bodies', () => {
  const LIMITS = { lineBytesMax: 2_048, bodyBytesMax: 6_000 }

  /** Endpoint by endpoint, what every document says of it, in order. */
  function entries(documents: readonly { readonly text: string }[]): Map<string, unknown[]> {
    const all = new Map<string, unknown[]>()
    for (const { text } of documents) {
      for (const [endpoint, { history, ...rest }] of Object.entries<{ history: unknown[] }>(JSON.parse(text)))
        all.set(endpoint, [...(all.get(endpoint) ?? []), ...history.map((entry) => ({ ...rest, entry }))])
    }
    return all
  }

  test('say what lines say, whatever it is, in as few documents as their bound allows', () => {
    fc.assert(
      fc.property(fc.array(anyExchange, { maxLength: 30 }), (exchanges) => {
        const items = exchanges.map((exchange) => observed(exchange, 2))
        const bodies = historyBodies(items, 'pod-1', LIMITS)
        expect(entries(bodies)).toEqual(entries(historyLines(items, 'pod-1', LIMITS.lineBytesMax)))
        for (const { text } of bodies) {
          expect(text).toMatch(PRINTABLE_LINE)
          expect(text.length).toBeLessThanOrEqual(LIMITS.bodyBytesMax)
        }
        expect(bodies.flatMap((body) => body.items)).toHaveLength(items.length)
        for (const [index, { text }] of bodies.slice(1).entries())
          expect((bodies[index]?.text.length ?? 0) + text.length).toBeGreaterThan(LIMITS.bodyBytesMax - 3)
      }),
    )
  })

  test('are one document where they fit', () => {
    const items = ['/a', '/b', '/a'].map((path, id) =>
      observed(exchangeOf(id, { request: { method: 'GET', path, scheme: 'http', httpVersion: '1.1', bytes: 0 } })),
    )
    const [body, ...more] = historyBodies(items, undefined, LIMITS)
    expect(more).toEqual([])
    const said = JSON.parse(body?.text ?? '')
    expect([said['/a'].history.length, said['/b'].history.length]).toEqual([2, 1])
  })
})
