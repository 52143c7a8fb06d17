/** All that is measured side by side: a row each, with how it is started and what it takes to be here. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { haproxy } from './haproxy.ts'
import { nginxProxy } from './nginx.ts'
import type { Launch } from './program.ts'

export interface Surroundings {
  /** Where configurations go; it is removed after the run. */
  readonly folder: string
  /** The entry of the bundle under test. */
  readonly podspan: string
  /** Where the app listens. */
  readonly target: number
  /** OTLP over HTTP. */
  readonly collector: string
}

export interface Subject {
  /** What `--only` takes, by itself or by its first part: `podspan` means all of podspan's. */
  readonly key: string
  readonly name: string
  /** Undefined when it is not installed. */
  launch(port: number, around: Surroundings): Omit<Launch, 'cores'> | undefined
  /** How to get it. */
  readonly get: string
}

/** The detectors of clouds would ask the network for a minute where there is none. */
const LOCAL = { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,process', OTEL_LOG_LEVEL: 'none' }
const PEERS = join(import.meta.dirname, '../peers')
/** As `npm run podspan` starts the source; npm itself, which stays beside it, is not counted. */
const SOURCE = packageJson.scripts.podspan.split(' ')

/** As the Dockerfile starts the bundle. */
const IMAGE_FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=96']
const IMAGE_ENV = { MALLOC_ARENA_MAX: '2' }

/** On, as it is unless told otherwise; of several side by side each has one, wherever. */
const ADMIN = ['--admin-port', '0']

export const YARDSTICK = 'nginx'
export const FLOOR = 'pipe'

export const SUBJECTS: readonly Subject[] = [
  podspan('podspan', 'podspan, everything on', onTo),
  podspan('podspan-traces', 'podspan, traces only', (url) => ({ ...onTo(url), OTEL_METRICS_EXPORTER: 'none' })),
  podspan('podspan-off', 'podspan, no telemetry', () => ({})),
  {
    key: YARDSTICK,
    name: 'nginx, no telemetry',
    launch: (port, { folder, target }) => nginxProxy(folder, port, target),
    get: 'apt-get install nginx-light',
  },
  {
    key: 'haproxy',
    name: 'HAProxy, no telemetry',
    launch: (port, { folder, target }) => haproxy(folder, port, target),
    get: 'apt-get install haproxy',
  },
  instrumented('node-http', 'node:http + OTel auto-instrumentation'),
  instrumented('fastify', '@fastify/http-proxy + OTel auto-instrumentation'),
  {
    key: FLOOR,
    name: 'node:net socket.pipe, unread',
    launch: (port, { target }) => node(join(import.meta.dirname, 'pipe.ts'), [port, target]),
    get: 'it is part of the bench',
  },
]

/** podspan with and without telemetry, and what budgets compare it with. */
export function isJudged({ key }: Pick<Subject, 'key'>): boolean {
  return key === YARDSTICK || key === 'podspan' || key === 'podspan-off'
}

/**
 * Not part of the comparison: how the source, unbundled, starts and what memory it takes. The first start after a change of it
 * fills the cache and takes more; the median does not show it, the highest may.
 */
export const FROM_SOURCE: Subject = podspan(
  'podspan-source',
  'podspan, everything on, from source (npm run podspan)',
  onTo,
  SOURCE,
)

function podspan(
  key: string,
  name: string,
  env: (collector: string) => Record<string, string>,
  script?: readonly string[],
): Subject {
  return {
    key,
    name,
    launch(port, { podspan, target, collector }) {
      const flags = ['--host', '127.0.0.1', '--port', port, '--target', `127.0.0.1:${target}`, '--no-dump', ...ADMIN]
      if (script !== undefined) {
        const [, ...args] = script
        return { command: process.execPath, args: [...args, ...flags.map(String)], env: env(collector) }
      }
      const { command, args } = node(podspan, flags)
      return { command, args: [...IMAGE_FLAGS, ...args], env: { ...IMAGE_ENV, ...env(collector) } }
    },
    get: 'it is what is measured',
  }
}

function onTo(url: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'bench' }
}

/** In the way that OpenTelemetry's own page for Node tells people to. */
function instrumented(key: string, name: string): Subject {
  const packages = join(PEERS, 'node_modules')
  return {
    key,
    name,
    launch(port, { target, collector }) {
      if (!existsSync(packages)) return undefined
      const register = createRequire(packages).resolve('@opentelemetry/auto-instrumentations-node/register')
      const launch = node(join(PEERS, `${key}.cjs`), [port, target], { ...onTo(collector), ...LOCAL })
      return { ...launch, args: ['--require', register, ...launch.args] }
    },
    get: 'npm ci in bench/peers',
  }
}

function node(
  file: string,
  args: readonly (string | number)[],
  env: Record<string, string> = {},
): Omit<Launch, 'cores'> {
  return { command: process.execPath, args: [file, ...args.map(String)], env }
}
