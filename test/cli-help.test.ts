import { expect, test } from 'vitest'
import { COMMANDS, type CommandRow } from '../src/cli-commands.ts'
import { helpText } from '../src/cli-help.ts'

const row = (name: string): CommandRow => COMMANDS.find((each) => each.name === name) as CommandRow

test('that of podspan names every command with what it is for', () => {
  for (const { name, summary } of COMMANDS) expect(helpText(row(''))).toMatch(new RegExp(`${name}.* ${summary}`))
})

test('that of a command has its own flags, and those of podspan only where it takes them', () => {
  expect(helpText(row('tail'))).toContain('--where FILTER')
  expect(helpText(row('tail'))).not.toContain('--target')
  expect(helpText(row('check'))).toContain('--target TARGET')
})

test('no line is too long for a terminal of 160 columns', () => {
  const lines = COMMANDS.flatMap((each) => helpText(each).split('\n'))
  expect(lines.filter((line) => line.length > 160)).toEqual([])
})
