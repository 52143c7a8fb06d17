import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { namesFile, readRegistry } from '../../../otel/registry/generate.ts'
import { DROP_REASONS, SIGNALS } from '../../../src/ledger.ts'

const NAMES = new URL('../../../otel/podspan-names.ts', import.meta.url)

test('the constants are those of the registry: npm run generate', () => {
  expect(readFileSync(NAMES, 'utf8')).toBe(namesFile(readRegistry()))
})

test('every name is ours, and defined once', () => {
  const { attributes, metrics } = readRegistry()
  const names = [...attributes.map(({ key }) => key), ...metrics.map(({ name }) => name)]
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^podspan(\.[a-z][a-z0-9_]*)+$/)
})

test.each([
  ['podspan.signal', SIGNALS],
  ['podspan.drop.reason', DROP_REASONS],
] as const)('%s has the values of the books', (name, values) => {
  const type = readRegistry().attributes.find(({ key }) => key === name)?.type
  expect(typeof type === 'object' && type.members.map(({ value }) => value)).toEqual(values)
})
