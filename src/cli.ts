/** argv → a Command, or every problem with it. It decides nothing and runs nothing. */
import { parseArgs } from 'node:util'
import {
  COMMANDS,
  type CommandRow,
  commandNamed,
  type Flag,
  flagsOf,
  type Given,
  problem,
  settingsOf,
} from './cli-commands.ts'
import { completionScript, SHELLS } from './cli-completion.ts'
import { helpText } from './cli-help.ts'
import type { Environment, Problem } from './config-reader.ts'
import type { CliOptions } from './config-settings.ts'
import { type InjectOptions, readInjectOptions } from './inject/options.ts'
import { DEFAULT_LIMITS } from './limits.ts'

export type Command =
  | { readonly kind: 'run'; readonly options: CliOptions }
  | { readonly kind: 'demo'; readonly options: CliOptions }
  | { readonly kind: 'check'; readonly options: CliOptions; readonly json: boolean }
  | {
      readonly kind: 'tail'
      /** The admin port's URL. */
      readonly admin: string
      readonly where: string | undefined
      readonly last: number
      readonly json: boolean
    }
  | { readonly kind: 'top'; readonly admin: string; readonly once: boolean }
  | {
      readonly kind: 'replay'
      readonly id: string
      readonly admin: string
      readonly to: string | undefined
      readonly query: string | undefined
      readonly unsafe: boolean
      readonly json: boolean
    }
  | { readonly kind: 'inject'; readonly file: string; readonly options: InjectOptions; readonly isUndone: boolean }
  | { readonly kind: 'health'; readonly port: number; readonly path: '/healthz' | '/readyz' }
  | { readonly kind: 'dump'; readonly file: string; readonly json: boolean }
  /** Of help, of completion. */
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'version' }
export type UsageError = {
  readonly kind: 'usage-error'
  readonly problems: readonly Problem[]
  /** What says more. */
  readonly help: string
}

/** As many as a ring can hold. */
const LAST_MAX = 1_000_000
const LAST = 10
const ADMIN_PORT = '4199'

/** The environment tells where the admin port is, for a command that is run beside the sidecar. */
export function parseCommand(argv: readonly string[], env: Environment = {}): Command | UsageError {
  const [first = ''] = argv
  const named = first.startsWith('-') ? undefined : commandNamed(first)
  const row = named ?? commandNamed('')
  if (row === undefined) throw new Error('the table of commands has no row for podspan itself')
  const { given, operands, problems } = read(argv.slice(named === undefined ? 0 : 1), row)
  if (given.help === true) return { kind: 'print', text: helpText(row) }
  if (given.version === true) return { kind: 'version' }
  if (named === undefined && operands[0] !== undefined) problems.push(notACommand(operands[0]))
  else problems.push(...operandProblems(row, operands))
  const made = problems.length === 0 ? BUILD[row.name]?.(given, operands[0] ?? '', env) : undefined
  if (made !== undefined && 'kind' in made) return made
  const found = made === undefined ? problems : [made].flat()
  return { kind: 'usage-error', problems: found, help: `podspan ${row.name} --help`.replace('  ', ' ') }
}

