import { execFile } from 'node:child_process'
import { expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { runtimeProblem } from '../src/runtime.ts'

it.each([
  ['22.18.0', undefined],
  ['22.17.1', 'podspan needs Node 22.18 or later, and this is 22.17.1'],
  ['20.20.2', 'podspan needs Node 22.18 or later, and this is 20.20.2'],
  ['26.0.0', undefined],
])('%s: %s', (version, problem) => {
  expect(runtimeProblem('>=22.18', version)).toBe(problem)
})

it('the Node that runs the tests is one of those that package.json promises', () => {
  expect(runtimeProblem(packageJson.engines.node, process.versions.node)).toBeUndefined()
})

it('what prints into a pipe that is closed says nothing, and is no bug', async () => {
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const command = `"${process.execPath}" "${main}" --help | true; exit \${PIPESTATUS[0]}`
  const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
    execFile('bash', ['-c', command], (error, _, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }))
  })
  expect([code, stderr]).toEqual([0, ''])
})
