import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../src/exchange.ts'
import { FILTER_DEPTH_MAX, FILTER_LENGTH_MAX, filterErrorText, parseFilter } from '../../src/filter/filter.ts'
import { exchangeOf } from '../support/observed.ts'
import { wholeExchange } from '../support/whole-exchange.ts'

const failed = exchangeOf(7, {
  durationMs: 120,
  marks: { originConnected: 2, requestHeadSent: 2, requestEnd: 2, responseHead: 112, responseEnd: 120 },
  request: { method: 'POST', path: '/api/a', query: 'x=1&y=2', scheme: 'http', httpVersion: '1.1', bytes: 2_000 },
  response: { status: 503, reason: 'Busy', bytes: 5 },
  outcome: 'origin-aborted',
  error: { type: 'ECONNRESET', at: 'origin' },
})
const unanswered = exchangeOf(8, { response: undefined, request: undefined, outcome: 'client-aborted' })

function matches(text: string, exchange: Exchange = failed): boolean {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(filterErrorText(text, parsed))
  return parsed.matches(exchange)
}

function refused(text: string): string {
  const parsed = parseFilter(text)
  return parsed.ok ? 'no error' : filterErrorText(text, parsed)
}

describe('a filter', () => {
  it.each([
    ['status>=500 && path^="/api" && duration>100ms', true],
    ['status>=500 && path^="/other"', false],
    ['status==200 || status==503', true],
    ['status == 5xx', true],
    ['status>=503 && status<=503', true],
    ['status>503 || status<503', false],
    ['status!=5XX', false],
    ['!(status==404) && !error', false],
    ['!!error', true],
    // && binds closer than ||.
    ['file && status==1 || method==post', true],
    ['file && (status==1 || method==post)', false],
    ['method==post&&path==/api/a', true],
    ['path==/API/a', false],
    [`query*='&y'`, true],
    ['path$="/a"', true],
    ['route==/api/a', true],
    ['error^=econn', true],
    ['blame==origin && outcome$=-aborted', true],
    ['app>=110ms && app<0.111s', true],
    ['connect==2 && download==8000us', true],
    ['upload', false],
    ['duration<1m', true],
    ['bytesIn==2k && bytesin>1.9KiB && BYTESIN<1MiB', true],
    ['file==false && sampled', true],
    ['client=="127.0.0.1" && trace^=0AF7', true],
    ['', true],
    [' \t\n', true],
  ])('%s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  it.each([
    ['status==5xx', false],
    ['status!=200', true],
    ['status!=2xx', true],
    ['status<600', false],
    ['status>=0', false],
    ['status', false],
    ['path!=/a', true],
    ['path*=""', false],
    ['throttled<1h', false],
  ])('what is not there is equal to nothing, and neither more nor less: %s', (text, expected) => {
    expect(matches(text, unanswered)).toBe(expected)
  })

  it('takes in quotes what would mean something, and the quote itself after a backslash', () => {
    const path = `/a "b" 'c' \\ && (|)`
    const exchange = exchangeOf(1, { request: { method: 'GET', path, scheme: 'http', httpVersion: '1.1', bytes: 0 } })
    expect(matches(`path=="${path.replace(/["\\]/g, '\\$&')}"`, exchange)).toBe(true)
    expect(matches(`path=='${path.replace(/['\\]/g, '\\$&')}'`, exchange)).toBe(true)
  })
})

