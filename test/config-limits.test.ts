import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readNamedLimits } from '../src/config-limits.ts'
import type { Problem } from '../src/config-reader.ts'
import { DEFAULT_LIMITS, OFF_AT_ZERO } from '../src/limits.ts'

function read(limit: readonly string[], variable = ''): { limits: object; problems: Problem[] } {
  const problems: Problem[] = []
  return { limits: readNamedLimits({ limit }, { PODSPAN_LIMITS: variable }, problems), problems }
}

test('every bound is set by its own name, in units that people write', () => {
  const { limits, problems } = read(['headMs=10s', 'bodyBytesMax=10m', 'connectionsMax=500', 'responseHeadMs=0'])
  expect(limits).toEqual({ headMs: 10_000, bodyBytesMax: 10_485_760, connectionsMax: 500, responseHeadMs: 0 })
  expect(problems).toEqual([])
})

test('the variable holds a list, and a flag wins over it', () => {
  expect(read(['headMs=1s'], ' headMs=2s , fieldsMax=10').limits).toEqual({ headMs: 1_000, fieldsMax: 10 })
})

test.each([
  ['headMs=soon', 'a time'],
  ['headMs', 'a time'],
  ['headMs=0', 'above 0'],
  ['bodyBytesMax=-1', '0 switches it off'],
  ['fieldsMax=1.5', 'a whole number'],
  ['headTime=1s', 'headMs'],
  ['constructor=1', 'headMs'],
  ['=1', 'headMs'],
])('%s is a problem that says what is allowed', (pair, allowed) => {
  const { problems } = read([pair])
  expect(problems).toHaveLength(1)
  expect(problems[0]?.allowed).toContain(allowed)
})

test('docs/limits.md names every bound, its default, and which may be switched off', () => {
  const page = readFileSync(new URL('../docs/limits.md', import.meta.url), 'utf8')
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
    const shown = OFF_AT_ZERO.has(name as keyof typeof DEFAULT_LIMITS) && value === 0 ? 'off' : String(value)
    expect(page).toMatch(new RegExp(`\\| \`${name}\` +\\| ${shown} `))
  }
})
