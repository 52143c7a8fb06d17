import { expect, test } from 'vitest'
import type { Exchange } from '../src/exchange.ts'
import { faultOf } from '../src/fault.ts'
import { exchangeOf } from './support/observed.ts'

const answered = (status: number): Partial<Exchange> => ({ response: { status, reason: '', bytes: 0 } })
const WEBSOCKET = { protocol: 'websocket', bytesIn: 0, bytesOut: 0 }
const late = (at: 'client' | 'origin'): Partial<Exchange> => ({ outcome: 'timed-out', error: { type: 'slow', at } })

test.each<[Partial<Exchange>, ReturnType<typeof faultOf>]>([
  [answered(200), undefined],
  [answered(304), undefined],
  [answered(404), 'client'],
  [answered(500), 'server'],
  [{ outcome: 'refused-request', ...answered(400) }, 'client'],
  [{ outcome: 'client-aborted', response: undefined }, 'client'],
  [{ outcome: 'client-aborted', upgrade: WEBSOCKET }, undefined],
  [{ outcome: 'client-aborted', eventStream: {} }, undefined],
  [{ outcome: 'origin-unreachable', ...answered(502) }, 'server'],
  [{ outcome: 'origin-aborted', ...answered(200) }, 'server'],
  [{ outcome: 'refused-response', ...answered(502) }, 'server'],
  [{ ...late('client'), ...answered(408) }, 'client'],
  [{ ...late('origin'), ...answered(504) }, 'server'],
])('%j: %s', (changes, fault) => {
  expect(faultOf(exchangeOf(1, changes))).toBe(fault)
})
