import { expect, test } from 'vitest'
import { exchangesAnswer, select } from '../../src/admin/exchanges.ts'
import type { AdminParts } from '../../src/admin/parts.ts'
import type { Asked } from '../../src/admin/query.ts'
import type { Observed } from '../../src/observer/stats.ts'
import { seenBy } from '../support/admin.ts'
import { exchangeOf } from '../support/observed.ts'

const ALL: Asked = { where: undefined, matches: () => true, limit: undefined, format: undefined, follow: false }
const ODD = { ...ALL, matches: ({ id }: { id: number }) => id % 2 === 1 }

async function textOf(asked: Asked, count: number, spansJson?: AdminParts['spansJson']): Promise<string> {
  const seen = seenBy(spansJson && { spansJson })
  for (let id = 1; id <= count; id++) seen.take(exchangeOf(id))
  const answer = await exchangesAnswer(seen, asked)
  seen.overview.stop()
  return answer.kind === 'pieces' ? [...{ [Symbol.iterator]: () => answer.pieces }].join('') : JSON.stringify(answer)
}

const idsOf = (chosen: readonly Observed[]): number[] => chosen.map(({ exchange }) => exchange.id)

test.each([
  [undefined, [1, 3, 5]],
  [2, [3, 5]],
  [9, [1, 3, 5]],
  [0, []],
])('at most %s of those that match are the newest of them', (limit, ids) => {
  const { ring, take, overview } = seenBy()
  for (const id of [1, 2, 3, 4, 5]) take(exchangeOf(id))
  overview.stop()
  expect(idsOf(select(ring, { ...ODD, limit }))).toEqual(ids)
})

test.each([0, 1, 3])('of %i exchanges it is one object that says how many there are', async (count) => {
  const answer = JSON.parse(await textOf({ ...ODD, limit: 1 }, count))
  expect(answer).toMatchObject({ held: count, matched: Math.ceil(count / 2) })
  expect(answer.exchanges).toHaveLength(Math.min(1, count))
})

test('as lines each is one', async () => {
  const lines = (await textOf({ ...ALL, format: 'ndjson' }, 3)).split('\n')
  expect(lines.slice(0, -1).map((line) => JSON.parse(line).id)).toEqual([1, 2, 3])
  expect(lines.at(-1)).toBe('')
})

test('as spans it is one request, whatever it was put together of, in printable ASCII', async () => {
  const sizes: number[] = []
  const write = (exchanges: readonly { id: number }[]): string => {
    sizes.push(exchanges.length)
    return JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: exchanges.map(({ id }) => ({ id, name: 'é' })) }] }],
    })
  }
  for (const count of [0, 1, 50, 120]) {
    const text = await textOf({ ...ALL, format: 'otlp' }, count, async () => write)
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: [{ spans: { id: number }[] }] }[] }
    expect(resourceSpans.flatMap(({ scopeSpans: [{ spans }] }) => spans)).toHaveLength(count)
  }
  expect(Math.max(...sizes)).toBe(50)
})

test('where there is no OpenTelemetry that is said, with a way out', async () => {
  expect(JSON.parse(await textOf({ ...ALL, format: 'otlp' }, 1))).toMatchObject({
    status: 501,
    body: expect.stringContaining('ndjson'),
  })
})

test.each([
  ['ndjson', undefined],
  ['json', undefined],
  ['otlp', (exchanges: readonly object[]) => `{"resourceSpans":[${exchanges.map(() => '1').join(',')}]}`],
] as const)('as %s a reader who waits keeps nothing that the ring has let go', async (format, write) => {
  const seen = seenBy({ limits: { ringExchanges: 3 }, ...(write && { spansJson: async () => write }) })
  for (const id of [1, 2, 3]) seen.take(exchangeOf(id))
  const answer = await exchangesAnswer(seen, { ...ALL, format })
  for (const id of [4, 5]) seen.take(exchangeOf(id))
  seen.overview.stop()
  const text = answer.kind === 'pieces' ? [...{ [Symbol.iterator]: () => answer.pieces }].join('') : ''
  if (format === 'ndjson') {
    const [line = '', ...rest] = text.split('\n')
    expect(JSON.parse(line).id).toBe(3)
    expect(rest).toEqual(['{"missed":2}', ''])
  } else if (format === 'json') {
    const { exchanges, ...counts } = JSON.parse(text)
    expect(exchanges.map(({ id }: { id: number }) => id)).toEqual([3])
    expect(counts).toEqual({ held: 3, matched: 3 })
  } else expect(text).toBe('{"resourceSpans":[1]}')
})
