/**
 * The rules of the house as data and small functions: who may import whom, what each part may touch, and how long things get.
 * Each rule takes the facts of one file and returns what is wrong with it, in words.
 */
import { posix } from 'node:path'
import type { SourceFacts } from './source-facts.ts'

interface Part {
  /** Parts whose values may be imported; their types too. */
  readonly imports?: readonly string[]
  /** Parts and packages of which only types may be imported. */
  readonly types?: readonly string[]
  /** Node modules and packages. */
  readonly touches?: readonly string[]
}

/** What both threads share: it stands beside exchange.ts. */
const SHARED = ['exchange', 'ledger', 'inflight', 'listening', 'handoff', 'columns', 'packing']

/** A part is a folder, or a file at the top of src/. `*` stands for every part. */
export const PARTS: Readonly<Record<string, Part>> = {
  limits: {},
  clock: { touches: ['node:perf_hooks'] },
  ledger: {},
  pulse: { imports: ['clock'], touches: ['node:v8', 'node:perf_hooks'] },
  inflight: {},
  listening: {},
  columns: { imports: ['exchange'] },
  packing: { imports: ['columns', 'exchange'] },
  handoff: { types: ['clock', 'config', 'exchange', 'packing'] },
  exchange: { types: ['http1/message'] },
  http1: { imports: ['limits'] },
  // The values of http1/message are look-ups in a list of fields.
  trace: { imports: ['http1/message'], types: ['exchange'], touches: ['node:crypto'] },
  tunnel: {
    imports: ['http1', 'trace', 'clock', 'limits', ...SHARED],
    types: ['decorators', 'config', 'node:stream'],
    touches: ['node:net', 'node:tls'],
  },
  decorators: { types: ['http1/message', 'exchange', 'tunnel'] },
  cli: { imports: ['limits', 'config', 'inject/options'], types: ['exchange'], touches: ['node:util', 'node:fs'] },
  config: { imports: ['limits'], types: ['exchange'], touches: ['node:util', 'node:fs', 'node:path'] },
  resources: { imports: ['clock', 'limits'], touches: ['node:fs'] },
  retry: { types: ['limits'] },
  // The one way to node:http and node:https: an import of it would load undici too.
  node: { types: ['node:http', 'node:https', 'node:tls'], touches: ['node:module'] },
  observer: {
    imports: [
      'resources',
      'clock',
      'limits',
      'pulse',
      'fault',
      'node',
      'pretty',
      'printable',
      'retry',
      'shown',
      ...SHARED,
    ],
    types: ['config', 'admin'],
    touches: ['node:worker_threads', 'node:fs'],
  },
  printable: {},
  shown: {},
  runtime: {},
  helper: { touches: ['node:fs', 'node:os'] },
  engine: { imports: ['helper'], touches: ['node:v8'] },
  phases: { types: ['exchange'] },
  filter: { imports: ['phases', 'printable', 'exchange'] },
  // A line of the log, and of the terminal.
  pretty: { imports: ['phases', 'printable', 'fault'], types: ['exchange', 'ledger'], touches: ['picocolors'] },
  fault: { types: ['exchange'] },
  json: { imports: ['printable'] },
  admin: {
    imports: [
      'observer/stats',
      'exchange',
      'filter',
      'phases',
      'config',
      'ledger',
      'clock',
      'limits',
      'json',
      'node',
      'printable',
    ],
    types: ['observer', 'inflight', 'resources/sample', 'node:net', 'node:http'],
    touches: ['node:fs'],
  },
  // In the browser.
  dashboard: {
    imports: ['phases'],
    types: ['admin/shapes', 'exchange', 'ledger'],
    touches: ['preact*', 'uplot'],
  },
  // What attaches to a sidecar that runs.
  terminal: {
    imports: ['filter', 'phases', 'pretty', 'printable', 'json', 'node', 'clock', 'limits', 'admin/schemas'],
    types: ['admin/shapes', 'admin/schema', 'exchange', 'ledger', 'node:http'],
    touches: ['node:util', 'picocolors'],
  },
  check: {
    imports: ['config', 'resources', 'clock', 'limits', 'json', 'printable'],
    types: ['exchange', 'admin/shapes'],
    touches: ['node:net', 'node:tls', 'node:dns', 'node:fs', 'picocolors'],
  },
  otel: {
    imports: ['retry', 'shown', 'node', 'http1'],
    types: ['resources/sample', 'resources/own', 'pulse', 'limits', 'clock', 'config', ...SHARED],
    touches: ['@opentelemetry/*', 'node:net', 'node:zlib', 'node:util', 'node:fs', 'node:path'],
  },
  threads: {
    imports: ['tunnel', 'decorators', 'trace', 'clock', 'limits', 'pulse', ...SHARED],
    types: ['config'],
    touches: ['node:worker_threads', 'node:crypto'],
  },
  // Text in, text out.
  inject: { types: ['limits'], touches: ['yaml'] },
  demo: { imports: ['clock', 'node'], types: ['node:stream', 'node:http'], touches: ['ws'] },
  sidecar: { imports: ['*'] },
  index: {
    imports: ['sidecar', 'decorators', 'cli', 'config', 'runtime', 'http1/message', 'package.json'],
    types: ['*'],
    touches: ['node:os'],
  },
  main: { imports: ['*'], touches: ['*'] },
}

