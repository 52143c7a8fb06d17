/** What `--help` says, of all and of one command. */
import { COMMANDS, type CommandRow, type Flag } from './cli-commands.ts'
import { flagName, SETTINGS } from './config-settings.ts'

const EXIT_CODES =
  'Exit codes: 0 as asked, 1 it was found wanting (check, health, replay), 64 bad configuration or usage,\n' +
  '65 objects that inject refuses, 66 no such file or request, 69 cannot listen or cannot be reached, 70 a bug.'

const COMMAND_WIDTH = 37
const FLAG_WIDTH = 24

export function helpText(row: CommandRow): string {
  return row.name === '' ? ownHelp(row) : commandHelp(row)
}

function ownHelp({ summary, examples }: CommandRow): string {
  return [
    `podspan: ${summary}.`,
    '',
    ...examples.map(exampleLine),
    '',
    ...COMMANDS.filter(({ name }) => name !== '').map(
      ({ name, operand, summary }) => `  ${`podspan ${name} ${operand}`.padEnd(COMMAND_WIDTH)} ${summary}`,
    ),
    '',
    '  podspan COMMAND --help says more of each.',
    '',
    ...settingLines(),
    '',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends traces and metrics to Jaeger, Tempo or any collector;',
    'the other standard OTEL_* variables are obeyed. What is not HTTP/1.1 passes with --opaque, unread.',
    '',
    EXIT_CODES,
  ].join('\n')
}

function commandHelp({ name, operand, summary, takesSettings, flags, examples }: CommandRow): string {
  const usage = ['podspan', name, operand, takesSettings || flags.length > 0 ? '[flags]' : ''].filter(Boolean).join(' ')
  return [
    `${usage}: ${summary}.`,
    '',
    ...examples.map(exampleLine),
    ...(flags.length > 0 ? ['', ...flags.map(flagLine)] : []),
    ...(takesSettings ? ['', 'And all that podspan itself takes:', '', ...settingLines()] : []),
    '',
    EXIT_CODES,
  ].join('\n')
}

function exampleLine([line, what]: readonly [string, string]): string {
  return line.length > COMMAND_WIDTH
    ? `  ${line}\n  ${''.padEnd(COMMAND_WIDTH)} ${what}`
    : `  ${line.padEnd(COMMAND_WIDTH)} ${what}`
}

function flagLine({ name, placeholder, help }: Flag): string {
  return `  ${`--${name} ${placeholder}`.padEnd(FLAG_WIDTH)} ${help}`
}

function settingLines(): string[] {
  return SETTINGS.map(({ option, placeholder, variables, help }) => {
    return `${flagLine({ name: flagName(option), placeholder, help, kind: 'value' })}  [${variables.join(', ')}]`
  })
}
