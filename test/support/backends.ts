/** Real backends: Jaeger and the OpenTelemetry Collector, as processes of their own on free ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from './ports.ts'

const DIRECTORY = process.env.BACKENDS_DIR ?? join(homedir(), '.cache/podspan/backends')

/**
 * Undefined where the program is there. Otherwise why its tests are skipped; with CI set there is no skipping, and the
 * tests fail by not finding it.
 */
export function missing(program: string): string | undefined {
  const path = programPath(program)
  if (existsSync(path) || process.env.CI !== undefined) return undefined
  return `skipped: ${path} is not there (BACKENDS_DIR names the folder)`
}

/** Where it would be. */
export function programPath(program: string): string {
  return join(DIRECTORY, 'bin', program)
}

export interface Backend {
  readonly otlpHttp: string
  readonly otlpGrpc: string
  stop(): Promise<void>
}

export interface Jaeger extends Backend {
  /** For another one in its place. */
  readonly ports: readonly number[]
  /** The spans of a trace as Jaeger's query API tells them, waited for; [] when none came. */
  trace(traceId: string, spans?: number): Promise<JaegerTrace | undefined>
}

export interface JaegerTrace {
  readonly spans: readonly {
    readonly spanID: string
    readonly operationName: string
    readonly startTime: number
    readonly duration: number
    readonly references: readonly { readonly refType: string; readonly spanID: string }[]
    readonly tags: readonly { readonly key: string; readonly value: unknown }[]
  }[]
  readonly processes: Readonly<
    Record<
      string,
      { readonly serviceName: string; readonly tags: readonly { readonly key: string; readonly value: unknown }[] }
    >
  >
}

/** `address`: where it listens. */
export async function startJaeger(given?: readonly number[], address = '127.0.0.1'): Promise<Jaeger> {
  const ports = given ?? (await freePorts(5))
  const [grpc, http, query, queryGrpc, health] = ports
  const backend = await start(
    'jaeger',
    `
service:
  extensions: [jaeger_storage, jaeger_query, healthcheckv2]
  pipelines: { traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] } }
  telemetry: { metrics: { level: none }, logs: { level: warn } }
extensions:
  healthcheckv2: { use_v2: true, http: { endpoint: '${address}:${health}' } }
  jaeger_query:
    storage: { traces: mem }
    http: { endpoint: '${address}:${query}' }
    grpc: { endpoint: '${address}:${queryGrpc}' }
  jaeger_storage: { backends: { mem: { memory: { max_traces: 10000 } } } }
receivers:
  otlp: { protocols: { grpc: { endpoint: '${address}:${grpc}' }, http: { endpoint: '${address}:${http}' } } }
exporters:
  jaeger_storage_exporter: { trace_storage: mem }
`,
    `http://${address}:${query}/api/services`,
    { OTEL_TRACES_SAMPLER: 'always_off' },
  )
  return {
    ports,
    otlpHttp: `http://${address}:${http}`,
    otlpGrpc: `http://${address}:${grpc}`,
    stop: backend.stop,
    trace: (traceId, spans = 1) =>
      waitFor(async () => {
        const response = await fetch(`http://${address}:${query}/api/traces/${traceId}`)
        if (!response.ok) return undefined
        const { data } = (await response.json()) as { data: JaegerTrace[] }
        return (data[0]?.spans.length ?? 0) >= spans ? data[0] : undefined
      }),
  }
}

export interface Collector extends Backend {
  /** Everything its file exporter wrote so far: one OTLP JSON message a line. */
  received(): readonly Record<string, unknown>[]
}