/** What one file may do beyond its part, because the table names that file. */
export const FILES: Readonly<Record<string, Part & { readonly dynamic?: readonly string[] }>> = {
  'src/resources/node.ts': { types: ['systeminformation'], touches: ['systeminformation/lib/memory.js', 'node:os'] },
  // Its own addresses: a target elsewhere is nobody here.
  'src/resources/app.ts': { touches: ['node:os'] },
  // The thread lowers its own priority.
  'src/observer/worker.ts': { imports: ['helper'] },
  'src/observer/parts.ts': { dynamic: ['otel'] },
  'src/observer/serve-admin.ts': { dynamic: ['otel', 'admin'] },
  // Loaded at the first scrape.
  'src/admin/metrics.ts': { touches: ['prom-client'] },
  // Whether a sidecar that says it is in this pod is.
  'src/terminal/replay.ts': { touches: ['node:os'] },
  // A pipe is written through a Socket: a blocking write to a full one would hold the thread.
  'src/observer/stdout.ts': { touches: ['node:net'] },
  // The user's own dashboard; everything else that is sent goes out in otel/.
  'src/observer/post.ts': { types: ['node:http'] },
  // Its checksums.
  'src/observer/black-box-file.ts': { touches: ['node:zlib'] },
  // An OpenAPI document is YAML; its parser is loaded when there is one.
  'src/observer/openapi.ts': { touches: ['yaml'] },
  // Tools that make the dashboards; the program never runs them.
  'otel/grafana/panels.ts': { touches: ['@grafana/grafana-foundation-sdk/*'] },
  'otel/grafana/requests.ts': { touches: ['@grafana/grafana-foundation-sdk/*'] },
  'otel/grafana/container.ts': { touches: ['@grafana/grafana-foundation-sdk/*'] },
  'otel/grafana/health.ts': { touches: ['@grafana/grafana-foundation-sdk/*'] },
  'otel/grafana/generate.ts': { touches: ['@grafana/grafana-foundation-sdk/*', 'node:fs'] },
  // A canary goes the way that telemetry goes.
  'src/check/canaries.ts': { dynamic: ['otel'] },
  // Whether a file is one of ours.
  'src/check/files.ts': { imports: ['observer/black-box-file'] },
  // A tool that makes podspan-names.ts of the registry; the program never runs it.
  'otel/registry/generate.ts': { touches: ['node:fs', 'yaml'] },
  // From source: the bundler of a checkout makes the dashboard.
  'src/admin/page.ts': { dynamic: ['bundle-dashboard'] },
  // The user's own modules, named on the command line.
  'src/decorators/load.ts': { dynamic: ['a computed name'] },
}

