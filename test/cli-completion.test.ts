/** The scripts in the shells they are for, asked as a person's Tab key asks. */
import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completionScript, SHELLS, type Shell } from '../src/cli-completion.ts'

const has = (shell: Shell): boolean => spawnSync(shell, ['-c', 'true']).status === 0

function bashWords(...words: string[]): string[] {
  const ask = `COMP_WORDS=(podspan ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _podspan; printf '%s\\n' "\${COMPREPLY[@]}"`
  const script = `${completionScript('bash')}\n${ask}`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
}

test('bash completes commands, the flags of each, and what may stand behind it', () => {
  expect(bashWords('ta')).toEqual(['tail'])
  expect(bashWords('--targ')).toEqual(['--target', '--target-pid'])
  expect(bashWords('tail', '--')).toEqual(['--admin', '--where', '--last', '--json', '--help'])
  expect(bashWords('check', '--targ')).toEqual(['--target', '--target-pid'])
  expect(bashWords('dump', '/et')).toContain('/etc')
})

// zsh and fish are on few machines; where they are, they read the script.
test.each(SHELLS.filter((shell) => shell !== 'bash').filter(has))('%s understands its script', (shell) => {
  expect(spawnSync(shell, ['-n', '-c', completionScript(shell)]).status).toBe(0)
})

test.each(SHELLS)('%s: every command is in it', (shell) => {
  for (const name of ['demo', 'check', 'tail', 'top', 'replay', 'dump']) expect(completionScript(shell)).toContain(name)
})
