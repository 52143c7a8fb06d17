/**
 * What a message says must not depend on the message before it: fields are remembered along a connection, so every message of
 * the plans is read behind every other one that is whole, and must come out as it does alone.
 */
import { expect, test } from 'vitest'
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
