import { SeverityNumber } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import { expect, test } from 'vitest'
import { toCrashRecord } from '../../otel/crash-log.ts'
import { readRegistry } from '../../otel/registry/generate.ts'

const OWNER = { resource: emptyResource(), scope: { name: 'podspan', version: '1' } }

test('one record says what happened, when it was seen, and to whom', () => {
  const crash = { count: 2, cause: 'app_oom_killed', afterMonotonicMs: 1, seenMonotonicMs: 2 } as const
  const traceId = 'a'.repeat(32)
  const requests = [{ traceId, method: 'GET', path: '/users' }]
  expect(toCrashRecord({ crash, seenAtMs: 1_500.25, requests, requestCount: 3 }, OWNER)).toMatchObject({
    eventName: 'podspan.crash',
    severityNumber: SeverityNumber.ERROR,
    body: 'The app was killed for want of memory; 3 requests were in flight',
    hrTime: [1, 500_250_000],
    attributes: {
      'error.type': 'podspan.app_oom_killed',
      'podspan.crash.exchanges': [`${traceId} GET /users`],
      'podspan.crash.exchange_count': 3,
    },
  })
})

test('an app that was not killed exited', () => {
  const crash = { count: 1, cause: 'app_exited', afterMonotonicMs: 1, seenMonotonicMs: 2 } as const
  const record = toCrashRecord({ crash, seenAtMs: 0, requests: [], requestCount: 0 }, OWNER)
  expect(record.body).toBe('The app exited; 0 requests were in flight')
  expect(record.attributes['error.type']).toBe('podspan.app_exited')
})

test('it is the event of the registry, with its attributes', () => {
  const crash = { count: 1, cause: 'app_exited', afterMonotonicMs: 1, seenMonotonicMs: 2 } as const
  const { eventName, attributes } = toCrashRecord({ crash, seenAtMs: 0, requests: [], requestCount: 0 }, OWNER)
  const event = readRegistry().events.find(({ name }) => name === eventName)
  expect(event?.attributes.map(({ ref }) => ref).sort()).toEqual(Object.keys(attributes).sort())
})
