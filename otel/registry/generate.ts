/** `npm run generate`: otel/registry/podspan.yaml → otel/podspan-names.ts. A tool, no part of the program. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface Registry {
  readonly attributes: readonly {
    readonly key: string
    readonly type: string | { readonly members: readonly { readonly value: string }[] }
    readonly brief: string
  }[]
  readonly metrics: readonly {
    readonly name: string
    readonly instrument: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
    readonly unit: string
    readonly brief: string
    readonly attributes?: readonly { readonly ref: string }[]
  }[]
  readonly events: readonly { readonly name: string; readonly attributes: readonly { readonly ref: string }[] }[]
}

export function readRegistry(): Registry {
  return parse(readFileSync(new URL('./podspan.yaml', import.meta.url), 'utf8'))
}

/** One constant a name: `podspan.error.at` is PODSPAN_ERROR_AT, a metric's begins with METRIC_. */
export function namesFile({ attributes, metrics }: Registry): string {
  const line = (prefix: string, name: string, brief: string): string =>
    `/** ${brief} */\nexport const ${prefix}${name.replaceAll('.', '_').toUpperCase()} = '${name}'\n`
  return [
    '/** Made by `npm run generate` of otel/registry/podspan.yaml; changed there. */\n',
    ...attributes.map(({ key, brief }) => line('', key, brief)),
    ...metrics.map(({ name, brief }) => line('METRIC_', name, brief)),
  ].join('\n')
}

if (import.meta.main) writeFileSync(new URL('../podspan-names.ts', import.meta.url), namesFile(readRegistry()))
