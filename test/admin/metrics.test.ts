/** The text itself; a real Prometheus reads it in test/e2e/scrape.test.ts. */
import { expect, test } from 'vitest'
import { metricsText } from '../../src/admin/metrics.ts'
import { seenBy } from '../support/admin.ts'
import { exchangeOf, sampleOf } from '../support/observed.ts'

const REQUEST = { method: 'GET', path: '/a"b', scheme: 'http', httpVersion: '1.1', bytes: 0, route: '/a"\\{id}' }

async function textFor(isOpenMetrics: boolean) {
  const seen = seenBy()
  seen.overview.sample(sampleOf(1))
  seen.take(exchangeOf(1, { request: REQUEST }))
  seen.overview.stop()
  return metricsText(seen, isOpenMetrics)
}

test('in the plain form labels are escaped, and there are no exemplars', async () => {
  const { type, body } = await textFor(false)
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(body).toContain('# TYPE http_server_request_duration_seconds histogram\n')
  expect(body).toContain('http_route="/a\\"\\\\{id}",le="+Inf"} 1\n')
  expect(body).toContain('# TYPE podspan_app_exits_total counter\npodspan_app_exits_total 0\n')
  expect(body).not.toContain('trace_id')
})

test('as OpenMetrics it has exemplars, counters without a suffix in their types, and an end', async () => {
  const { type, body } = await textFor(true)
  expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(body).toMatch(
    /le="0.01"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c",span_id="\w{16}"\} 0.0092 1700000000.009/,
  )
  expect(body).toContain('# TYPE podspan_app_exits counter\npodspan_app_exits_total 0\n')
  expect(body.endsWith('\n# EOF\n')).toBe(true)
})
