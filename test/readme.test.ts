/** What README says of the command line is what the command line says of itself. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCommand } from '../src/cli.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('names every flag of --help, with its variables, and no other', () => {
  const command = parseCommand(['--help'])
  if (command.kind !== 'help') throw new Error(`--help gave ${command.kind}`)
  // `| --port | PORT, port | ...` in the one, `--port PORT   ... [PORT, port]` in the other.
  const inReadme = README.matchAll(/^\| `(--[a-z-]+)` *\| ([^|]*?) *\|/gm)
  const inHelp = command.text.matchAll(/^ {2}(--[a-z-]+) .*\[(.*)\]$/gm)
  const described = [...inReadme].map(([, flag, variables]) => `${flag} ${variables?.replaceAll('`', '')}`)
  expect(described.length).toBeGreaterThan(0)
  expect(described).toEqual([...inHelp].map(([, flag, variables]) => `${flag} ${variables}`))
})
