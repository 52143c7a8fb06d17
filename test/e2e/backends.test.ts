/**
 * The configurations of backends that users are given, as they stand, in the real programs: only their ports are others here. Tempo,
 * Grafana and the tail sampler cannot be had as programs: of these the form is looked at.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { missing, programPath, start, waitFor } from '../support/backends.ts'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { freePorts } from '../support/ports.ts'

const OTEL = fileURLToPath(new URL('../../otel/', import.meta.url))
const file = (path: string): string => readFileSync(`${OTEL}${path}`, 'utf8')
const why = missing('otelcol') ?? missing('jaeger')
if (why !== undefined) console.warn(why)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The text with each of its own ports in place of one that is free, and which that is. */
async function onFreePorts(text: string, ports: readonly number[]): Promise<{ text: string; of: Map<number, number> }> {
  const free = await freePorts(ports.length)
  const of = new Map(ports.map((port, index) => [port, free[index] ?? 0]))
  const moved = text.replace(/0\.0\.0\.0:(\d+)/g, (_, port: string) => `127.0.0.1:${of.get(Number(port))}`)
  return { text: moved, of }
}

const SPAN = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [{ spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'GET', kind: 2 }] }],
    },
  ],
})
const sendSpan = (port: number | undefined): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: SPAN,
  })

describe.skipIf(why !== undefined)('otel/', { timeout: 60_000 }, () => {
  it('collector.yaml takes spans and passes them on', async () => {
    const taken: (string | undefined)[] = []
    const backend = createServer((request, answer) => {
      taken.push(request.url)
      request.resume().on('end', () => answer.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
    })
    cleanups.push(() => backend.close().closeAllConnections())
    const url = `http://127.0.0.1:${await listenOnFreePort(backend)}`
    const { text, of } = await onFreePorts(file('collector/collector.yaml'), [4317, 4318, 13133])
    const env = { TRACES_ENDPOINT: url, METRICS_ENDPOINT: url, LOGS_ENDPOINT: url }
    const collector = await start('otelcol', text, `http://127.0.0.1:${of.get(13133)}/`, env)
    cleanups.push(collector.stop)
    expect((await sendSpan(of.get(4318))).status).toBe(200)
    expect(await waitFor(() => taken[0])).toBe('/v1/traces')
  })

  it('jaeger.yaml takes spans and shows them', async () => {
    const { text, of } = await onFreePorts(file('jaeger/jaeger.yaml'), [4317, 4318, 13133, 16685, 16686])
    const env = { OTEL_TRACES_SAMPLER: 'always_off' }
    const jaeger = await start('jaeger', text, `http://127.0.0.1:${of.get(13133)}/status`, env)
    cleanups.push(jaeger.stop)
    expect((await sendSpan(of.get(4318))).status).toBe(200)
    const shown = await waitFor(async () => {
      const answer = await fetch(`http://127.0.0.1:${of.get(16686)}/api/traces/${'1'.repeat(32)}`)
      return answer.ok ? true : undefined
    })
    expect(shown).toBe(true)
  })

  it('the only thing that a Collector without it says against tail-sampling.yaml is that it has no such processor', () => {
    const files = ['collector', 'tail-sampling'].flatMap((name) => ['--config', `${OTEL}collector/${name}.yaml`])
    const { stderr, stdout } = spawnSync(programPath('otelcol'), ['validate', ...files], { encoding: 'utf8' })
    expect(stderr + stdout).toMatch(/unknown type: "tail_sampling"/)
    expect((stderr + stdout).match(/unknown type/g)).toHaveLength(1)
  })
})

it('tempo.yaml and Grafana’s files are YAML with one meaning', () => {
  for (const path of ['tempo/tempo.yaml', 'grafana/provisioning/datasources/datasources.yaml'])
    expect(Object.keys(parse(file(path)) as object).length).toBeGreaterThan(1)
  const { datasources } = parse(file('grafana/provisioning/datasources/datasources.yaml'))
  const uids = datasources.map(({ uid }: { uid: string }) => uid)
  const links = JSON.stringify(datasources).matchAll(/"datasourceUid":"([^"]+)"/g)
  for (const [, uid] of links) expect(uids).toContain(uid)
})
