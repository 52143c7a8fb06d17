import { expect, test } from 'vitest'
import { readOtel } from '../src/config-otel.ts'
import type { Problem } from '../src/config-reader.ts'

const READINGS = { hostname: 'h', version: '1' }

test('the standard limits are taken over', () => {
  const env = {
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BSP_MAX_QUEUE_SIZE: '99',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '9',
  }
  expect(readOtel(env, READINGS, []).limits).toEqual({
    metricEveryMs: 1000,
    spanBatchMs: 50,
    spanQueueMax: 99,
    spanBatchMax: 9,
  })
})

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
])('%s=%s is a problem, once', (name, value) => {
  const problems: Problem[] = []
  readOtel({ [name]: value }, READINGS, problems)
  expect(problems).toMatchObject([{ name }])
  expect(problems[0]?.allowed).not.toBe('')
})
