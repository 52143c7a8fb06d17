/**
 * The dashboards on what a running sidecar sends: every query of every panel is asked of a real Prometheus that was
 * configured as otel/prometheus says, and none of them is empty.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DASHBOARDS } from '../../otel/grafana/generate.ts'
import { missing, type Prometheus, startPrometheus, waitFor } from '../support/backends.ts'
import { availableCgroups } from '../support/cgroups.ts'
import { asUser, type ContainedApp, startContained } from '../support/contained-app.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const UID = 1_203
const cgroups = availableCgroups()
const why = 'why' in cgroups ? cgroups.why : missing('prometheus')
if (why !== undefined) console.warn(`the dashboards: skipped, ${why}`)

interface Asked {
  readonly page: string
  readonly title: string
  readonly expr: string
}

const QUERIES: readonly Asked[] = Object.entries(DASHBOARDS).flatMap(([page, { panels = [] }]) =>
  panels.flatMap((panel) => {
    const { title = '', targets = [] } = panel as { title?: string; targets?: { expr?: string }[] }
    return targets.map(({ expr = '' }) => ({ page, title, expr }))
  }),
)

/** Everybody, and a time that holds some exports. */
const filled = (expr: string): string =>
  expr
    .replaceAll('$service', '.*')
    .replaceAll('$pod', '.*')
    .replaceAll('$__rate_interval', '60s')
    .replaceAll('$__range', '300s')

describe.skipIf(why !== undefined)('the dashboards', { timeout: 120_000 }, () => {
  let prometheus: Prometheus
  let app: ContainedApp
  let sidecar: RunningSidecar

  beforeAll(async () => {
    const config = readFileSync(new URL('../../otel/prometheus/prometheus.yml', import.meta.url), 'utf8')
    prometheus = await startPrometheus(config)
    app = await startContained({ memoryBytes: 200 * 1_048_576, cores: 0.5 }, { uid: UID })
    sidecar = await startSidecar({
      by: asUser(UID),
      args: ['--port', '0', '--target', `127.0.0.1:${app.port}`, '--routes', '/burn,/hold,/events', '--no-dump'],
      env: {
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.otlpMetrics,
        OTEL_SERVICE_NAME: 'shop',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        PODSPAN_POD_NAME: 'shop-1',
      },
    })
    for (let round = 0; round < 6; round++) {
      await ask('/burn?ms=100')
      await ask('/hold?mib=2', 'a body')
      await ask('/events')
    }
    await waitFor(() => prometheus.query('process_unix_file_descriptor_count'))
    // The connection breaks: a failed request.
    await ask('/exit')
    await app.ended
  })
  afterAll(async () => {
    await sidecar?.stop()
    await app?.stop()
    await prometheus?.stop()
  })

  async function ask(path: string, body?: string): Promise<void> {
    const options = body === undefined ? {} : { method: 'POST', body }
    await fetch(`http://127.0.0.1:${sidecar.port}${path}`, options).then((answer) => answer.arrayBuffer())
  }

  it('has a query in every panel', () => {
    expect(QUERIES.length).toBeGreaterThan(40)
    expect(QUERIES.filter(({ expr }) => expr === '')).toEqual([])
  })

  it.each(QUERIES)('$page: $title: $expr', async ({ expr }) => {
    const value = await waitFor(async () => {
      const found = await prometheus.query(filled(expr))
      return found === undefined || Number.isNaN(found) ? undefined : found
    })
    expect(value, filled(expr)).toBeGreaterThanOrEqual(0)
  })
})
