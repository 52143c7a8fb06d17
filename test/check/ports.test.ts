/** Podspan's own doors: free, taken, forbidden, and held by a podspan that runs. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import type { Finding } from '../../src/check/finding.ts'
import { checkPorts } from '../../src/check/ports.ts'
import type { CliOptions } from '../../src/config.ts'
import { configOf } from '../support/config.ts'
import { startSidecar } from '../support/sidecar.ts'
import { askingFor, desertedPort, http, silent } from '../support/strangers.ts'

async function found(options: CliOptions): Promise<Record<string, Finding>> {
  const { findings } = await checkPorts(configOf({ target: '1', ...options }), askingFor(5_000))
  return Object.fromEntries(findings.map((each) => [each.about, each]))
}

test('free ones are free, and stay so', async () => {
  const [port, healthPort, adminPort] = [await desertedPort(), await desertedPort(), await desertedPort()].map(String)
  for (let turn = 0; turn < 2; turn++) {
    const all = await found({ port: port ?? '', healthPort: healthPort ?? '', adminPort: adminPort ?? '' })
    expect(Object.values(all).map(({ mark }) => mark)).toEqual(['ok', 'ok', 'ok'])
    expect(all['listen port']?.found).toBe(`0.0.0.0:${port} is free`)
  }
})

test('those that are off, and one that is taken free', async () => {
  const all = await found({ port: '0' })
  expect(Object.keys(all)).toEqual(['listen port', 'admin port'])
  expect(all['listen port']).toMatchObject({ mark: 'ok', found: expect.stringContaining('free then') })
  expect(all['admin port']).toMatchObject({ mark: 'ok', found: expect.stringContaining('off') })
})

test('taken by somebody', async () => {
  const port = String(await http((_, response) => void response.end('hello')))
  const all = await found({ port, host: '127.0.0.1', healthPort: port, adminPort: port })
  for (const about of ['listen port', 'health port', 'admin port'])
    expect(all[about]).toMatchObject({
      mark: 'failed',
      found: `127.0.0.1:${port} is taken by somebody who listens there already`,
    })
})

test('an admin port that nobody asked for is done without', async () => {
  const port = await silent()
  const { admin, ...config } = configOf({ target: '1', port: '0', adminPort: String(port) })
  const unasked = { ...config, admin: { host: '127.0.0.1', port, asked: false } }
  const { findings } = await checkPorts(unasked, askingFor(300))
  expect(findings[1]).toMatchObject({ about: 'admin port', mark: 'warning' })
  expect(admin?.asked).toBe(true)
})

test('an address that is not ours', async () => {
  expect((await found({ port: '0', host: '192.0.2.1' }))['listen port']).toMatchObject({
    mark: 'failed',
    found: '192.0.2.1 is no address of this machine',
  })
})

describe('a podspan that runs here', () => {
  test('is told kindly, and what it holds is its own', async () => {
    const port = await http((_, response) => void response.end('hello'))
    const about = { version: '0.1.0', target: 'localhost:8087', listen: { host: '0.0.0.0', port } }
    const adminPort = await http((_, response) => void response.end(JSON.stringify(about)))
    const all = await found({ host: '127.0.0.1', port: String(port), adminPort: String(adminPort) })
    expect(all['admin port']).toMatchObject({
      mark: 'ok',
      found: expect.stringContaining('podspan 0.1.0 runs here already, before localhost:8087'),
    })
    expect(all['listen port']).toMatchObject({
      mark: 'ok',
      found: `127.0.0.1:${port} is held by the podspan that runs here`,
    })
  })

  test('a real one', async () => {
    const [port, adminPort] = [await desertedPort(), await desertedPort()].map(String)
    const args = ['--port', port ?? '', '--admin-port', adminPort ?? '', '--target', '127.0.0.1:1', '--no-dump']
    const sidecar = await startSidecar({ args })
    // Its observer serves it, a little later than the traffic.
    await vi.waitFor(async () => {
      const all = await found({ port: port ?? '', adminPort: adminPort ?? '' })
      expect(all['admin port']?.found).toContain('runs here already, before 127.0.0.1:1')
      expect(all['listen port']).toMatchObject({ mark: 'ok', found: expect.stringContaining('held by the podspan') })
    }, 10_000)
    expect(await sidecar.stop()).toBe(0)
  })

  test('is known by its health port too', async () => {
    const sidecar = await startSidecar({ args: ['--port', '0', '--health-port', '0', '--target', '1', '--no-dump'] })
    const healthPort = String(sidecar.healthPort)
    expect((await found({ port: '0', healthPort }))['health port']).toMatchObject({
      mark: 'ok',
      found: expect.stringContaining('held by'),
    })
    await sidecar.stop()
  })
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
if (!isRoot) console.warn('a port below 1024 that is forbidden: skipped, it takes root on Linux to be another user')
test.runIf(isRoot)('below 1024, for a user who may not', () => {
  const script = `
    import { writeFileSync } from 'node:fs'
    import { checkPorts } from '${fileURLToPath(new URL('../../src/check/ports.ts', import.meta.url))}'
    import { configOf } from '${fileURLToPath(new URL('../support/config.ts', import.meta.url))}'
    import { createClock } from '${fileURLToPath(new URL('../../src/clock.ts', import.meta.url))}'
    const config = configOf({ target: '1', port: '81' })
    const asking = { clock: createClock(), limits: config.limits, version: '1', stopped: new AbortController().signal }
    console.log(JSON.stringify(await checkPorts(config, asking)))`
  // Containers let everybody listen everywhere; in a network of its own the kernel's default is back.
  const by = ['unshare', '--net', 'setpriv', '--reuid=1201', '--regid=1201', '--clear-groups', '--bounding-set=-all']
  const [command = '', ...args] = [...by, process.execPath, '--input-type=module-typescript', '-e', script]
  const { findings } = JSON.parse(execFileSync(command, args, { encoding: 'utf8' }))
  expect(findings[0]).toMatchObject({ mark: 'failed', found: '0.0.0.0:81 is not allowed for this user' })
})
