/** Every way to write a list or a map: what is put in, taken out and changed, and that the rest stays. */
import { expect, test } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { isJson, layoutOf } from '../../src/inject/layout.ts'
import { applyEdits, rewrite } from '../../src/inject/rewrite.ts'
import { type Path, REMOVED, sameValue, withValue } from '../../src/inject/value.ts'

type Change = readonly [path: Path, value: unknown]

function rewritten(text: string, changes: readonly Change[], raws: Readonly<Record<string, string>> = {}): string {
  const document = parseDocument(text)
  const before: unknown = document.toJS()
  const after = changes.reduce((value, [path, leaf]) => withValue(value, path, leaf), before)
  const refuse = (): never => {
    throw new Error('refused')
  }
  const layout = layoutOf(text, document.contents)
  const site = {
    text,
    layout,
    isJson: isJson(text),
    aliased: new Set<string>(),
    raws: new Map(Object.entries(raws)),
    refuse,
  }
  const result = applyEdits(text, rewrite(site, document.contents, before, after), layout.newline)
  expect(sameValue(after, parse(result))).toBe(true)
  return result
}

const LIST = [{ name: 'x', args: ['--a'] }]

test.each<[text: string, change: Change, result: string]>([
  // Keys.
  ['a:\n  b: 1\n', [['a', 'c'], 2], 'a:\n  b: 1\n  c: 2\n'],
  ['a:\n  b: 1', [['a', 'c'], 2], 'a:\n  b: 1\n  c: 2'],
  ['a:\r\n  b: 1\r\n', [['a', 'c'], LIST], 'a:\r\n  b: 1\r\n  c:\r\n    - name: x\r\n      args:\r\n        - --a\r\n'],
  [
    'a:\n  b: 1 # one\n  # of a\n# of none\nd: 1\n',
    [['a', 'c'], 2],
    'a:\n  b: 1 # one\n  c: 2\n  # of a\n# of none\nd: 1\n',
  ],
  ['a:\n  b:\nd: 1\n', [['a', 'c'], 2], 'a:\n  b:\n  c: 2\nd: 1\n'],
  ['a:\n  b: # no value\n  # none\n', [['a', 'c'], 2], 'a:\n  b: # no value\n  c: 2\n  # none\n'],
  ['a:\n  b: |\n    x\n\nd: 1\n', [['a', 'c'], 2], 'a:\n  b: |\n    x\n  c: 2\n\nd: 1\n'],
  ['a:\n  b: |+\n    x\n\nd: 1\n', [['a', 'c'], 2], 'a:\n  b: |+\n    x\n\n  c: 2\nd: 1\n'],
  ['a:\n  b: "x\n    y" # z\n', [['a', 'c'], 2], 'a:\n  b: "x\n    y" # z\n  c: 2\n'],
  ['a: {b: 1}\n', [['a', 'c'], 2], 'a: {b: 1, "c": 2}\n'],
  ['a: { b: 1, } # x\n', [['a', 'c'], 2], 'a: { b: 1, "c": 2, } # x\n'],
  ['a: {}\n', [['a', 'c'], { d: [1] }], 'a: {"c": { "d": [ 1 ] }}\n'],
  ['{"a":{"b":1}}', [['a', 'c'], [1]], '{"a":{"b":1,"c":[1]}}'],
  ['{"a":{}}', [['a', 'c'], [1]], '{"a":{"c":[1]}}'],
  [
    '{\n  "a": {\n    "b": 1\n  }\n}\n',
    [['a', 'c'], [1]],
    '{\n  "a": {\n    "b": 1,\n    "c": [\n      1\n    ]\n  }\n}\n',
  ],
  // Items.
  ['a:\n- b\n- c # c\n', [['a', 2], 'd'], 'a:\n- b\n- c # c\n- d\n'],
  ['a:\n    -   b: 1\n        c: 2\n', [['a', 1], { d: 1 }], 'a:\n    -   b: 1\n        c: 2\n    - d: 1\n'],
  ['a: [b, c] # x\n', [['a', 2], 'd'], 'a: [b, c, "d"] # x\n'],
  ['a: [\n  b, # b\n  c # c\n]\n', [['a', 2], 'd'], 'a: [\n  b, # b\n  c,\n  "d" # c\n]\n'],
  ['a: [ ]\n', [['a', 0], 'd'], 'a: ["d" ]\n'],
  // Taken out.
  ['a:\n  b: 1 # b\n  # c\n  c: 2\n', [['a', 'b'], REMOVED], 'a:\n  # c\n  c: 2\n'],
  ['a:\n  c: 2\n  b:\n    - 1', [['a', 'b'], REMOVED], 'a:\n  c: 2'],
  ['a:\r\n  c: 2\r\n  b: 1', [['a', 'b'], REMOVED], 'a:\r\n  c: 2'],
  ['a: {b: 1, c: 2}\n', [['a', 'b'], REMOVED], 'a: {c: 2}\n'],
  ['a: {b: 1, c: 2, }\n', [['a', 'c'], REMOVED], 'a: {b: 1, }\n'],
  ['a: {b: 1}\n', [['a', 'b'], REMOVED], 'a: {}\n'],
  ['a: [ b ]\n', [['a', 0], REMOVED], 'a: [  ]\n'],
  ['a:\n- b\n- c: 1\n  d: 1\n- e\n', [['a', 1], REMOVED], 'a:\n- b\n- e\n'],

  // Changed.
  ['a: "x"   # y\nb: 1\n', [['a'], 2], 'a: 2   # y\nb: 1\n'],
  ['a:   x\n', [['a'], 2], 'a:   2\n'],
  ['{"a":"x"}', [['a'], 2], '{"a":2}'],
  ['{"a" : "x"}', [['a'], null], '{"a" : null}'],
  ['a:\n  - b\n  - c # c\nd: 1\n', [['a'], null], 'a: null # c\nd: 1\n'],
  ['a:\n- |\n  b\nd: 1\n', [['a'], null], 'a: null\nd: 1\n'],
  ['a: # none\nb: 1\n', [['a'], { c: 1 }], 'a: { "c": 1 } # none\nb: 1\n'],
  ['a: ~\n', [['a'], { c: 1 }], 'a: { "c": 1 }\n'],
  ['a: &x 1 # x\n', [['a'], 2], 'a: 2 # x\n'],
])('%j with %j is %j', (text, change, result) => {
  expect(rewritten(text, [change])).toBe(result)
})

