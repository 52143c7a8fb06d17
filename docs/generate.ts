/**
 * `npm run generate`: the pages that are made of tables of the program, so that none says what the program does not do:
 * configuration.md of the settings, filter.md of the fields and operators, signals.md of the registry. A tool, no part of the program.
 */
import { writeFileSync } from 'node:fs'
import { type Registry, readRegistry } from '../otel/registry/generate.ts'
import { ENVIRONMENT } from '../src/config-environment.ts'
import { flagName, SETTINGS } from '../src/config-settings.ts'
import { FIELDS } from '../src/filter/fields.ts'
import { FILTER_DEPTH_MAX, FILTER_LENGTH_MAX } from '../src/filter/filter.ts'
import { KINDS } from '../src/filter/operators.ts'

type Row = readonly string[]

const code = (text: string): string => `\`${text}\``
const cell = (text: string): string => text.replaceAll('|', '\\|')
const row = (cells: Row): string => `| ${cells.map(cell).join(' | ')} |`

function table(head: Row, rows: readonly Row[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

export function configurationPage(): string {
  const settings = SETTINGS.map(
    ({ option, placeholder, variables, help }): Row => [
      code(`--${flagName(option)} ${placeholder}`.trim()),
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

export function filterPage(): string {
  return `# The filter

<!-- Made by \`npm run generate\` of src/filter/fields.ts and src/filter/operators.ts; changed there. -->

One language says which requests are meant, in the terminal (\`podspan tail --where\`), in the admin API (\`/exchanges?where=\`) and in the
dashboard:

\`\`\`
status>=500 && path^="/api" && duration>100ms
\`\`\`

- A comparison is a field, an operator and a value. A field alone asks whether there is something: \`error\`, \`upgrade\`, \`!sampled\`.
- \`!\` binds closest, then \`&&\`, then \`||\`; parentheses as usual. An empty filter matches everything.
- \`^=\` asks for the beginning, \`$=\` for the end, \`*=\` for a part. There are no regular expressions, which can be made to run for ever.
- A text stands in double or single quotes; a backslash in it takes the next character as it is. A word without spaces and without
  \`"'&|()!<>=^$*\\\` needs no quotes: \`path^=/api\`.
- What a request does not have (the status of one that was never answered) is equal to nothing, and neither more nor less: \`status!=200\`
  matches it, \`status<600\` does not.
- At most ${FILTER_LENGTH_MAX} characters, and ${FILTER_DEPTH_MAX} \`(\` and \`!\` within each other.

## Fields

${table(
  ['field', 'kind', ''],
  FIELDS.map(({ name, kind, help, values }) => [
    code(name),
    kind,
    `${help}${values === undefined ? '' : `: ${values.map(code).join(' ')}`}`,
  ]),
)}

## Kinds

${table(
  ['kind', 'operators', 'values'],
  Object.entries(KINDS).map(([kind, { operators, values }]) => [kind, operators.map(code).join(' '), values]),
)}
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
  writeFileSync(page('filter.md'), filterPage())
  writeFileSync(page('signals.md'), signalsPage(readRegistry()))
}
