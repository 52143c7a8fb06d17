/** Inputs and results of inject, for its tests. */
import { globSync, readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { type Injected, inject } from '../../src/inject/inject.ts'
import type { InjectOptions } from '../../src/inject/options.ts'
import { problemText } from '../../src/inject/problem.ts'
import type { StreamLimits } from '../../src/inject/stream.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

export const LIMITS: StreamLimits = DEFAULT_LIMITS

export type Asked = Omit<InjectOptions, 'limits'>

/** What each input of test/inject/golden/ is asked. */
export const GOLDEN: Readonly<Record<string, Asked>> = {
  shop: { image: 'registry.example.com/podspan:1.0', otlpEndpoint: 'http://collector:4318', probes: 'through' },
  ledger: { preStopSeconds: 0 },
  agent: { plain: true, blackBox: true, container: 'agent' },
  nightly: {},
  pod: { sharedPid: true, probes: 'through', port: 9_000, healthPort: 9_001 },
  secure: { opaque: true },
  knative: { blackBox: true },
}

const FOLDER = new URL('../inject/golden/', import.meta.url).pathname

export function goldenFile(name: string, part: 'in' | 'out'): string {
  const [file] = globSync(`${FOLDER}${name}.in.*`)
  if (file === undefined) throw new Error(`no golden file ${name}`)
  return file.replace('.in.', `.${part}.`)
}

export function goldenInput(name: string): string {
  return readFileSync(goldenFile(name, 'in'), 'utf8')
}

export function injectWith(text: string, asked: Asked = {}): Injected {
  return inject(text, { ...asked, limits: LIMITS })
}

/** A line a problem; empty when there is none. */
export function problemsOf(text: string, asked: Asked = {}): readonly string[] {
  const result = injectWith(text, asked)
  return result.ok ? [] : result.problems.map(problemText)
}

export interface Done {
  readonly text: string
  readonly notes: readonly string[]
  /** The documents as they read. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it expects
  readonly documents: readonly any[]
}

export function done(text: string, asked: Asked = {}): Done {
  const result = injectWith(text, asked)
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'))
  return { ...result, documents: parseAllDocuments(result.text, { version: '1.1' }).map((each) => each.toJS()) }
}

/** A Deployment `shop` of one container; `pod` and `container` are further lines of YAML. */
export function deployment({
  name = 'shop',
  ports = '[{containerPort: 3000}]',
  pod = '',
  container = '',
  labels = '{app: shop}',
}: Partial<Record<'name' | 'ports' | 'pod' | 'container' | 'labels', string>>): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    metadata:
      labels: ${labels}
    spec:
${indented(pod, 6)}      containers:
        - name: app
          image: app:1
          ports: ${ports}
${indented(container, 10)}`
}

export function service(port: string, spec = 'selector: {app: shop}'): string {
  return `---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  ${spec}
  ports: [${port}]
`
}

function indented(lines: string, columns: number): string {
  return lines === '' ? '' : `${lines.replaceAll(/^/gm, ' '.repeat(columns))}\n`
}