export async function startCollector(): Promise<Collector> {
  const [grpc, http, health] = await freePorts(3)
  const folder = mkdtempSync(join(tmpdir(), 'podspan-otelcol-'))
  const file = join(folder, 'otlp.jsonl')
  const backend = await start(
    'otelcol',
    `
extensions: { health_check: { endpoint: '127.0.0.1:${health}' } }
receivers:
  otlp: { protocols: { grpc: { endpoint: '127.0.0.1:${grpc}' }, http: { endpoint: '127.0.0.1:${http}' } } }
exporters:
  file: { path: '${file}', flush_interval: 100ms }
service:
  extensions: [health_check]
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [file] }
    metrics: { receivers: [otlp], exporters: [file] }
    logs: { receivers: [otlp], exporters: [file] }
`,
    `http://127.0.0.1:${health}/`,
    {},
  )
  return {
    otlpHttp: `http://127.0.0.1:${http}`,
    otlpGrpc: `http://127.0.0.1:${grpc}`,
    received: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line))
        : [],
    async stop() {
      await backend.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

export interface Prometheus {
  /** For OTEL_EXPORTER_OTLP_METRICS_ENDPOINT. */
  readonly otlpMetrics: string
  /** The value of an instant query with one result. */
  query(expression: string): Promise<number | undefined>
  /** Whatever its API says at this path. */
  api(path: string): Promise<unknown>
  stop(): Promise<void>
}

/** `config`: the text of a prometheus.yml; `address`: where it listens. */
export async function startPrometheus(config = 'global: {}\n', address = '127.0.0.1'): Promise<Prometheus> {
  const [port] = await freePorts(1)
  const url = `http://${address}:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'podspan-tsdb-'))
  const flags = [
    `--storage.tsdb.path=${folder}`,
    `--web.listen-address=${address}:${port}`,
    '--web.enable-otlp-receiver',
    '--enable-feature=exemplar-storage',
  ]
  const backend = await start('prometheus', config, `${url}/-/ready`, {}, (file) => [`--config.file=${file}`, ...flags])
  return {
    otlpMetrics: `${url}/api/v1/otlp/v1/metrics`,
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)
      const { data } = (await response.json()) as { data?: { result: readonly { value: readonly [number, string] }[] } }
      const value = data?.result[0]?.value[1]
      return value === undefined ? undefined : Number(value)
    },
    api: async (path) => ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: unknown }).data,
    async stop() {
      await backend.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A prometheus.yml that asks this address for metrics, every half a second. */
export function scraping(address: string): string {
  return `
global: { scrape_interval: 500ms, scrape_timeout: 500ms }
scrape_configs: [{ job_name: podspan, static_configs: [{ targets: ['${address}'] }] }]
`
}

/** What `read` gives as soon as it gives something, at most 15 s long. */
export async function waitFor<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T | undefined> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const value = await read()
    if (value !== undefined) return value
    await sleep(100)
  }
  return undefined
}

/** `ready`: a URL that answers 200, or what says so. */
export async function start(
  program: string,
  config: string,
  ready: string | (() => Promise<true | undefined>),
  env: Record<string, string>,
  flagsFor: (file: string) => string[] = (file) => ['--config', file],
): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), `podspan-${program}-`))
  writeFileSync(join(folder, 'config.yaml'), config)
  const options = {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
  }
  const child = spawn(programPath(program), flagsFor(join(folder, 'config.yaml')), options)
  let log = ''
  child.stderr?.on('data', (bytes) => {
    log = (log + bytes).slice(-4_000)
  })
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  child
    .on('exit', () => resolve())
    .on('error', (error) => {
      log += error.message
      resolve()
    })
  const isReady = await Promise.race([waitFor(typeof ready === 'string' ? () => answers(ready) : ready), ended])
  if (isReady !== true) {
    child.kill('SIGKILL')
    throw new Error(`${program} did not start:\n${log}`)
  }
  return { stop: () => stop(child, ended, folder) }
}

async function stop(child: ChildProcess, ended: Promise<void>, folder: string): Promise<void> {
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(5_000)])
  child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
}

async function answers(url: string): Promise<true | undefined> {
  try {
    return (await fetch(url)).ok || undefined
  } catch {
    return undefined
  }
}
