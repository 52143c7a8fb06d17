/**
 * `npm run generate`: the pages that are made of tables of the program, so that none says what the program does not do:
 * configuration.md of the settings, signals.md of the registry. A tool, no part of the program.
 */
import { writeFileSync } from 'node:fs'
import { type Registry, readRegistry } from '../otel/registry/generate.ts'
import { ENVIRONMENT } from '../src/config-environment.ts'
import { SETTINGS } from '../src/config-settings.ts'

type Row = readonly string[]

const code = (text: string): string => `\`${text}\``
const cell = (text: string): string => text.replaceAll('|', '\\|')
const row = (cells: Row): string => `| ${cells.map(cell).join(' | ')} |`

function table(head: Row, rows: readonly Row[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

export function configurationPage(): string {
  const flag = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const settings = SETTINGS.map(
    ({ option, placeholder, variables, help }): Row => [
      code(`${flag(option)} ${placeholder}`.trim()),
      variables.map(code).join(', '),
      help,
    ],
  )
  const environment = ENVIRONMENT.map(({ names, help }): Row => [names.map(code).join(', '), help])
  return `# Configuration

<!-- Made by \`npm run generate\` of src/config-settings.ts and src/config-environment.ts; changed there. -->

Flags go before environment variables. Everything is read once, at the start; every mistake that is found is reported together, with
what is allowed, and podspan ends with exit code 64. A variable that begins with \`PODSPAN_\` and is not known is a mistake too.
\`podspan check\` tries what a configuration needs without running it. Times are written \`500ms\`, \`5s\`, \`2m\`.

## Flags

${table(['flag', 'environment', ''], settings)}

A switch is turned off by \`--no-\` before its name. Every bound of a queue, a table, a time or a peer has a name of its own: [limits.md](limits.md).

## Variables

OpenTelemetry's own variables are obeyed; \`OTEL_EXPORTER_OTLP_ENDPOINT\` alone is enough to send traces and metrics.

${table(['variable', ''], environment)}
`
}

export function signalsPage({ attributes, metrics }: Registry): string {
  const typeOf = (type: Registry['attributes'][number]['type']): string =>
    typeof type === 'string' ? type : type.members.map(({ value }) => code(value)).join(' ')
  return `# Names that are podspan's own

<!-- Made by \`npm run generate\` of otel/registry/podspan.yaml; changed there. -->

All else that is sent is named by OpenTelemetry's semantic conventions 1.45: [telemetry.md](telemetry.md). The registry is in the form that
OpenTelemetry's own tools read: [otel/registry/](../otel/registry/).

## Attributes

${table(
  ['attribute', 'type', ''],
  attributes.map(({ key, type, brief }) => [code(key), typeOf(type), brief]),
)}

## Metrics

${table(
  ['metric', 'instrument', 'unit', 'attributes', ''],
  metrics.map(({ name, instrument, unit, brief, attributes: own = [] }) => [
    code(name),
    instrument,
    code(unit),
    own.map(({ ref }) => code(ref)).join(' '),
    brief,
  ]),
)}
`
}

const page = (name: string): URL => new URL(name, import.meta.url)

if (import.meta.main) {
  writeFileSync(page('configuration.md'), configurationPage())
  writeFileSync(page('signals.md'), signalsPage(readRegistry()))
}
