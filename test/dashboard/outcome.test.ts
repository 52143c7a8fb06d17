import { describe, expect, it } from 'vitest'
import { deedOf, endingOf, noteOf, sideOf, targetOf, toneOf } from '../../src/dashboard/outcome.ts'
import type { Exchange, Outcome } from '../../src/exchange.ts'
import { anExchange } from '../support/seen.ts'

const OUTCOMES: readonly Outcome[] = [
  'complete',
  'client-aborted',
  'origin-aborted',
  'origin-unreachable',
  'timed-out',
  'refused-request',
  'refused-response',
]
const WEBSOCKET = { protocol: 'websocket', bytesIn: 1, bytesOut: 2 }
const answered = (status: number): Partial<Exchange> => ({ response: { status, reason: '', bytes: 0 } })

it.each<[Partial<Exchange>, string]>([
  [answered(200), 'good'],
  [answered(304), 'neutral'],
  [answered(404), 'warn'],
  [answered(503), 'bad'],
  [{ ...answered(101), upgrade: WEBSOCKET }, 'neutral'],
  [{ ...answered(200), outcome: 'client-aborted' }, 'warn'],
  [{ ...answered(200), outcome: 'origin-aborted' }, 'bad'],
  [{ response: undefined, outcome: 'timed-out' }, 'bad'],
  [{ response: undefined, request: undefined, outcome: 'complete' }, 'neutral'],
])('%j looks %s', (more, tone) => {
  expect(toneOf(anExchange(1, more))).toBe(tone)
})

describe.each(OUTCOMES)('an exchange that is %s', (outcome) => {
  it('says so in a sentence, and beside its row unless all is well', () => {
    const exchange = anExchange(1, { outcome })
    expect(endingOf(exchange)).toMatch(/^[A-Z].*\.$/)
    expect(noteOf(exchange) === undefined).toBe(outcome === 'complete')
  })
})

it('has a note of what is no plain request and answer', () => {
  expect(noteOf(anExchange(1, { upgrade: WEBSOCKET }))).toBe('websocket')
  expect(noteOf(anExchange(1, { eventStream: {} }))).toBe('event stream')
  const decorators = [{ name: 'friendly-404', did: 'changed-response' as const }]
  expect(noteOf(anExchange(1, { decorators }))).toBe('friendly-404 changed the answer')
  expect(endingOf(anExchange(1, { upgrade: WEBSOCKET }))).toMatch(/upgraded/)
})

it('names what a decorator did and whose the error was', () => {
  expect(deedOf({ name: 'a', did: 'answered' })).toBe("answered in the app's place")
  expect(deedOf({ name: 'a', did: 'failed' })).toBe('failed, and was passed over')
  expect(sideOf('sidecar')).toBe('podspan itself')
})

it('has a target also of what was no request', () => {
  expect(targetOf(anExchange(1))).toEqual({ method: 'GET', path: '/' })
  expect(targetOf(anExchange(1, { request: undefined })).path).toBe('(no request)')
  expect(targetOf(anExchange(1, { request: undefined, upgrade: WEBSOCKET })).path).toBe('(unread connection)')
})