describe('says what is wrong, and where', () => {
  it('a field', () => {
    expect(refused('status>=500 && stauts==404')).toMatchInlineSnapshot(`
      ""stauts" is no field; did you mean status? Fields: status, method, path, query, route, host, duration, connect, upload, app, download, stalled, us, throttled, bytesIn, bytesOut, outcome, error, blame, trace, sampled, client, agent, upgrade, events, file, id
        status>=500 && stauts==404
                       ^"
    `)
  })

  it.each([
    ['(status==1', ') is missing: ( at column 1 is still open', 11],
    ['status==1)', 'nothing is open that ) could close', 10],
    ['status==', 'a value should come here', 9],
    ['status==1 &&', 'a field should come here', 13],
    ['status==1 and file', '&& or || should come here, not and', 11],
    ['status==1 & file', '&& or || should come here, not &', 11],
    ['status=1', '= alone is no operator: == compares', 7],
    ['path=~"/a.*"', 'there are no regular expressions', 5],
    ['path ~ /a', 'there are no regular expressions', 6],
    ['path^/a', '^ is no operator: path has == != ^= $= *=', 5],
    ['path>/a', 'path has no >: it has == != ^= $= *=', 5],
    ['file^=a', 'file has no ^=: it has == !=', 5],
    ['status==50x', '"50x" is nothing status can be. Allowed: a number such as 404', 9],
    ['status>=5xx', '"5xx" is nothing status can be.', 9],
    ['duration>1d', '"1d" is nothing duration can be. Allowed: a time such as', 10],
    ['duration>-1', '"-1" is nothing duration can be.', 10],
    ['bytesIn>1.5.2k', '"1.5.2k" is nothing bytesIn can be. Allowed: a size such as', 9],
    ['outcome==completed', 'did you mean complete? Allowed: complete, client-aborted, ', 10],
    ['file==maybe', '"maybe" is nothing file can be. Allowed: true or false', 7],
    ['path=="/a', 'the " that opens here is never closed', 7],
    [`path=='/a\\'`, "the ' that opens here is never closed", 7],
    ['path==(a)', 'a value should come here; quotes for what has "(" in it', 7],
    ['__proto__==1', '"__proto__" is no field', 1],
    ['constructor', '"constructor" is no field', 1],
    ['\u001b[31m==1', 'a field should come here. Fields: status, method', 1],
    [`${'!'.repeat(FILTER_DEPTH_MAX + 1)}file`, `more than ${FILTER_DEPTH_MAX} ( and !`, FILTER_DEPTH_MAX + 2],
    ['f'.repeat(FILTER_LENGTH_MAX + 1), `at most ${FILTER_LENGTH_MAX} characters`, FILTER_LENGTH_MAX + 1],
  ])('%s', (text, message, column) => {
    const parsed = parseFilter(text)
    expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(message), column })
  })

  it('puts a caret under the column, also of a long text and of one that is no ASCII', () => {
    expect(refused('method==gét && x')).toMatch(/\n {2}method==g\\u00e9t && x\n {22}\^$/)
    const long = refused(`path=="${'a'.repeat(200)}" && x`)
    expect(long).toMatch(/\n {2}\.{3}a{55}" && x\n {65}\^$/)
  })

  it('has nothing in it that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(refused(text)).toMatch(/^[\x20-\x7e\n]*$/)
        expect(refused(`path=="a" && ${text}`)).toMatch(/^[\x20-\x7e\n]*$/)
        expect(refused(`status==${text}`)).toMatch(/^[\x20-\x7e\n]*$/)
      }),
    )
  })
})

it('takes as many ( and ! within each other as it says, and no stack beyond', () => {
  expect(matches(`${'('.repeat(FILTER_DEPTH_MAX)}error${')'.repeat(FILTER_DEPTH_MAX)}`)).toBe(true)
  expect(matches(`${'(error) && '.repeat(100)}error`)).toBe(true)
  expect(refused('('.repeat(FILTER_LENGTH_MAX))).toContain('more than')
})

/** A filter as data: what the text should mean, said a second time. */
type Node =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Node[] }
  | { readonly kind: 'not'; readonly of: Node }
  | { readonly kind: 'leaf'; readonly text: string; readonly model: (exchange: Exchange) => boolean }

const space = fc.constantFrom('', ' ', '  ', '\t')
const quoted = (text: string, quote: string): string => `${quote}${text.replace(/["'\\]/g, '\\$&')}${quote}`

function compare(operator: string, value: number | undefined, wanted: number): boolean {
  if (operator === '==') return value === wanted
  if (operator === '!=') return value !== wanted
  if (value === undefined) return false
  if (operator === '<') return value < wanted
  if (operator === '<=') return value <= wanted
  return operator === '>' ? value > wanted : value >= wanted
}

