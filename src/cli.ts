/** argv → a Command, or every problem with it. It decides nothing and runs nothing. */
import { parseArgs } from 'node:util'
import type { Problem } from './config-reader.ts'
import { type CliOptions, SETTINGS, type Setting } from './config-settings.ts'

export type Command =
  | { readonly kind: 'run'; readonly options: CliOptions }
  | { readonly kind: 'demo'; readonly options: CliOptions }
  /** What a black box tells. */
  | { readonly kind: 'dump'; readonly file: string; readonly json: boolean }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
export type UsageError = { readonly kind: 'usage-error'; readonly problems: readonly Problem[] }

export function parseCommand(argv: readonly string[]): Command | UsageError {
  if (argv[0] === 'dump') return parseDump(argv.slice(1))
  const { tokens } = parseArgs({
    args: [...argv],
    options: argsOptions(),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const options: Record<string, unknown> = {}
  const problems: Problem[] = []
  let command: 'run' | 'demo' = 'run'
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (token.value === 'demo') command = 'demo'
      else problems.push(problem(token.value, 'is not a command', 'demo, dump, or no command at all'))
    } else if (token.kind === 'option') {
      if (token.name === 'help' || token.name === 'h') return { kind: 'help', text: helpText() }
      if (token.name === 'version') return { kind: 'version' }
      const found = readOption(token, options)
      if (found !== undefined) problems.push(found)
    }
  }
  return problems.length > 0 ? { kind: 'usage-error', problems } : { kind: command, options: options as CliOptions }
}

function parseDump(argv: readonly string[]): Command | UsageError {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', text: helpText() }
  const [file, ...more] = argv.filter((each) => each !== '--json')
  if (file !== undefined && more.length === 0 && !file.startsWith('-'))
    return { kind: 'dump', file, json: argv.includes('--json') }
  return { kind: 'usage-error', problems: [problem('dump', 'needs one file', 'podspan dump FILE, with --json or not')] }
}

/** One line a problem: what, what was wrong, what is allowed. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ name, message, allowed }) => `podspan: ${name} ${message}. Allowed: ${allowed}.`).join('\n')
}

function readOption(
  { name, rawName, value }: { readonly name: string; readonly rawName: string; readonly value?: string | undefined },
  options: Record<string, unknown>,
): Problem | undefined {
  const isNegated = name.startsWith('no-')
  const setting = SETTINGS.find(({ option }) => flagName(option) === (isNegated ? name.slice(3) : name))
  if (setting === undefined || (isNegated && setting.kind !== 'switch')) {
    return problem(rawName, 'is not a flag', `${nearest(name)}; see --help`)
  }
  if (setting.kind === 'switch') {
    options[setting.option] = !isNegated
    return undefined
  }
  if (value === undefined || value === '') return problem(rawName, 'needs a value', `${rawName} ${setting.placeholder}`)
  if (setting.kind === 'list') options[setting.option] = [...((options[setting.option] as string[]) ?? []), value]
  else options[setting.option] = value
  return undefined
}

function problem(name: string, message: string, allowed: string): Problem {
  return { name, message, allowed }
}

function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function argsOptions(): Record<string, { type: 'string' | 'boolean' }> {
  const flags = SETTINGS.map(({ option, kind }) => [
    flagName(option),
    { type: kind === 'switch' ? 'boolean' : 'string' },
  ])
  return { ...Object.fromEntries(flags), help: { type: 'boolean' }, version: { type: 'boolean' } }
}

/** The flag that shares the longest beginning with what was written. */
function nearest(name: string): string {
  const flags = SETTINGS.map(({ option }) => flagName(option))
  const shared = (flag: string): number => [...flag].findIndex((letter, at) => letter !== name[at])
  const closeness = (flag: string): number => (shared(flag) === -1 ? flag.length : shared(flag))
  return `--${flags.toSorted((a, b) => closeness(b) - closeness(a))[0]}`
}

function helpText(): string {
  return [
    'podspan: stands before an HTTP/1.1 service and makes a span of every request that passes.',
    '',
    '  podspan --port 8080 --target 8087      before the service on port 8087',
    '  podspan demo                           a demo service, traffic and all',
    '  podspan dump FILE [--json]             what a black box tells, of the time before a crash',
    '',
    ...SETTINGS.map(helpLine),
    '',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends traces and metrics to Jaeger, Tempo or any collector;',
    'the other standard OTEL_* variables are obeyed. What is not HTTP/1.1 passes with --opaque, unread.',
    '',
    'Exit codes: 0 stopped, 64 bad configuration, 66 no such file, 69 cannot listen, 70 a bug.',
  ].join('\n')
}

function helpLine({ option, placeholder, variables, help }: Setting): string {
  return `  ${`--${flagName(option)} ${placeholder}`.padEnd(24)} ${help}  [${variables.join(', ')}]`
}