test('what is deeper comes first where two end', () => {
  const text = 'a:\n  b:\n    c: 1'
  const changes: Change[] = [
    [['d'], 1],
    [['a', 'b', 'd'], 1],
    [['a', 'd'], 1],
  ]
  const result = 'a:\n  b:\n    c: 1\n    d: 1\n  d: 1\nd: 1'
  expect(rewritten(text, changes)).toBe(result)
  expect(
    rewritten(
      result,
      changes.map(([path]) => [path, REMOVED]),
    ),
  ).toBe(text)
})

test('a block of which nothing is left becomes brackets', () => {
  expect(rewritten('a:\n- b # b\n# end\n', [[['a'], [REMOVED]]])).toBe('a: [] # b\n# end\n')
  expect(rewritten('a:\n  b: 1\n', [[['a'], {}]])).toBe('a: {}\n')
})

test('a text that was there before is put back as it was', () => {
  const raws = { '["a"]': ":  'x'  # not y" }
  expect(rewritten('a: y\nb: 1\n', [[['a'], 'x']], raws)).toBe("a:  'x'  # not y\nb: 1\n")
})

test('several items in front go with their commas', () => {
  const gone = [0, 1, 3].map((index): Change => [['a', index], REMOVED])
  expect(rewritten('a: [b, c, d, e]\n', gone)).toBe('a: [d]\n')
})
