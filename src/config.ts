/** argv and environment → a Config, or every problem found. It reads what it is given and the pod's own files, nothing else. */
import { resolve } from 'node:path'
import { wantsColour } from './config-colour.ts'
import { readNamedLimits } from './config-limits.ts'
import { type ObservationSettings, readObservation } from './config-observation.ts'
import { readOtel, type TelemetrySettings } from './config-otel.ts'
import { loopProblems, pushLoopProblems } from './config-otlp.ts'
import { readPodInfo } from './config-pod-info.ts'
import { type Environment, type Problem, Reader } from './config-reader.ts'
import type { PodReadings } from './config-resource.ts'
import { type CliOptions, flagName, SETTINGS } from './config-settings.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'

export type { ObservationSettings } from './config-observation.ts'
export type { TelemetrySettings } from './config-otel.ts'
export type { Environment, Problem } from './config-reader.ts'
export type { CliOptions } from './config-settings.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where the app listens. */
export type Target =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  /** Egress: wherever the app's request goes, if its host is among these. */
  | { readonly kind: 'named'; readonly allow: readonly string[] }

export function targetText(target: Target): string {
  if (target.kind === 'named') return `egress to ${target.allow.join(', ')}`
  return target.kind === 'unix' ? `unix:${target.path}` : `${target.host}:${target.port}`
}

export interface DumpSettings {
  readonly enabled: boolean
  /** `pretty` is for people: a line a request, written at once. */
  readonly format: 'history' | 'ndjson' | 'pretty'
  /** The whole history each time, with every core's times, as the first version did. */
  readonly full: boolean
  /** Of the pretty one. */
  readonly colour: boolean
}

export interface Config {
  readonly listen: Address
  readonly target: Target
  /** Undefined: no health port. */
  readonly health: Address | undefined
  /** The app's own readiness, for /readyz to pass on; undefined: podspan's alone counts. */
  readonly readyPath: string | undefined
  /** Undefined: no admin API. One that nobody asked for may find its port taken. */
  readonly admin: (Address & { readonly asked: boolean }) | undefined
  /** Bytes spliced unread, one connection record. */
  readonly opaque: boolean
  /** Fields to which this hop adds itself. */
  readonly forwarding: readonly ('via' | 'forwarded' | 'x-forwarded-for')[]
  /** Modules that export decorators, absolute paths or file URLs. */
  readonly decorators: readonly string[]
  /** Threads that carry traffic. */
  readonly threads: number
  readonly dump: DumpSettings
  /** Where the endpoint history and the container's figures are posted. */
  readonly push: string | undefined
  /** Request bodies up to so many bytes are kept in the ring; 0: none. */
  readonly captureBodyBytes: number
  readonly observation: ObservationSettings
  /** Whose container is looked at, where a person has said so. */
  readonly app: { readonly pid: number | undefined; readonly cgroup: string | undefined }
  /** A file for what must survive a crash. */
  readonly blackBox: string | undefined
  readonly telemetry: TelemetrySettings
  readonly limits: Limits
  /** The observer obeys `drill` messages; only tests set it. */
  readonly drills: boolean
}

