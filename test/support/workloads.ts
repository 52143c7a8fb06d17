/** Kubernetes input as people and tools write it, made by fast-check: every kind of workload, in every way of writing YAML and JSON. */
import fc from 'fast-check'
import { Document, isCollection, isNode, isScalar, type Node, Scalar, visit } from 'yaml'
import { inject } from '../../src/inject/inject.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

export interface Input {
  readonly text: string
  readonly appPort: number
  /** Whether a Service in the input leads to the app. */
  readonly hasService: boolean
}

const JUNK = [
  '\n',
  ':',
  '-',
  '  ',
  '&a ',
  '*a',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '|',
  '\t',
  '<<: *a',
  '? ',
  '\0',
  '!!str ',
  ',',
  '---\n',
  '{{ x }}',
  'null',
  '8080',
  '~',
]

type Value = Readonly<Record<string, unknown>>

const KINDS = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['v1', 'Pod'],
  ['serving.knative.dev/v1', 'Service'],
] as const

/** What makes readers of YAML stumble. */
const text = fc.constantFrom(
  'plain',
  'yes',
  '0o17',
  '1:30',
  'a: b',
  '# no comment',
  "it's",
  'two\nlines\n',
  'kept\n\n\n',
  'no newline\nat the end',
  '  indented\n',
  '"quoted"',
  '{{ not helm }}',
  'ünïcödé ✓',
  '',
)

function maybe<T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Value> {
  return fc.oneof(
    fc.constant({}),
    value.map((each) => ({ [key]: each })),
  )
}

function probe(port: number | string): fc.Arbitrary<Value> {
  return fc.constantFrom(
    { httpGet: { path: '/ready', port } },
    {
      httpGet: { port, path: '/ready' },
      periodSeconds: 3,
      timeoutSeconds: 1,
      failureThreshold: 2,
      successThreshold: 1,
    },
    { tcpSocket: { port } },
    { exec: { command: ['sh', '-c', 'test -e /tmp/ready\n'] } },
  )
}

function appContainer(appPort: number, isNamed: boolean, isKnative: boolean): fc.Arbitrary<Value> {
  const port = { containerPort: appPort, ...(isNamed && !isKnative ? { name: 'http' } : {}) }
  const probed = isNamed && !isKnative ? 'http' : appPort
  const parts = [
    fc.constant({ name: 'app', image: 'app:1' }),
    fc.constant({ ports: [port] }),
    maybe('args', fc.array(text, { maxLength: 2 })),
    maybe(
      'env',
      fc.array(
        text.map((value) => ({ name: 'A', value })),
        { maxLength: 2 },
      ),
    ),
    maybe('readinessProbe', probe(probed)),
    maybe('livenessProbe', probe(probed)),
    ...(isKnative ? [] : [maybe('lifecycle', fc.constantFrom(null, {}, { preStop: { exec: { command: ['x'] } } }))]),
    maybe('securityContext', fc.constant({ runAsUser: 1_000, allowPrivilegeEscalation: false })),
  ]
  return shuffledMap(parts)
}

/** The keys in any order: nobody may need one to be first. */
function shuffledMap(parts: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Value> {
  return fc
    .tuple(...parts)
    .map((values) => Object.entries(Object.assign({}, ...values) as Value))
    .chain((entries) => fc.shuffledSubarray(entries, { minLength: entries.length }))
    .map((entries) => Object.fromEntries(entries))
}

function pod(appPort: number, isNamed: boolean, isKnative: boolean): fc.Arbitrary<Value> {
  const others = fc.subarray([
    { name: 'logs', image: 'logs', args: ['--tail'] },
    { name: 'proxy', image: 'proxy', command: ['sh', '-c', 'exec proxy\n'] },
  ])
  const containers = fc
    .tuple(appContainer(appPort, isNamed, isKnative), isKnative ? fc.constant([]) : others)
    .chain(([app, more]) => fc.shuffledSubarray([app, ...more], { minLength: more.length + 1 }))
  return shuffledMap([
    containers.map((list) => ({ containers: list })),
    maybe('volumes', fc.constantFrom(null, [], [{ name: 'data', emptyDir: {} }])),
    ...(isKnative
      ? []
      : [
          maybe('initContainers', fc.constantFrom([], [{ name: 'migrate', image: 'app:1', args: ['migrate'] }])),
          maybe('shareProcessNamespace', fc.boolean()),
          maybe('securityContext', fc.constantFrom({}, { runAsNonRoot: true }, { runAsUser: 0 })),
          maybe('nodeSelector', fc.constant({ 'kubernetes.io/os': 'linux' })),
        ]),
  ])
}

const metadata = shuffledMap([
  fc.constant({ name: 'shop' }),
  maybe(
    'annotations',
    fc.oneof(
      fc.constantFrom(null, {}),
      text.map((note) => ({ note })),
    ),
  ),
  maybe('labels', fc.constant({ team: 'a' })),
])

function workload([apiVersion, kind]: (typeof KINDS)[number], spec: Value, meta: Value, labels: Value): Value {
  const object = { apiVersion, kind, metadata: meta }
  const template = { metadata: { labels }, spec }
  if (kind === 'Pod') return { ...object, metadata: { ...meta, labels }, spec }
  if (kind === 'CronJob') return { ...object, spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template } } } }
  return { ...object, spec: { ...(apiVersion === 'apps/v1' ? { selector: { matchLabels: labels } } : {}), template } }
}

