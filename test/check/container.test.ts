/** What is visible of the app, as the same user, as another one, and what limits a real cgroup has. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { checkContainer } from '../../src/check/container.ts'
import type { Finding } from '../../src/check/finding.ts'
import { availableCgroups, makeCgroup } from '../support/cgroups.ts'
import { configOf } from '../support/config.ts'
import { desertedPort } from '../support/strangers.ts'

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
const cgroups = availableCgroups()
if (!isRoot) console.warn('what is visible to other users: skipped, it takes root on Linux to be other users')

const running: ChildProcess[] = []
afterAll(() => running.forEach((child) => void child.kill('SIGKILL')))
const as = (uid: number): string[] => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
const SERVER = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

async function startApp(uid: number, enter = 'true'): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn('sh', ['-c', `${enter} && exec ${as(uid).join(' ')} ${process.execPath} -e "${SERVER}"`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const [line] = await once(child.stdout, 'data')
  return { child, port: Number(line) }
}

function found(port: number, uid: number): readonly Finding[] {
  const script = `
    import { checkContainer } from '${fileURLToPath(new URL('../../src/check/container.ts', import.meta.url))}'
    import { configOf } from '${fileURLToPath(new URL('../support/config.ts', import.meta.url))}'
    console.log(JSON.stringify(checkContainer(configOf({ target: '127.0.0.1:${port}' }))))`
  const [command = '', ...args] = [...as(uid), process.execPath, '--input-type=module-typescript', '-e', script]
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8' }))
}

test('nobody listens: that is a warning, and what there would be is told', async () => {
  const [visible] = checkContainer(configOf({ target: `127.0.0.1:${await desertedPort()}` }))
  expect(visible).toMatchObject({
    about: 'container',
    mark: 'warning',
    found: expect.stringContaining('nobody listens'),
  })
})

test('egress stands before no app, and that is no warning', () => {
  expect(checkContainer(configOf({ egress: 'api.example.com' }))[0]).toMatchObject({ about: 'container', mark: 'ok' })
})

describe.runIf(isRoot)('users', () => {
  test('the same one sees the app', async () => {
    const { port, child } = await startApp(1_201)
    const [visible, limits] = found(port, 1_201)
    expect(visible).toMatchObject({ mark: 'ok', found: expect.stringContaining(`pid ${child.pid}`), advice: [] })
    expect(limits).toMatchObject({
      about: 'its limits',
      mark: 'ok',
      found: expect.stringMatching(/memory.*; .*CPU.*; .*process.*; .*PSI/),
    })
  })

  test('another one is told which user to be', async () => {
    const { port } = await startApp(1_201)
    const [visible, ...more] = found(port, 1_202)
    expect(visible).toMatchObject({
      mark: 'warning',
      found: expect.stringContaining('the app runs as uid 1201, podspan as uid 1202'),
    })
    expect(visible?.advice.join()).toContain('runAsUser: 1201')
    expect(more).toEqual([])
  })
})

describe.runIf('version' in cgroups)('cgroups', () => {
  test("the limits are those of the app's own", async () => {
    const cgroup = makeCgroup(`podspan-check-${process.pid}`, { memoryBytes: 268_435_456, cores: 0.5 })
    const { child, port } = await startApp(1_201, cgroup.enter)
    try {
      const [visible, limits] = found(port, 1_201)
      expect(visible?.found).toContain("the app's container")
      expect(limits?.found).toMatch(/^256 MiB of memory \(\d+ MiB in use\); 0.5 cores by quota; /)
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
      cgroup.remove()
    }
  })
})
