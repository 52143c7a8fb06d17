/** What README says of the command line is what the command line says of itself. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCommand } from '../src/cli.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('names every flag of --help in its table of the configuration, and no other', () => {
  const command = parseCommand(['--help'])
  if (command.kind !== 'help') throw new Error(`--help gave ${command.kind}`)
  const inTable = readme.matchAll(/^\| `(--[a-z-]+)`/gm)
  const inHelp = command.text.matchAll(/--[a-z-]+/g)
  const described = new Set([...inTable].map(([, flag]) => flag).concat('--help', '--version'))
  expect([...described].sort()).toEqual([...new Set([...inHelp].map(([flag]) => flag))].sort())
})