function service(appPort: number, isNamed: boolean): fc.Arbitrary<Value> {
  const targets: Value[] = [{ port: 80, targetPort: appPort }, { port: appPort }]
  if (isNamed) targets.push({ port: 80, targetPort: 'http', protocol: 'TCP' })
  return fc.tuple(metadata, fc.constantFrom(...targets), fc.boolean()).map(([meta, port, hasMore]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta,
    spec: {
      selector: { app: 'shop' },
      ports: hasMore
        ? [
            { name: 'metrics', port: 9_100 },
            { name: 'web', ...port },
          ]
        : [port],
    },
  }))
}

const STRANGER = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, spec: [1, 'on', null] }

interface Objects {
  readonly objects: readonly Value[]
  readonly appPort: number
  readonly hasService: boolean
}

const objects: fc.Arbitrary<Objects> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    appPort: fc.constantFrom(80, 3_000, 8_080, 8_086),
    isNamed: fc.boolean(),
    meta: metadata,
    hasService: fc.boolean(),
    strangers: fc.subarray([STRANGER]),
  })
  .chain(({ kind, appPort, isNamed, meta, hasService, strangers }) => {
    const isKnative = kind[0].startsWith('serving')
    return fc.tuple(pod(appPort, isNamed, isKnative), service(appPort, isNamed)).map(([spec, own]) => ({
      objects: [
        workload(kind, spec, meta, { app: 'shop', version: '1.0' }),
        ...(hasService ? [own] : []),
        ...strangers,
      ],
      appPort,
      hasService: hasService && !isKnative,
    }))
  })

interface Style {
  readonly indent: number
  readonly indentSeq: boolean
  readonly strings: 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE'
  readonly seed: number
  readonly newline: string
  readonly begin: string
  readonly end: string
}

const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  strings: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'),
  seed: fc.nat(),
  newline: fc.constantFrom('\n', '\r\n'),
  begin: fc.constantFrom('', '---\n', '# first\n\n---\n', '\ufeff'),
  end: fc.constantFrom('', '---\n# nothing\n', '...\n', '\n\n'),
})

/** Comments, blank lines, brackets in place of blocks, wherever YAML lets them be; one in so many nodes. */
function decorate(document: Document, seed: number): void {
  let state = seed
  const oneIn = (count: number): boolean => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % 65_536 < 65_536 / count
  }
  visit(document, {
    Pair(_, { key }) {
      if (isNode(key) && oneIn(8)) key.commentBefore = ' before'
      if (isNode(key) && oneIn(8)) (key as Node & { spaceBefore?: boolean }).spaceBefore = true
    },
    Value(place, node) {
      if (place !== 'key' && isScalar(node) && oneIn(8)) node.comment = ' behind'
      if (isCollection(node) && node !== document.contents && oneIn(6) && !hasComment(node)) node.flow = true
      if (isScalar(node) && String(node.value).includes('\n') && oneIn(2)) node.type = Scalar.BLOCK_FOLDED
    },
  })
}

function hasComment(node: Node): boolean {
  let found = false
  visit(node, {
    Node(_, each) {
      if (each.commentBefore != null || each.comment != null) found = true
    },
  })
  return found
}

function asYaml(objects: readonly Value[], { indent, indentSeq, strings, seed, newline, begin, end }: Style): string {
  const written = objects.map((object, index) => {
    const document = new Document(object, { version: '1.1' })
    decorate(document, seed + index)
    return document.toString({ indent, indentSeq, defaultStringType: strings, lineWidth: 0 })
  })
  return (begin + written.join('---\n') + end).replaceAll('\n', newline)
}

function asJson(objects: readonly Value[], step: string, newline: string): string {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  return `${JSON.stringify(list, null, step)}\n`.replaceAll('\n', newline)
}

export const input: fc.Arbitrary<Input> = fc
  .tuple(objects, style, fc.constantFrom('yaml', 'yaml', 'list', 'json', 'tabs', 'tight'), fc.boolean())
  .map(([{ objects: made, ...about }, written, form, isCut]) => {
    // What is one object is written as an anchor and aliases: only labels shall be, which nobody changes.
    const objects = made.map((object) => structuredClone(object))
    const list = [{ apiVersion: 'v1', kind: 'List', items: objects }]
    const texts: Readonly<Record<string, () => string>> = {
      yaml: () => asYaml(objects, written),
      list: () => asYaml(list, written),
      json: () => asJson(objects, ' '.repeat(written.indent), written.newline),
      tabs: () => asJson(objects, '\t', written.newline),
      tight: () => asJson(objects, '', written.newline),
    }
    const whole = texts[form]?.() ?? ''
    return { ...about, text: isCut ? whole.replace(/\r?\n$/, '') : whole }
  })

/** Such input, injected or not, with a few things broken in it. */
export const mutated: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      input.map((each) => each.text),
      input.map((each) => injected(each.text)),
    ),
    fc.array(fc.tuple(fc.nat(5), fc.nat(), fc.constantFrom(...JUNK)), { minLength: 1, maxLength: 3 }),
  )
  .map(([whole, mutations]) => mutations.reduce((text, [way, at, junk]) => mutate(text, way, at, junk), whole))

function injected(whole: string): string {
  const result = inject(whole, { limits: DEFAULT_LIMITS })
  return result.ok ? result.text : whole
}

function mutate(text: string, way: number, at: number, junk: string): string {
  const index = at % (text.length + 1)
  if (way === 0) return text.slice(0, index) + junk + text.slice(index)
  if (way === 1) return text.slice(0, index) + text.slice(index + 1)
  const lines = text.split('\n')
  const row = at % lines.length
  const line = lines[row] ?? ''
  const changed = [[], [line, line], [`  ${line}`], [line.replace(/:.*/, `: ${junk}`)]][way - 2] ?? []
  return lines.toSpliced(row, 1, ...changed).join('\n')
}