export type ReadConfig =
  | { readonly ok: true; readonly config: Config; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** A note that is no warning. */
export const NO_ENDPOINT =
  'no OTLP endpoint is set (OTEL_EXPORTER_OTLP_ENDPOINT), so what passes is dumped on stdout; --no-dump for silence'
/** Of no known neighbour: Envoy has 9901 and 15000, linkerd 4191, collectors 4317 and 4318. */
const ADMIN_PORT = 4199
/** One captured body; the ring holds a thousand of them. */
const CAPTURE_BYTES_MAX = 65_536
/** More than a sidecar is ever granted; each is a label of metrics, too. */
const THREADS_MAX = 64
/** Where manifests mount the pod's labels and annotations. */
const POD_INFO = '/etc/podinfo'

/** 1024 requests in flight are half of it, and each half of the file begins with them. */
const BLACK_BOX_BYTES_MIN = 1_048_576
/** The kernel's own bound on 64 bits. */
const PID_MAX = 4_194_304

/** Flags win over the environment; an empty variable is an unset one. Every problem is reported, not only the first. */
export function readConfig(options: CliOptions, env: Environment, readings: PodReadings): ReadConfig {
  const problems: Problem[] = []
  const reader = new Reader(overlay(options, env), problems)
  const podInfo = readPodInfo(reader.text('PODSPAN_POD_INFO') ?? POD_INFO)
  const {
    telemetry,
    limits: otelLimits,
    notes,
  } = readOtel({ ...env, PODSPAN_SPOOL: reader.text('PODSPAN_SPOOL') }, { ...readings, podInfo }, problems)
  const dumpAsked = reader.boolean('PODSPAN_DUMP')
  const listen = { host: reader.text('PODSPAN_HOST') ?? '0.0.0.0', port: reader.port('PORT') ?? 8080 }
  const egress = reader.list('PODSPAN_EGRESS')
  const target = egress.length > 0 ? reader.egress('PODSPAN_TARGET', egress) : reader.target('PODSPAN_TARGET')
  const healthPort = reader.port('PODSPAN_HEALTH_PORT')
  const config: Config = {
    listen,
    target: target ?? { kind: 'tcp', host: 'localhost', port: 0 },
    health: healthPort === undefined ? undefined : { host: listen.host, port: healthPort },
    readyPath: reader.path('PODSPAN_READY_PATH'),
    admin: readAdmin(reader),
    opaque: reader.boolean('PODSPAN_OPAQUE') ?? false,
    forwarding: reader.someOf('PODSPAN_FORWARDING', ['via', 'forwarded', 'x-forwarded-for']),
    decorators: (options.decorators ?? reader.list('PODSPAN_DECORATORS')).map(absolute),
    threads: reader.integer('PODSPAN_THREADS', 1, THREADS_MAX) ?? 1,
    dump: readDump(reader, telemetry.enabled, wantsColour(env, readings.stdoutIsTty ?? false)),
    push: reader.url('PODSPAN_PUSH'),
    captureBodyBytes: reader.integer('PODSPAN_CAPTURE_BODIES', 0, CAPTURE_BYTES_MAX) ?? 0,
    observation: readObservation(reader, new Reader(env, problems), problems),
    app: { pid: reader.integer('PODSPAN_TARGET_PID', 1, PID_MAX), cgroup: reader.text('PODSPAN_CGROUP') },
    blackBox: reader.text('PODSPAN_BLACK_BOX'),
    telemetry,
    limits: { ...DEFAULT_LIMITS, ...readLimits(reader), ...otelLimits, ...readNamedLimits(options, env, problems) },
    drills: false,
  }
  problems.push(...relations(config, target !== undefined), ...unknownVariables(env))
  if (problems.length > 0) return { ok: false, problems }
  const isUnasked = dumpAsked === undefined && config.dump.format !== 'pretty' && !telemetry.enabled
  return { ok: true, config, notes: isUnasked ? [...notes, NO_ENDPOINT] : notes }
}

/** As the person sees it, from where podspan is started: the module is loaded elsewhere. */
function absolute(file: string): string {
  return file.startsWith('file:') ? file : resolve(file)
}

/** A log for people is asked for by its name, and is there whatever else is sent. */
function readDump(reader: Reader, isSent: boolean, colour: boolean): DumpSettings {
  const log = reader.oneOf('PODSPAN_LOG', ['pretty'])
  return {
    enabled: log !== undefined || (reader.boolean('PODSPAN_DUMP') ?? !isSent),
    format: log ?? reader.oneOf('PODSPAN_DUMP_FORMAT', ['history', 'ndjson']) ?? 'history',
    full: reader.boolean('PODSPAN_DUMP_FULL') ?? false,
    colour,
  }
}

/** Of the loopback alone: it tells of everybody's requests. */
function readAdmin(reader: Reader): Config['admin'] {
  const text = reader.text('PODSPAN_ADMIN_PORT')
  if (text?.toLowerCase() === 'off') return undefined
  const port = reader.port('PODSPAN_ADMIN_PORT')
  return { host: '127.0.0.1', port: port ?? ADMIN_PORT, asked: port !== undefined }
}

/** One map for flags and environment, under the name of the variable; problems name what the person wrote. */
function overlay(options: CliOptions, env: Environment): Map<string, { name: string; value: string }> {
  const values = new Map<string, { name: string; value: string }>()
  for (const { option, variables } of SETTINGS) {
    const [canonical = ''] = variables
    const given = options[option]
    const variable = variables.find((name) => (env[name] ?? '') !== '')
    if (given !== undefined && !Array.isArray(given))
      values.set(canonical, { name: `--${flagName(option)}`, value: String(given) })
    else if (variable !== undefined) values.set(canonical, { name: variable, value: env[variable] ?? '' })
  }
  return values
}

function readLimits(reader: Reader): Partial<Limits> {
  const read: { readonly [Name in keyof Limits]?: number | undefined } = {
    dumpEveryMs: reader.duration('PODSPAN_DUMP_EVERY', 100),
    sampleEveryMs: reader.duration('PODSPAN_SAMPLE_EVERY', 100),
    slowMs: reader.duration('PODSPAN_SLOW', 0),
    drainMs: reader.duration('PODSPAN_DRAIN', 0),
    drainMinMs: reader.duration('PODSPAN_MIN_DRAIN', 0),
    appStartMs: reader.duration('PODSPAN_WAIT_FOR_APP', 0),
    ringExchanges: reader.integer('PODSPAN_RING', 1, 1_000_000),
    headBytesMax: reader.integer('PODSPAN_HEAD_BYTES', 1_024, 1_048_576),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

function relations(
  { listen, target, limits, opaque, health, admin, push, telemetry, blackBox }: Config,
  hasTarget: boolean,
): Problem[] {
  const problems = [
    ...loopProblems([telemetry.traces, telemetry.metrics, telemetry.logs], [listen, health]),
    ...pushLoopProblems(push, [listen, health, admin]),
  ]
  const isLocal = target.kind === 'tcp' && ['localhost', '127.0.0.1', '::1'].includes(target.host)
  if (hasTarget && isLocal && listen.port !== 0 && listen.port === target.port) {
    problems.push({
      name: '--target',
      message: `is podspan's own port ${target.port}: every request would come back for ever`,
      allowed: 'the port of the service, which is another one',
    })
  }
  if (target.kind === 'named' && opaque) {
    const message = 'cannot stand beside --egress: bytes that are not read do not say where they go'
    problems.push({ name: '--opaque', message, allowed: 'one of the two' })
  }
  if (blackBox !== undefined && limits.blackBoxBytesMax < BLACK_BOX_BYTES_MIN) {
    problems.push({
      name: 'blackBoxBytesMax',
      message: `${limits.blackBoxBytesMax} is too small for a black box: it has room for nobody who is in flight`,
      allowed: `at least ${BLACK_BOX_BYTES_MIN}`,
    })
  }
  if (limits.drainMinMs > limits.drainMs) {
    problems.push({
      name: '--min-drain',
      message: `${limits.drainMinMs} ms is longer than the whole drain (${limits.drainMs} ms)`,
      allowed: 'at most --drain',
    })
  }
  if (limits.spanBatchMax > limits.spanQueueMax) {
    problems.push({
      name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
      message: `${limits.spanBatchMax} is more than the queue holds (${limits.spanQueueMax})`,
      allowed: 'at most OTEL_BSP_MAX_QUEUE_SIZE',
    })
  }
  return problems
}

/** Kubernetes writes such names for a Service called podspan: they are not ours to judge. */
const SERVICE_VARIABLE = /^PODSPAN_(?:SERVICE_(?:HOST|PORT.*)|PORT|PORT_.*)$/
/** Read for the resource. */
const RESOURCE_VARIABLE = /^PODSPAN_(?:POD_NAME|POD_NAMESPACE|POD_UID|POD_IP|NODE_NAME|CONTAINER_NAME)$/

function unknownVariables(env: Environment): Problem[] {
  const known = SETTINGS.flatMap(({ variables }) => variables)
  return Object.keys(env)
    .filter((name) => name.startsWith('PODSPAN_') && !known.includes(name))
    .filter((name) => !SERVICE_VARIABLE.test(name) && !RESOURCE_VARIABLE.test(name))
    .map((name) => ({
      name,
      message: 'is not a variable podspan knows',
      allowed: known.filter((each) => each.startsWith('PODSPAN_')).join(', '),
    }))
}