/** Source files without a test of their own, and why. */
export const UNMIRRORED: Readonly<Record<string, string>> = {
  'src/handoff.ts': 'types only',
  'src/resources/sample.ts': 'types only',
  'src/admin/shapes.ts': 'types only: openapi.test.ts compares what is answered',
  'src/admin/parts.ts': 'types only',
  'src/admin/schema.ts': 'words of the schemas: openapi.test.ts validates the document made of them',
  'src/admin/schemas.ts': 'data: test/e2e/admin.test.ts holds every answer of a real sidecar against it',
  'src/admin/sample-schemas.ts': 'data, as schemas.ts',
  'src/admin/answer.ts': 'sent by the real server of server.test.ts',
  'src/admin/endpoints.ts': 'the table: test/e2e/admin.test.ts asks every row',
  'src/admin/connections.ts': 'sockets of every kind: server.test.ts',
  'src/admin/listener.ts': 'live.test.ts, and streams.test.ts over real sockets',
  'src/observer/serve-admin.ts': 'wiring: observer-thread.test.ts and test/e2e/admin.test.ts',
  'src/terminal/bounds.ts': 'numbers: the tests of who is bound read them',
  'src/resources/text-of.ts': 'one line, used by every test that looks at a process',
  'src/observer/observe.ts': 'the composition: worker.test.ts and every end-to-end test run it',
  'src/observer/parts.ts': 'makes what is composed: the same',
  'src/resources/node.ts': 'on this very machine: sampler.test.ts',
  'src/decorators/decorator.ts': 'types only',
  'src/http1/message.ts': 'types and three one-line look-ups, used by every test of the decoder and the encoder',
  'src/http1/grammar.ts': 'data: every row is walked by decoder.test.ts',
  'src/http1/error.ts': 'a type and its constructor',
  'src/http1/chunked.ts': 'walked at every cut by decoder.test.ts (rows K)',
  'src/http1/request-head.ts': 'walked at every cut by decoder.test.ts (rows F, L, H)',
  'src/http1/response-head.ts': 'walked at every cut by decoder.test.ts (rows R)',
  'src/threads/data.ts': 'types only',
  'src/threads/data-thread.ts': 'one of several: data-threads.test.ts starts, kills and stops it',
  'src/threads/data-worker.ts': 'the entry of a thread: data-threads.test.ts runs it',
  'src/threads/data-path.ts':
    'a composition: data-threads.test.ts runs it in a worker, sidecar.test.ts on the main thread',
  'src/tunnel/parts.ts': 'types only',
  'src/tunnel/answer-events.ts': 'types only',
  'otel/podspan-names.ts': 'made of the registry: registry/generate.test.ts compares them',
  'src/tunnel/turn.ts': 'one request through the whole connection: connection.test.ts and decorated.test.ts',
  'src/tunnel/answer-path.ts': 'one answer through the whole connection: connection.test.ts and decorated.test.ts',
  'src/cli-commands.ts': 'the table: cli.test.ts, cli-completion.test.ts and readme.test.ts read every row',
  'src/demo/page.ts': 'ways to answer: every page of service.test.ts',
  'src/demo/catalogue.ts': 'pages: service.test.ts asks for each',
  'src/demo/till.ts': 'pages: service.test.ts asks for each',
  'src/demo/streams.ts': 'pages: service.test.ts asks for each',
  'src/demo/front-page.ts': 'a page: service.test.ts follows its links',
  'src/demo/chat.ts': 'service.test.ts talks to it',
  'src/demo/journeys.ts': 'data: traffic.test.ts sees all of it pass',
  'src/demo/visitors.ts': 'traffic.test.ts sees what they do',
  'src/config-settings.ts': 'the table: config.test.ts, cli.test.ts and readme.test.ts read every row',
  'src/config-environment.ts': 'the table: docs.test.ts',
  'src/config-reader.ts': 'its kinds are rows of config.test.ts',
  'otel/grafana/panels.ts': 'every panel made of it is asked of a real Prometheus in test/e2e/grafana.test.ts',
  'otel/grafana/requests.ts': 'the same',
  'otel/grafana/container.ts': 'the same',
  'otel/grafana/health.ts': 'the same',
  'src/check/finding.ts': 'types and three one-line makers',
  'src/check/backend.ts': 'a type and its names: every row of collector.test.ts',
  'src/check/canaries.ts': 'every row of collector.test.ts',
  'src/check/answer-words.ts': 'words: every row of collector.test.ts, with a server that answers so',
  'src/check/way-words.ts': 'words: every row of collector.test.ts, with a way that is so',
  'src/check/tls-words.ts': 'words: every row of collector.test.ts, with a certificate that is so',
  'otel/attributes.ts': 'names: spans.test.ts and the collector compare them',
  'otel/points.ts': 'through resource-metrics.test.ts',
  'otel/sender.ts': 'each protocol delivers to a real Collector in test/e2e/collector.test.ts',
  'otel/signals.ts': 'spans in faults.test.ts, metrics in test/e2e/collector.test.ts',
  'otel/replay.ts': 'every way of a file through spool.test.ts',
  'otel/start.ts': 'started for real in test/e2e/jaeger.test.ts and collector.test.ts',
  'src/inject/problem.ts': 'a line of text: every table of problems in test/inject/ reads it',
  'src/inject/cursor.ts': 'places in the text: every problem of pod.test.ts, app.test.ts and ports.test.ts has one',
  'src/inject/objects.ts': 'documents, Lists and what is neither: inject.test.ts and its golden files',
  'src/inject/workload.ts': 'its readings are rows of pod.test.ts, app.test.ts and ports.test.ts',
  'src/inject/layout.ts': 'every way to write a list or a map is a row of rewrite.test.ts',
  'src/inject/draft.ts': 'what it marks is taken back in undo.test.ts and by the properties of inject.test.ts',
  'src/inject/revise.ts': 'the proof that all is as it was meant: stream.test.ts and the properties of inject.test.ts',
  'src/main.ts': 'a process: test/e2e/sidecar.test.ts drives it',
}

