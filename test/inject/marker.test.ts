/** The annotation, there and back. */
import { expect, test } from 'vitest'
import { markerText, nameOf, parseMarker, pathOf, valueOfRaw } from '../../src/inject/marker.ts'

test('goes through its text', () => {
  const marker = { added: ['a/b'], created: ['a'], was: { c: [': http', 80] as const } }
  expect(parseMarker(markerText(marker))).toEqual(marker)
  expect(markerText({ added: ['a'], created: [], was: {} })).toBe('{"added":["a"]}')
})

test.each(
  [
    [
      '',
      '1',
      'null',
      '[]',
      '{"added":"a"}',
      '{"added":[1]}',
      '{"created":{}}',
      '{"later":1}',
      '{"was":[]}',
      '{"was":{"a":": b"}}',
    ],
    ['{"was":{"a":[1]}}', '{"was":{"a":[": *b"]}}', '{"was":{"a":["b"]}}', '{"was":{"a":[": [1"]}}', '{'],
  ].flat(),
)('%j is none', (text) => {
  expect(parseMarker(text)).toBeUndefined()
  expect(parseMarker(1)).toBeUndefined()
})

test.each<[raw: string, value: unknown]>([
  [': http', 'http'],
  [':8080', 8080],
  [':"http"', 'http'],
  [' : [a, b]', ['a', 'b']],
  [':', null],
  [': ~', null],
  [': yes', true],
  [':\n  - containerPort: 80\n', [{ containerPort: 80 }]],
  [':\r\n  a: 1', { a: 1 }],
  [': [\n\t1\n]', [1]],
  [': &a x', 'x'],
  [': a, b', 'a, b'],
])('behind a key %j is %j', (raw, value) => {
  expect(valueOfRaw(raw)).toEqual({ value })
})

test('an item of a list goes by its name or port, wherever it stands', () => {
  const object = {
    ports: [
      { port: 80, a: 1 },
      { name: 'x', port: 81, a: 2 },
    ],
  }
  expect(nameOf(object, ['ports', 0, 'a'])).toBe('ports/80/a')
  expect(nameOf(object, ['ports', 1, 'a'])).toBe('ports/x/a')
  const moved = { ports: object.ports.toReversed() }
  expect(pathOf(moved, 'ports/80/a')).toEqual(['ports', 1, 'a'])
  expect(pathOf(moved, 'ports/82/a')).toBeUndefined()
  expect(pathOf(moved, '__proto__/constructor')).toBeUndefined()
})
