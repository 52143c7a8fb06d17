/**
 * Where telemetry goes during a run: the OpenTelemetry Collector where it is there, else a receiver of our own that takes
 * everything and keeps nothing. It also counts bytes, where bytes are what is asked.
 */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findCommand, firstLine, freePort, LOAD_CORES, startProgram } from './program.ts'

const BACKENDS = process.env.BACKENDS_DIR ?? join(homedir(), '.cache/podspan/backends')

export interface Collector {
  readonly url: string
  /** For people: what took the telemetry. */
  readonly name: string
  /** Spans that have come so far; undefined where nobody counts them. */
  spans(): number | undefined
  stop(): Promise<void>
}

export async function startCollector(folder: string): Promise<Collector> {
  const command = findCommand('otelcol', [join(BACKENDS, 'bin')])
  if (command === undefined) {
    const sink = await startSink()
    return { ...sink, spans: () => undefined, name: 'an OTLP receiver of the bench (no otelcol here)' }
  }
  const port = await freePort()
  const config = join(folder, 'otelcol.yaml')
  writeFileSync(
    config,
    `
receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:${port}' } } } }
exporters: { debug: { verbosity: basic, use_internal_logger: false } }
service:
  telemetry: { metrics: { level: none }, logs: { level: error } }
  pipelines:
    traces: { receivers: [otlp], exporters: [debug] }
    metrics: { receivers: [otlp], exporters: [debug] }
    logs: { receivers: [otlp], exporters: [debug] }
`,
  )
  // It shares its core with the load: behind it, so that it does not delay what is measured.
  let spans = 0
  const { stop } = await startProgram(port, {
    command: 'nice',
    args: ['-n', '10', command, '--config', config],
    cores: LOAD_CORES,
    onLine: (line) => (spans += parseSpans(line)),
  })
  return {
    url: `http://127.0.0.1:${port}`,
    name: `the OpenTelemetry Collector (${firstLine(command, '--version')})`,
    spans: () => spans,
    stop,
  }
}

/** Its debug exporter writes a line a batch: `Traces	{"resource spans": 1, "spans": 512}`. */
export function parseSpans(line: string): number {
  return Number(/^Traces\b.*"spans": (\d+)/.exec(line)?.[1] ?? 0)
}

export interface Sink {
  readonly url: string
  /** Bytes of bodies as they came, by signal: `traces`, `metrics`, `logs`. */
  readonly bytes: ReadonlyMap<string, number>
  /** When the first message of a signal came, by performance.now(). */
  readonly firstMs: ReadonlyMap<string, number>
  stop(): Promise<void>
}

export async function startSink(): Promise<Sink> {
  const bytes = new Map<string, number>()
  const firstMs = new Map<string, number>()
  const server = createServer((request, response) => {
    const signal = request.url?.split('/').at(-1) ?? ''
    if (!firstMs.has(signal)) firstMs.set(signal, performance.now())
    request.on('data', (chunk: Buffer) => bytes.set(signal, (bytes.get(signal) ?? 0) + chunk.length))
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes,
    firstMs,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
