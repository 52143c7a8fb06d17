/** A real Prometheus scrapes the real program. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { observedApp } from '../support/admin-app.ts'
import { missing, scraping, startPrometheus, waitFor } from '../support/backends.ts'

const why = missing('prometheus')
if (why !== undefined) console.warn(why)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe.skipIf(why !== undefined)('Prometheus', () => {
  test('reads the metrics, in OpenMetrics, with exemplars that are the traces of requests', {
    timeout: 60_000,
  }, async () => {
    const { url, adminPort, end } = await observedApp({ args: ['--routes', '/users/{id}'] })
    cleanups.push(end)
    const prometheus = await startPrometheus(scraping(`127.0.0.1:${adminPort}`))
    cleanups.push(prometheus.stop)
    for (let id = 0; id < 20; id++) await (await fetch(`${url}/users/${id}`)).text()
    await (await fetch(`${url}/status/503`)).text()
    const name = 'http_server_request_duration_seconds'
    const users = `${name}_count{http_route="/users/{id}",http_request_method="GET",http_response_status_code="200"}`
    const count = async (): Promise<true | undefined> => ((await prometheus.query(users)) === 20 ? true : undefined)
    expect(await waitFor(count)).toBe(true)
    expect(await prometheus.query('up')).toBe(1)
    expect(await prometheus.query(`${name}_count{http_response_status_code="503"}`)).toBe(1)
    expect(await prometheus.query(`${name}_bucket{http_route="/users/{id}",le="+Inf"}`)).toBe(20)
    expect(await prometheus.query(`histogram_quantile(0.5, ${name}_bucket{http_route="/users/{id}"})`)).toBeGreaterThan(
      0,
    )
    expect(
      await prometheus.query('podspan_telemetry_items_total{podspan_signal="exchange",podspan_item_state="exported"}'),
    ).toBe(21)
    expect(await prometheus.query('podspan_build_info')).toBe(1)
    await exemplarsAre(prometheus, name, adminPort)
    await typesAre(prometheus)
  })

  async function exemplarsAre(
    prometheus: Awaited<ReturnType<typeof startPrometheus>>,
    name: string,
    adminPort: number,
  ) {
    const now = Date.now() / 1_000
    const query = `query_exemplars?query=${name}_bucket&start=${now - 600}&end=${now + 600}`
    const found = await waitFor(async () => {
      const series = (await prometheus.api(query)) as { exemplars: { labels: { trace_id: string } }[] }[]
      return series.length > 0 ? series : undefined
    })
    const traces = new Set(found?.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id)))
    const { exchanges } = (await (await fetch(`http://127.0.0.1:${adminPort}/exchanges`)).json()) as {
      exchanges: { trace: { traceId: string } }[]
    }
    const known = new Set(exchanges.map(({ trace }) => trace.traceId))
    expect(traces.size).toBeGreaterThan(0)
    expect([...traces].filter((trace) => !known.has(trace))).toEqual([])
  }

  /** What it took each metric for, and that none was a surprise to it. */
  async function typesAre(prometheus: Awaited<ReturnType<typeof startPrometheus>>) {
    await sleep(600)
    const metadata = (await prometheus.api('targets/metadata')) as { metric: string; type: string }[]
    const types = Object.fromEntries(metadata.map(({ metric, type }) => [metric, type]))
    expect(types).toMatchObject({
      http_server_request_duration_seconds: 'histogram',
      http_server_active_requests: 'gauge',
      podspan_telemetry_items: 'counter',
      podspan_app_exits: 'counter',
    })
    expect(Object.values(types)).not.toContain('unknown')
    const { activeTargets } = (await prometheus.api('targets')) as { activeTargets: { lastError: string }[] }
    expect(activeTargets.map(({ lastError }) => lastError)).toEqual([''])
  }
})
