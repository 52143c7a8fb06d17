/** The one table of commands: what each is for, its flags, its examples. Help, completion and the reading of argv come from it. */
import type { Problem } from './config-reader.ts'
import { type CliOptions, flagName, SETTINGS } from './config-settings.ts'
import { INJECT_FLAGS } from './inject/options.ts'

export interface Flag {
  /** Without its dashes. */
  readonly name: string
  readonly kind: 'value' | 'switch' | 'list'
  readonly placeholder: string
  readonly help: string
}

/** What was given: a text, several, or yes or no. */
export type Given = Readonly<Record<string, string | boolean | readonly string[]>>

export interface CommandRow {
  /** The empty one is podspan itself. */
  readonly name: string
  /** Behind the name, as people write it: `FILE`. */
  readonly operand: string
  readonly summary: string
  /** Whether it takes the flags of podspan itself, and the environment with them. */
  readonly takesSettings: boolean
  readonly flags: readonly Flag[]
  readonly examples: readonly (readonly [line: string, what: string])[]
}

export const SETTING_FLAGS: readonly Flag[] = SETTINGS.map(({ option, kind, placeholder, help }) => ({
  name: flagName(option),
  kind,
  placeholder,
  help,
}))

const JSON_FLAG: Flag = { name: 'json', kind: 'switch', placeholder: '', help: 'for programs: JSON on stdout' }
const ADMIN: Flag = {
  name: 'admin',
  kind: 'value',
  placeholder: 'ADDRESS',
  help: 'the admin port of the sidecar: port, host:port or http URL (PODSPAN_ADMIN_PORT, else 4199)',
}
const WHERE: Flag = {
  name: 'where',
  kind: 'value',
  placeholder: 'FILTER',
  help: 'only what this matches: \'status>=500 && path^="/api" && duration>100ms\'',
}

const value = (name: string, placeholder: string, help: string): Flag => ({ name, kind: 'value', placeholder, help })
const toggle = (name: string, help: string): Flag => ({ name, kind: 'switch', placeholder: '', help })

export const COMMANDS: readonly CommandRow[] = [
  {
    name: '',
    operand: '',
    summary: 'stands before an HTTP/1.1 service and makes a span of every request that passes',
    takesSettings: true,
    flags: [],
    examples: [
      ['podspan --port 8080 --target 8087', 'before the service on port 8087'],
      ['podspan --target 8087 --log pretty', 'with a line a request for people'],
    ],
  },
  {
    name: 'demo',
    operand: '',
    summary: 'a small shop, its customers, and a real sidecar before it',
    takesSettings: true,
    flags: [],
    examples: [
      ['podspan demo', 'then look at the dashboard that it names'],
      ['OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 podspan demo', 'and in Jaeger'],
    ],
  },
  {
    name: 'check',
    operand: '',
    summary: 'tries everything that a run with these settings needs, and says what is wrong',
    takesSettings: true,
    flags: [JSON_FLAG],
    examples: [['podspan check --target 8087', 'the settings, ports, service, collector and container']],
  },
  {
    name: 'tail',
    operand: '',
    summary: 'what passes a sidecar that runs, a line a request',
    takesSettings: false,
    flags: [ADMIN, WHERE, value('last', 'COUNT', 'begin with so many of those that passed already (10)'), JSON_FLAG],
    examples: [
      ['podspan tail', 'what passes from now on'],
      ["podspan tail --where 'status>=500 || duration>1s' --last 100", 'what failed or was slow, of late too'],
    ],
  },
  {
    name: 'top',
    operand: '',
    summary: 'rate, errors and latency by route of a sidecar that runs, as they change',
    takesSettings: false,
    flags: [ADMIN, toggle('once', 'print the table once')],
    examples: [['podspan top --admin 4199', 'Ctrl-C ends it']],
  },
  {
    name: 'replay',
    operand: 'ID',
    summary: 'sends a request that passed once more, and shows what is different',
    takesSettings: false,
    flags: [
      ADMIN,
      value('to', 'URL', 'where to (the sidecar that it passed)'),
      value('query', 'TEXT', 'a query in place of the one it had, whose secrets are not kept'),
      toggle('unsafe', 'also one that is no GET, HEAD or OPTIONS'),
      JSON_FLAG,
    ],
    examples: [
      ['podspan replay 4711', 'the number is in the tail and in the dashboard'],
      ['podspan replay 4711 --to 8087', 'to the service itself'],
      ['podspan replay 4711 --unsafe', 'a POST, with the body that --capture-bodies kept'],
    ],
  },
  {
    name: 'inject',
    operand: 'FILE',
    summary: 'puts podspan into the pods of Kubernetes objects, and takes it out again; - is stdin',
    takesSettings: false,
    flags: INJECT_FLAGS,
    examples: [
      ['podspan inject deployment.yaml | kubectl apply -f -', 'as a native sidecar'],
      ['kubectl get deploy,svc shop -o yaml | podspan inject --uninject - | kubectl apply -f -', 'and back'],
    ],
  },
  {
    name: 'health',
    operand: '',
    summary: 'asks the health port of a sidecar that runs beside it; for exec probes and HEALTHCHECK',
    takesSettings: false,
    flags: [
      value('health-port', 'PORT', 'the one it was given (PODSPAN_HEALTH_PORT)'),
      toggle('ready', 'whether it is ready, not only alive'),
    ],
    examples: [['podspan health --health-port 8086', 'exit code 0 when it is well']],
  },
  {
    name: 'dump',
    operand: 'FILE',
    summary: 'what a black box tells, of the time before a crash',
    takesSettings: false,
    flags: [JSON_FLAG],
    examples: [['podspan dump /var/podspan/box', 'written by --black-box']],
  },
  {
    name: 'completion',
    operand: 'SHELL',
    summary: 'completes commands and flags in bash, zsh or fish',
    takesSettings: false,
    flags: [],
    examples: [
      ['source <(podspan completion bash)', 'in ~/.bashrc'],
      ['podspan completion fish > ~/.config/fish/completions/podspan.fish', 'for fish'],
    ],
  },
]

export function commandNamed(name: string): CommandRow | undefined {
  return COMMANDS.find((row) => row.name === name)
}

export function flagsOf(row: CommandRow): readonly Flag[] {
  return row.takesSettings ? [...SETTING_FLAGS, ...row.flags] : row.flags
}

/** What was given under the names of flags, as the reader of the configuration wants it. */
export function settingsOf(given: Given): CliOptions {
  const named = SETTINGS.map(({ option }) => [option, given[flagName(option)]] as const)
  return Object.fromEntries(named.filter(([, each]) => each !== undefined))
}

export function problem(name: string, message: string, allowed: string): Problem {
  return { name, message, allowed }
}