/** Who may know the process: the two entries, and the reading of argv. A program's entry is index.ts. */
const PROCESS_FILES = ['src/main.ts', 'src/index.ts', 'src/cli.ts']

const LINES_MAX = 300
const FUNCTION_LINES_MAX = 50
/** Node's time and the browser's. */
const CLOCKS = ['src/clock.ts', 'src/dashboard/clock.ts']
const TIMERS = /^(globalThis\.)?(setTimeout|setInterval|setImmediate|Date\.now)\b/
const TIMER_MODULES = /^(node:)?timers/
const PROCESS = /^(globalThis\.)?process\b|^globalThis$/

/** `src/tunnel/dial.ts` is of `tunnel`, `src/clock.ts` of `clock`, `src/config-otel.ts` of `config`, `otel/spans.ts` of `otel`. */
export function partOf(path: string): string {
  const [root = '', first = ''] = path.split('/')
  return root === 'otel' ? 'otel' : first.replace(/(-.*)?\.tsx?$/, '')
}

export function importProblems(file: SourceFacts): string[] {
  const part = PARTS[partOf(file.path)]
  if (part === undefined) return [`${file.path}: no part of this name in the table`]
  return file.imports
    .filter((each) => !isAllowed(file.path, part, each.specifier, each.kind))
    .map((each) => `${file.path}: may not import ${each.specifier || 'a computed name'} (${each.kind})`)
}

type ImportKind = SourceFacts['imports'][number]['kind']