function compareText(operator: string, value: string | undefined, wanted: string): boolean {
  if (operator === '==') return value === wanted
  if (operator === '!=') return value !== wanted
  if (value === undefined) return false
  if (operator === '^=') return value.indexOf(wanted) === 0
  return operator === '$='
    ? value.lastIndexOf(wanted) === value.length - wanted.length && wanted.length <= value.length
    : value.indexOf(wanted) >= 0
}

const numberOperator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const textOperator = fc.constantFrom('==', '!=', '^=', '$=', '*=')
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.tuple(numberOperator, fc.integer({ min: 0, max: 999 }), space).map(([operator, status, gap]) => ({
    kind: 'leaf' as const,
    text: `status${gap}${operator}${gap}${status}`,
    model: ({ response }: Exchange) => compare(operator, response?.status, status),
  })),
  fc
    .tuple(numberOperator, fc.nat(9_999), fc.constantFrom(['us', 0.001], ['ms', 1], ['s', 1_000], ['m', 60_000]))
    .map(([operator, count, [unit, factor]]) => ({
      kind: 'leaf' as const,
      text: `duration${operator}${count}${unit}`,
      model: ({ durationMs }: Exchange) => compare(operator, durationMs, count * Number(factor)),
    })),
  fc
    .tuple(textOperator, fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('"', "'"))
    .map(([operator, part, quote]) => ({
      kind: 'leaf' as const,
      text: `path${operator}${quoted(part, quote)}`,
      model: ({ request }: Exchange) => compareText(operator, request?.path, part),
    })),
  fc.constantFrom<Node>(
    { kind: 'leaf', text: 'file', model: ({ isFile }) => isFile },
    { kind: 'leaf', text: 'error', model: ({ error }) => error !== undefined && error.type !== '' },
    { kind: 'leaf', text: 'sampled==false', model: ({ trace }) => !trace.sampled },
    { kind: 'leaf', text: 'blame!=origin', model: ({ error }) => error?.at !== 'origin' },
  ),
)
const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('node') }),
  ),
})).node

/** With no more parentheses than are needed. */
function print(node: Node): string {
  if (node.kind === 'leaf') return node.text
  if (node.kind === 'not')
    return node.of.kind === 'all' || node.of.kind === 'any' ? `!(${print(node.of)})` : `!${print(node.of)}`
  if (node.kind === 'any') return node.of.map(print).join(' || ')
  return node.of.map((each) => (each.kind === 'any' ? `(${print(each)})` : print(each))).join('&&')
}

function means(node: Node, exchange: Exchange): boolean {
  if (node.kind === 'leaf') return node.model(exchange)
  if (node.kind === 'not') return !means(node.of, exchange)
  return node.kind === 'all'
    ? node.of.every((each) => means(each, exchange))
    : node.of.some((each) => means(each, exchange))
}

it('means what was meant, for every filter and every exchange', () => {
  const seen = { true: 0, false: 0 }
  fc.assert(
    fc.property(node, wholeExchange, (filter, exchange) => {
      const text = print(filter)
      fc.pre(text.length <= FILTER_LENGTH_MAX)
      const expected = means(filter, exchange)
      expect(matches(text, exchange), text).toBe(expected)
      seen[`${expected}`]++
    }),
  )
  expect(Math.min(seen.true, seen.false)).toBeGreaterThan(0)
})

it('never throws, and points into the text or at its end', () => {
  const tokens = fc.array(
    fc.oneof(
      fc.constantFrom(
        'status',
        'path',
        'file',
        'nofield',
        '==',
        '>=',
        '^=',
        '&&',
        '||',
        '!',
        '(',
        ')',
        '"',
        "'",
        '\\',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        tokens.map((each) => each.join('')),
        fc.string({ unit: 'binary' }),
      ),
      wholeExchange,
      (text, exchange) => {
        const parsed = parseFilter(text)
        if (parsed.ok) expect(typeof parsed.matches(exchange)).toBe('boolean')
        else {
          expect(parsed.column).toBeGreaterThanOrEqual(1)
          expect(parsed.column).toBeLessThanOrEqual(text.length + 1)
          expect(parsed.message).not.toBe('')
        }
      },
    ),
    { numRuns: 500 },
  )
})
