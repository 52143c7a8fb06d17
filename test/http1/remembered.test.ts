/**
 * What a message says must not depend on the message before it: fields are remembered along a connection, so every message of
 * the plans is read behind every other one that is whole, and must come out as it does alone.
 */
import { expect, test } from 'vitest'
import { RequestDecoder, ResponseDecoder } from '../../src/http1/decoder.ts'
import { parseRequestHead } from '../../src/http1/request-head.ts'
import { parseResponseHead } from '../../src/http1/response-head.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { PASSED_REQUESTS, REFUSED_REQUESTS } from '../support/plan-requests.ts'
import { RESPONSES } from '../support/plan-responses.ts'

/** Heads, and each of them with its fields in other versions, orders and amounts: the nearer, the more is remembered. */
function headsOf(texts: readonly string[]): string[] {
  const heads = texts.filter((text) => text.includes('\r\n\r\n')).map((text) => text.slice(0, text.indexOf('\r\n\r\n')))
  const variants = heads.flatMap((head) => {
    const [line = '', ...fields] = head.split('\r\n')
    const others = [fields.slice(1), fields.slice(0, -1), [...fields, ...fields.slice(-1)], fields.toReversed()]
    const asOlder = head.replace('HTTP/1.1', 'HTTP/1.0')
    return [head, asOlder, ...others.map((each) => [line, ...each].join('\r\n')), `${head} `, `${head}x`]
  })
  return [...new Set(variants)].filter((head) => head.length < 2_000)
}

test('requests', () => {
  const heads = headsOf([...REFUSED_REQUESTS.map(([, text]) => text), ...PASSED_REQUESTS.map(({ sent }) => sent)])
  expect(heads.length).toBeGreaterThan(500)
  for (const before of heads) {
    const previous = parseRequestHead(before, DEFAULT_LIMITS)
    if ('kind' in previous) continue
    for (const head of heads) {
      const alone: string = JSON.stringify(parseRequestHead(head, DEFAULT_LIMITS))
      const behind: string = JSON.stringify(parseRequestHead(head, DEFAULT_LIMITS, previous))
      if (behind !== alone)
        expect.fail(`${JSON.stringify(head)} behind ${JSON.stringify(before)}: ${behind}, alone ${alone}`)
    }
  }
})

test('answers, to requests of either kind', () => {
  const heads = headsOf(RESPONSES.map(({ answer }) => answer))
  expect(heads.length).toBeGreaterThan(100)
  const methods = ['GET', 'HEAD']
  for (const [before, asked] of heads.flatMap((each) => methods.map((method) => [each, method] as const))) {
    const previous = parseResponseHead(before, asked, DEFAULT_LIMITS)
    if ('kind' in previous) continue
    for (const [head, method] of heads.flatMap((each) => methods.map((other) => [each, other] as const))) {
      const alone: string = JSON.stringify(parseResponseHead(head, method, DEFAULT_LIMITS))
      const behind: string = JSON.stringify(parseResponseHead(head, method, DEFAULT_LIMITS, previous))
      if (behind !== alone)
        expect.fail(`${JSON.stringify(head)} behind ${JSON.stringify(before)}: ${behind}, alone ${alone}`)
    }
  }
})

/** A decoder that has read this head three times, and so knows its bytes; undefined when it is none, or has a body. */
function repeated<D extends RequestDecoder | ResponseDecoder>(
  decoder: D,
  head: string,
  next: (decoder: D) => void,
): D | undefined {
  for (let times = 0; times < 3; times++) {
    next(decoder)
    decoder.push(Buffer.from(`${head}\r\n\r\n`, 'latin1'))
    while (decoder.next()?.kind === 'head');
    if (decoder.state !== 'done' || decoder.bufferedBytes > 0) return undefined
  }
  next(decoder)
  return decoder
}

function expectSame<D extends RequestDecoder | ResponseDecoder>(
  head: string,
  before: string,
  behind: D,
  alone: D,
): void {
  for (const each of [behind, alone]) each.push(Buffer.from(`${head}\r\n\r\n`, 'latin1'))
  expect(behind.next(), `${JSON.stringify(head)} behind ${JSON.stringify(before)}`).toEqual(alone.next())
  expect(behind.bufferedBytes).toBe(alone.bufferedBytes)
}

/** Every kind of other head, of which one for each is too many; always the same one again, and what continues it. */
const others = (heads: readonly string[], at: number): string[] => [
  heads[at] ?? '',
  ...[`${heads[at]}\r\nX: y`, ` ${heads[at]}`, `\r\n${heads[at]}`],
  ...heads.filter((_, other) => (other + at) % 40 === 0),
]

test('requests behind one that came again and again', () => {
  const heads = headsOf([...REFUSED_REQUESTS.map(([, text]) => text), ...PASSED_REQUESTS.map(({ sent }) => sent)])
  let read = 0
  for (const [at, before] of heads.entries()) {
    for (const head of others(heads, at)) {
      const decoder = repeated(new RequestDecoder(DEFAULT_LIMITS), before, (each) => each.restart())
      if (decoder === undefined) continue
      expectSame(head, before, decoder, new RequestDecoder(DEFAULT_LIMITS))
      read++
    }
  }
  expect(read).toBeGreaterThan(1_000)
})

test('answers behind one that came again and again, to requests of either kind', () => {
  const heads = headsOf(RESPONSES.map(({ answer }) => answer))
  let read = 0
  for (const [at, before] of heads.entries()) {
    for (const [asked, method] of [
      ['GET', 'GET'],
      ['HEAD', 'HEAD'],
      ['HEAD', 'GET'],
      ['GET', 'HEAD'],
    ] as const) {
      for (const head of others(heads, at)) {
        const decoder = repeated(new ResponseDecoder(DEFAULT_LIMITS), before, (each) => each.expect(asked))
        if (decoder === undefined) continue
        decoder.expect(method)
        const alone = new ResponseDecoder(DEFAULT_LIMITS)
        alone.expect(method)
        expectSame(head, before, decoder, alone)
        read++
      }
    }
  }
  expect(read).toBeGreaterThan(500)
})
