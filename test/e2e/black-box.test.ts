/** Both ways a sidecar ends without a word, under traffic: what the black box has afterwards, against what the clients got. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BlackBoxFile } from '../../src/observer/black-box-file.ts'
import type { RunReport } from '../../src/observer/black-box-report.ts'
import { type RunningSidecar, runToEnd, startSidecar } from '../support/sidecar.ts'

/** Far above what a busy machine delays, so that an interval can be told from two. */
const BATCH_MS = 1_000
const CLIENTS = 4
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let folder: string
let app: Server
let port: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podspan-box-'))
  app = createServer(({ url }, response) => {
    if (url !== '/hang') setTimeout(() => response.end(), 5)
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  port = (app.address() as AddressInfo).port
})
afterAll(() => {
  app.closeAllConnections()
  app.close()
  rmSync(folder, { recursive: true })
})

async function dumped(box: string): Promise<{ run: RunReport; torn: number }> {
  const { code, stdout } = await runToEnd({ args: ['dump', box, '--json'] })
  expect(code).toBe(0)
  const { runs, torn } = JSON.parse(stdout)
  return { run: runs.at(-1), torn }
}

test('in a file of somebody else nothing is a command to a terminal, as JSON neither', async () => {
  const path = join(folder, 'hostile')
  const file = new BlackBoxFile(path, 65_536)
  const run = { kind: 'run', run: '\u009b31m\u001b[2J', atMs: 1 }
  file.append([Buffer.from(JSON.stringify(run))])
  file.close()
  for (const more of [[], ['--json']]) {
    const { stdout, stderr } = await runToEnd({ args: ['dump', path, ...more] })
    expect(stdout + stderr).toMatch(/^[\x20-\x7e\n]+$/)
  }
})

/** Clients that go on until the sidecar is no more; returns when each path was answered, and which one each was in. */
function startTraffic(sidecar: RunningSidecar) {
  const answeredAtMs = new Map<string, number>()
  const asked = new Set<string>()
  const client = async (name: number): Promise<void> => {
    for (let count = 0; ; count++) {
      const path = `/${name}/${count}`
      asked.add(path)
      const response = await fetch(`http://127.0.0.1:${sidecar.port}${path}`)
      await response.text()
      answeredAtMs.set(path, performance.now())
      asked.delete(path)
    }
  }
  const ended = Promise.allSettled(Array.from({ length: CLIENTS }, (_, name) => client(name)))
  return { answeredAtMs, asked, ended }
}

test('after SIGKILL at most one batch interval is missing, and who was in flight is named', async () => {
  const box = join(folder, 'killed')
  const args = ['--port', '0', '--target', `127.0.0.1:${port}`, '--no-dump', '--black-box', box]
  const sidecar = await startSidecar({ args: [...args, '--limit', `batchMs=${BATCH_MS}`] })
  const hanging = [1, 2, 3].map(() => fetch(`http://127.0.0.1:${sidecar.port}/hang`).catch(() => {}))
  const { answeredAtMs, asked, ended } = startTraffic(sidecar)
  await sleep(4.5 * BATCH_MS)
  expect(await sidecar.stop('SIGKILL')).toBe('SIGKILL')
  const killedAtMs = performance.now()
  await Promise.all([ended, ...hanging])

  const { run, torn } = await dumped(box)
  expect([run.end, torn]).toEqual(['cut-off', 0])
  const written = new Set(run.exchanges.map(({ request }) => request?.path))
  const missing = [...answeredAtMs].filter(([path]) => !written.has(path))
  for (const [path, atMs] of missing) expect((killedAtMs - atMs) / BATCH_MS, path).toBeLessThan(2)
  expect(missing.length).toBeLessThan(answeredAtMs.size / 2)
  expect(written.size).toBeGreaterThan(CLIENTS)
  // The oldest are in flight as long as anything; of the clients' own it may know one that was answered since, or not yet the next.
  const named = run.inFlight.map(({ path }) => path)
  expect(named.filter((path) => path === '/hang')).toHaveLength(3)
  expect(named.length).toBeLessThanOrEqual(3 + CLIENTS)
  for (const path of named.filter((each) => each !== '/hang'))
    expect(asked.has(path) || missing.some(([each]) => each === path), path).toBe(true)
})

test('a fatal error leaves nothing out: who was answered is written, and all others are named', async () => {
  const box = join(folder, 'fatal')
  const bug = join(folder, 'bug.mjs')
  writeFileSync(
    bug,
    `export default { name: 'bug', request({ target }) { if (target === '/bug') setTimeout(() => { throw new Error('a bug') }) } }`,
  )
  const args = ['--port', '0', '--target', `127.0.0.1:${port}`, '--no-dump', '--black-box', box, '--decorators', bug]
  // Its usual patience is a quarter of a second, which a busy machine may not grant the observer.
  const limits = ['--limit', `batchMs=${BATCH_MS}`, '--limit', 'fatalMs=20s']
  const sidecar = await startSidecar({ args: [...args, ...limits] })
  const hanging = [1, 2, 3].map(() => fetch(`http://127.0.0.1:${sidecar.port}/hang`).catch(() => {}))
  const { answeredAtMs, asked, ended } = startTraffic(sidecar)
  await sleep(2.5 * BATCH_MS)
  const last = fetch(`http://127.0.0.1:${sidecar.port}/bug`).catch(() => {})
  expect(await sidecar.exited()).toBe(70)
  await Promise.all([ended, last, ...hanging])

  const { run, torn } = await dumped(box)
  expect([run.end, torn]).toEqual(['fatal', 0])
  const written = new Set(run.exchanges.map(({ request }) => request?.path))
  const named = run.inFlight.map(({ path }) => path)
  expect(written.size).toBeGreaterThan(CLIENTS)
  for (const path of answeredAtMs.keys()) expect(written.has(path) || named.includes(path), path).toBe(true)
  expect(named.filter((path) => path === '/hang')).toHaveLength(3)
  expect(named).toContain('/bug')
  expect(named.length).toBeLessThanOrEqual(4 + CLIENTS)
  for (const path of named.filter((each) => each !== '/hang' && each !== '/bug'))
    expect(asked.has(path) || answeredAtMs.has(path), path).toBe(true)
})