function isAllowed(path: string, part: Part, specifier: string, kind: ImportKind): boolean {
  const own = FILES[path]
  if (specifier === '') return own?.dynamic?.includes('a computed name') === true
  const types = kind === 'types' ? [...(part.types ?? []), ...(own?.types ?? [])] : []
  if (!specifier.startsWith('.')) {
    return matches(specifier, [...(part.touches ?? []), ...(own?.touches ?? []), ...types])
  }
  const target = posix.join(posix.dirname(path), specifier)
  if (partOf(target) === partOf(path)) return true
  const names = [partOf(target), target.replace(/^src\//, '').replace(/\.tsx?$/, '')]
  const granted = [...(part.imports ?? []), ...(own?.imports ?? []), ...types]
  if (kind === 'dynamic') granted.push(...(own?.dynamic ?? []))
  return names.some((name) => matches(name, granted))
}

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some(
    (pattern) => name === pattern || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1))),
  )
}

export function lengthProblems(file: SourceFacts): string[] {
  const long = file.functions.filter((each) => each.lines > FUNCTION_LINES_MAX)
  return [
    ...(file.lines > LINES_MAX ? [`${file.path}: ${file.lines} lines, at most ${LINES_MAX}`] : []),
    ...long.map(
      (each) => `${file.path}:${each.line}: a function of ${each.lines} lines, at most ${FUNCTION_LINES_MAX}`,
    ),
  ]
}

export function timeProblems(file: SourceFacts): string[] {
  if (CLOCKS.includes(file.path)) return []
  const modules = file.imports.filter((each) => TIMER_MODULES.test(each.specifier))
  return [
    ...file.names.filter((each) => TIMERS.test(each.text)).map((each) => `${file.path}:${each.line}: ${each.text}`),
    ...modules.map((each) => `${file.path}: ${each.specifier}`),
  ].map((problem) => `${problem}: only ${CLOCKS.join(', ')} read the time or set a timer; take a Clock`)
}

export function processProblems(file: SourceFacts): string[] {
  if (PROCESS_FILES.includes(file.path)) return []
  const names = file.names.filter((each) => PROCESS.test(each.text))
  const wrong = names.filter((each) => !(file.path === 'src/clock.ts' && each.text.startsWith('process.hrtime')))
  const modules = file.imports.filter((each) => /^(node:)?process$/.test(each.specifier))
  return [
    ...wrong.map((each) => `${file.path}:${each.line}: ${each.text}`),
    ...modules.map((each) => `${file.path}: ${each.specifier}`),
  ].map((problem) => `${problem}: only ${PROCESS_FILES.join(', ')} know the process`)
}

export function erasableProblems(file: SourceFacts): string[] {
  return file.enumsAndNamespaces.map((line) => `${file.path}:${line}: enum and namespace are not erasable TypeScript`)
}

/**
 * `tests`: the paths of all test files. Views (.tsx) have no mirror: what they decide stands in .ts files beside them, and what
 * they show a real browser shows in test/e2e/dashboard.test.ts. `src/a/b.ts` is tested by `test/a/b.test.ts`, `otel/x.ts` by
 * `test/otel/x.test.ts`.
 */
export function mirrorProblems(path: string, tests: ReadonlySet<string>): string[] {
  if (path.endsWith('.tsx')) return []
  const mirror = `test/${path.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')}`
  return tests.has(mirror) || path in UNMIRRORED ? [] : [`${path}: no test (${mirror})`]
}

/** `paths`: the keys of `packages` in package-lock.json. Two copies of an OpenTelemetry package do not see each other's state. */
export function duplicateProblems(paths: readonly string[]): string[] {
  const installed = new Map<string, string[]>()
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (path !== '' && name.startsWith('@opentelemetry/')) installed.set(name, [...(installed.get(name) ?? []), path])
  }
  const twice = [...installed].filter(([, where]) => where.length > 1)
  return twice.map(([name, where]) => `${name} is installed ${where.length} times: ${where.join(', ')}`)
}

/** The table as docs/architecture.md shows it, a row a part. */
export function tableRows(): string[] {
  const cell = (names: readonly string[] = []): string => names.map((name) => `\`${name}\``).join(' ') || '-'
  return Object.entries(PARTS).map(
    ([name, { imports, types, touches }]) => `| \`${name}\` | ${cell(imports)} | ${cell(types)} | ${cell(touches)} |`,
  )
}
