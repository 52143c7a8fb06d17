import { expect, test } from 'vitest'
import { errorTypeOf } from '../../otel/error-type.ts'
import { exchangeOf } from '../support/observed.ts'

test('the cause beats the status, and what a peer can choose never becomes a label', () => {
  const response = { status: 502, reason: '', bytes: 0 }
  const refused = { outcome: 'origin-unreachable', response } as const
  expect(errorTypeOf(exchangeOf(1, { ...refused, error: { type: 'ECONNREFUSED', at: 'origin' } }))).toBe('ECONNREFUSED')
  expect(errorTypeOf(exchangeOf(1, { ...refused, error: { type: 'made up', at: 'origin' } }))).toBe('_OTHER')
  expect(errorTypeOf(exchangeOf(1, { outcome: 'complete', response }))).toBe('502')
  for (const type of ['podspan.app_oom_killed', 'podspan.app_exited'])
    expect(errorTypeOf(exchangeOf(1, { ...refused, error: { type, at: 'origin' } }))).toBe(type)
})
