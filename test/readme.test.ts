/** What README says of the command line is what the command line says of itself. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCommand } from '../src/cli.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('names every flag of --help, with its variables, and no other', () => {
  const command = parseCommand(['--help'])
  if (command.kind !== 'print') throw new Error(`--help gave ${command.kind}`)
  // `| --port | PORT, port | ...` in the one, `--port PORT   ... [PORT, port]` in the other.
  const inReadme = README.matchAll(/^\| `(--[a-z-]+)` *\| ([^|]*?) *\|/gm)
  const inHelp = command.text.matchAll(/^ {2}(--[a-z-]+) .*\[(.*)\]$/gm)
  const described = [...inReadme].map(([, flag, variables]) => `${flag} ${variables?.replaceAll('`', '')}`)
  expect(described.length).toBeGreaterThan(0)
  expect(described).toEqual([...inHelp].map(([, flag, variables]) => `${flag} ${variables}`))
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
