/** Hostile and broken YAML: what is refused, where, and what is read although it looks odd. */
import { expect, test } from 'vitest'
import { uninject } from '../../src/inject/inject.ts'
import { readStream } from '../../src/inject/stream.ts'
import { deployment, done, injectWith, LIMITS, problemsOf } from '../support/inject.ts'

const BOMB = ['a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]']
for (const [at, name] of [...'bcdefghi'].entries()) {
  const before = 'abcdefgh'[at]
  BOMB.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`)
}

test.each<[what: string, text: string, problem: string]>([
  ['a billion laughs', `kind: List\n${BOMB.join('\n')}\n`, '3:8: document 1: its aliases multiply without end'],
  ['a map in itself', 'kind: &a {b: *a}', '1:14: document 1: *a contains itself'],
  ['a list in itself, deep', 'kind: A\na: &a\n  - b: [c, {d: *a}]\n', '3:16: document 1: *a contains itself'],
  ['an alias of nothing', 'kind: A\na: *b\n', '2:4: document 1: no anchor &b stands before it'],
  ['an alias before its anchor', 'kind: A\na: *b\nb: &b 1\n', '2:4: document 1: no anchor &b stands before it'],
  ['the same key twice', 'kind: A\na:\n  b: 1\n  "b": 2\n', '4:3: document 1: the key "b" is there twice'],
  ['the same key twice in JSON', '{"kind":"A","kind":"B"}', '1:13: document 1: the key "kind" is there twice'],
  ['a template', 'kind: A\nimage: {{ .Values.image }}\n', '2:9: document 1: a key is a list, a map or an alias'],
  ['a key that is an alias', 'kind: &a A\n*a : 1\n', '2:1: document 1: a key is a list, a map or an alias'],
  ['brackets without end', 'kind: A\na: [1, 2\n', '3:1: document 1: Flow sequence'],
  ['a quote without end', 'kind: A\na: "b\n', '3:1: document 1: Missing closing "quote'],
  ['a tab that indents', 'kind: A\na:\n\tb: 1\n', '3:1: document 1: Tabs are not allowed as indentation'],
  ['a map in a line', 'kind: A\na: b: c\n', '2:4: document 1: Nested mappings are not allowed'],
  ['two JSON texts', '{"kind":"A"}\n{"kind":"B"}\n', '2:1: document 1: Unexpected flow-map-start at node end'],
  ['a broken second document', 'kind: A\n---\na: [\n', '4:1: document 2: Flow sequence'],
  ['brackets for ever', '['.repeat(50_000), 'document 1: Maximum call stack size exceeded'],
  ['dashes for ever', '- '.repeat(50_000), 'document 1: Maximum call stack size exceeded'],
  ['brackets, closed', `kind: A\na: ${'['.repeat(101)}${']'.repeat(101)}`, '2:103: document 1: deeper than 100 levels'],
  ['too much', 'a'.repeat(LIMITS.injectBytesMax + 1), '1:1: document 1: the input has 4194305 characters'],
  ['an escape that is none', 'kind: "\\q"\n', '1:8: document 1: Invalid escape sequence \\q'],
  ['HTML', '<html>\n<body class="a: b">: &nbsp;</body>\n', '1:1: document 1'],
  ['bytes that are no text', '\u0000\u0001\u0002: \ufffd', '1:1: document 1: is no Kubernetes object'],
])('%s is refused', (_, text, problem) => {
  const problems = problemsOf(text)
  expect(problems.join('\n')).toContain(problem)
  // A page of mistakes helps nobody.
  expect(problems.length).toBeLessThanOrEqual(LIMITS.injectSyntaxProblemsMax + 1)
})

test.each<[what: string, change: (text: string) => string]>([
  ['a byte order mark', (text) => `\ufeff${text}`],
  ['lines that end as on Windows', (text) => text.replaceAll('\n', '\r\n')],
  ['no newline at the end', (text) => text.trimEnd()],
  ['nothing but spaces behind the end', (text) => `${text}   \n\n  # end`],
  ['documents of nothing', (text) => `---\n---\n# nothing\n---\n${text}...\n---\n`],
  ['directives', (text) => `%YAML 1.1\n---\n${text}`],
  ['a tag of YAML', (text) => text.replace('name: shop', 'name: !!str shop')],
  ['a tag of nobody', (text) => text.replace('name: shop', 'name: !mine shop')],
  ['quoted keys', (text) => text.replaceAll(/(\w+):/g, '"$1":').replace('"app":1', 'app:1')],
  ['keys with values far away', (text) => text.replaceAll(/: (?=\S)/g, ':   \t ')],
  ['anchors that nobody uses', (text) => text.replaceAll(/:\n( +)/g, (_, lead) => `: &a${lead.length}\n${lead}`)],
  [
    'a label by alias',
    (text) =>
      text
        .replace('{app: shop}', '&l {app: shop}\n  selector: {matchLabels: *l}')
        .replace(/labels: (&l .*)\n(.*)\n/, 'labels: $1\n'),
  ],
  ['a merge elsewhere', (text) => `${text}status: {<<: {a: 1}, b: 2}\n`],
  ['a key of objects', (text) => `${text}__proto__: {polluted: yes}\nconstructor: 1\n`],
  ['every escape', (text) => `${text}status: "\\x41\\u00e9\\n\\t\\e\\_\\L"\n`],
  ['text that only looks like YAML', (text) => `${text}status: |+2\n    kind: List\n   ---\n\n\n`],
  ['text over lines', (text) => `${text}status: "a\n  b\\\n  c\n\n  d"\n`],
])('%s is no obstacle', (_, change) => {
  const text = change(deployment({}))
  const injected = done(text)
  expect(injected.text).toContain('podspan')
  expect(uninject(injected.text, LIMITS)).toMatchObject({ ok: true, text })
  expect(done(injected.text).text).toBe(injected.text)
})

test('what is changed is never what an alias stands for, or comes from', () => {
  const shared = deployment({ container: 'securityContext: &a {}' })
  const pod = shared.replace('    spec:', '    spec: &pod').concat('  paused: *pod\n')
  expect(problemsOf(pod)).toEqual([
    expect.stringContaining('&pod is used again by *pod, and would be changed there too. Write out *pod'),
  ])
  const aliased = `spare: &pod\n  containers: [{name: app, ports: [{containerPort: 1}]}]\n${deployment({}).replace(/ {4}spec:.*/s, '    spec: *pod\n')}`
  expect(problemsOf(aliased)).toEqual([
    expect.stringContaining('*pod stands for what is written elsewhere. Write it out here in place of *pod'),
  ])
  const merged = `spare: &pod\n  containers: [{name: app, ports: [{containerPort: 1}]}]\n${deployment({}).replace(/ {4}spec:.*/s, '    spec: {<<: *pod}\n')}`
  expect(problemsOf(merged)).toEqual([expect.stringContaining('its key containers comes from a merge (<<)')])
})

test('a text that would change by what is put behind it is refused', () => {
  const text = deployment({ container: 'args:\n- |\n  two\n  lines' })
  expect(problemsOf(text)).toEqual([])
  expect(problemsOf(text.trimEnd())).toEqual([expect.stringContaining('End the file with a newline')])
})

test('keys are compared in linear time', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')
  expect(readStream(keys, LIMITS).ok).toBe(true)
  expect(injectWith(`${keys}\nk1: 2`)).toMatchObject({ ok: false, problems: [{ line: 20_001, column: 1 }] })
})