/** One line a problem: what, what was wrong, what is allowed. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ name, message, allowed }) => `podspan: ${name} ${message}. Allowed: ${allowed}.`).join('\n')
}

type Build = (given: Given, operand: string, env: Environment) => Command | Problem | readonly Problem[]

const BUILD: Readonly<Record<string, Build>> = {
  '': (given) => ({ kind: 'run', options: settingsOf(given) }),
  demo: (given) =>
    given.target === undefined
      ? { kind: 'demo', options: settingsOf(given) }
      : problem('--target', 'is not for the demo, which brings its own service', 'podspan --target, without demo'),
  check: (given) => ({ kind: 'check', options: settingsOf(given), json: given.json === true }),
  tail(given, _, env) {
    const admin = adminOf(given, env)
    const last = given.last === undefined ? LAST : Number(given.last)
    if (typeof admin !== 'string') return admin
    if (!/^[0-9]{1,7}$/.test(String(given.last ?? LAST)) || last > LAST_MAX)
      return problem('--last', `${JSON.stringify(given.last)} is not understood`, `a whole number up to ${LAST_MAX}`)
    return { kind: 'tail', admin, where: textOf(given.where), last, json: given.json === true }
  },
  top(given, _, env) {
    const admin = adminOf(given, env)
    return typeof admin === 'string' ? { kind: 'top', admin, once: given.once === true } : admin
  },
  replay(given, id, env) {
    const admin = adminOf(given, env)
    if (typeof admin !== 'string') return admin
    if (!/^[0-9]{1,15}$/.test(id))
      return problem(id, 'is no number of a request', 'a number as tail shows it: #4711 is 4711')
    const { to, query, unsafe, json } = given
    const texts = { to: textOf(to), query: textOf(query) }
    return { kind: 'replay', id, admin, ...texts, unsafe: unsafe === true, json: json === true }
  },
  inject(given, file) {
    const read = readInjectOptions(given, DEFAULT_LIMITS)
    return read.ok ? { kind: 'inject', file, options: read.options, isUndone: given.uninject === true } : read.problems
  },
  health(given, _, env) {
    const text = textOf(given['health-port']) ?? env.PODSPAN_HEALTH_PORT ?? ''
    const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
    if (port < 1 || port > 65_535)
      return problem(
        '--health-port',
        `${JSON.stringify(text)} is no port`,
        'the health port of the sidecar: 1 to 65535',
      )
    return { kind: 'health', port, path: given.ready === true ? '/readyz' : '/healthz' }
  },
  dump: (given, file) => ({ kind: 'dump', file, json: given.json === true }),
  completion(_, shell) {
    const known = SHELLS.find((each) => each === shell)
    if (known === undefined) return problem(shell, 'is no shell that podspan completes in', SHELLS.join(', '))
    return { kind: 'print', text: completionScript(known).trimEnd() }
  },
}

function textOf(value: Given[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A port, host:port or URL → the URL. */
function adminOf(given: Given, env: Environment): string | Problem {
  const fromEnv = env.PODSPAN_ADMIN_PORT
  const isPort = fromEnv !== undefined && /^[1-9][0-9]*$/.test(fromEnv)
  const text = textOf(given.admin) ?? (isPort ? fromEnv : ADMIN_PORT)
  const bare = /^[0-9]{1,5}$/.test(text) ? `127.0.0.1:${text}` : text
  const url = bare.includes('://') ? bare : `http://${bare}`
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'http:' && parsed.pathname === '/') return parsed.origin
  return problem(
    '--admin',
    `${JSON.stringify(text)} is not understood`,
    'a port, host:port or http URL: 127.0.0.1:4199',
  )
}

interface Reading {
  readonly given: Given
  readonly operands: readonly string[]
  readonly problems: Problem[]
}

function read(argv: readonly string[], row: CommandRow): Reading {
  const flags = flagsOf(row)
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      flags.map(({ name, kind }) => [name, { type: kind === 'switch' ? 'boolean' : 'string' }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given: Record<string, string | boolean | readonly string[]> = {}
  const operands: string[] = []
  const problems: Problem[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    else if (token.kind === 'option') {
      if (token.name === 'help' || token.name === 'h') given.help = true
      else if (token.name === 'version') given.version = true
      else {
        const found = take(token, flags, given)
        if (found !== undefined) problems.push(found)
      }
    }
  }
  return { given, operands, problems }
}

function take(
  { name, rawName, value }: { readonly name: string; readonly rawName: string; readonly value?: string | undefined },
  flags: readonly Flag[],
  given: Record<string, string | boolean | readonly string[]>,
): Problem | undefined {
  const isNegated = name.startsWith('no-')
  const flag = flags.find((each) => each.name === (isNegated ? name.slice(3) : name))
  if (flag === undefined || (isNegated && flag.kind !== 'switch'))
    return problem(rawName, 'is not a flag', [nearest(name, flags), 'see --help'].filter(Boolean).join('; '))
  if (flag.kind === 'switch') {
    given[flag.name] = !isNegated
    return undefined
  }
  if (value === undefined || value === '') return problem(rawName, 'needs a value', `${rawName} ${flag.placeholder}`)
  if (flag.kind === 'list') given[flag.name] = [...((given[flag.name] as string[]) ?? []), value]
  else given[flag.name] = value
  return undefined
}

function operandProblems({ name, operand }: CommandRow, operands: readonly string[]): Problem[] {
  const wanted = operand === '' ? 0 : 1
  if (operands.length === wanted) return []
  const [, surplus = operands[0] ?? ''] = operand === '' ? ['', operands[0]] : operands
  if (operands.length < wanted) return [problem(name, `needs one ${operand}`, `podspan ${name} ${operand}`)]
  return [problem(surplus, 'is one too many', `podspan ${name} ${operand}`.trimEnd())]
}

function notACommand(word: string): Problem {
  const names = COMMANDS.map(({ name }) => name).filter((name) => name !== '')
  return problem(word, 'is not a command', `${names.join(', ')}, as the first word, or no command at all`)
}

/** The flag that shares the longest beginning with what was written. */
function nearest(name: string, flags: readonly Flag[]): string {
  const shared = (flag: string): number => {
    const at = [...flag].findIndex((letter, index) => letter !== name[index])
    return at === -1 ? flag.length : at
  }
  const [closest] = flags.map((flag) => flag.name).toSorted((a, b) => shared(b) - shared(a))
  return closest === undefined ? '' : `--${closest}`
}
