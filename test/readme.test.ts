/** What the pages say of the program is what the program does. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { COMMANDS, flagsOf } from '../src/cli-commands.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('names no flag that there is not', () => {
  const known = new Set(COMMANDS.flatMap((row) => flagsOf(row).flatMap(({ name }) => [`--${name}`, `--no-${name}`])))
  // Those of other programs stand in code that names them.
  const others = new Set([
    '--help',
    '--version',
    '--from-dir',
    '--follow',
    '--exclude',
    '--build-arg',
    '--format',
    '--timestamp',
    '--isolation',
    '--storage-driver',
    '--output',
    '--max-semi-space-size',
  ])
  const named = [...README.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((flag) => !known.has(flag) && !others.has(flag))).toEqual([])
})

it('docs/http.md names every refusal of a request, under its status', () => {
  const page = readFileSync(new URL('../docs/http.md', import.meta.url), 'utf8')
  const sources = [...globSync('src/http1/*.ts'), 'src/tunnel/refusal.ts'].map((path) => readFileSync(path, 'utf8'))
  const refusals = sources.join('\n').matchAll(/protocolError\(\s*'([a-z0-9_]+)',\s*(\d+)/g)
  for (const [, type, status] of refusals) {
    // An answer's faults are 502 and in the table of the record.
    if (status !== '502') expect(page, `${status} ${type}`).toMatch(new RegExp(`^\\| ${status} .*\`${type}\``, 'm'))
  }
})
