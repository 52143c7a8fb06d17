/** Coming before the app and going after it: the real program, through the order of events that a pod gives it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { freePort } from '../support/ports.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'
import { statusOf } from '../support/status.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function app(port: number, listener: RequestListener = (_, answer) => answer.end('hello')): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  cleanups.push(() => server.close().closeAllConnections())
  return server
}

async function sidecar(target: number, ...args: string[]): Promise<RunningSidecar & { url: string; health: string }> {
  const running = await startSidecar({
    args: ['--port', '0', '--target', String(target), '--health-port', '0', '--no-dump', ...args],
  })
  cleanups.push(() => running.stop('SIGKILL'))
  return { ...running, url: `http://127.0.0.1:${running.port}`, health: `http://127.0.0.1:${running.healthPort}` }
}

it('requests that come before the app wait for it when they were told to, and fail at once when not', async () => {
  const port = await freePort()
  const patient = await sidecar(port, '--wait-for-app', '20s')
  const hasty = await sidecar(port)
  expect(await statusOf(hasty.url)).toBe(502)
  const early = [statusOf(patient.url), statusOf(patient.url)]
  await sleep(200)
  const server = await app(port)
  expect(await Promise.all(early)).toEqual([200, 200])
  server.close().closeAllConnections()
  await expect.poll(() => statusOf(patient.url), { timeout: 5_000 }).toBe(502)
})

it('an app that is restarted restarts nothing else: the next request finds the new one', async () => {
  const port = await freePort()
  const { url, pid } = await sidecar(port)
  for (const answer of ['first', 'second']) {
    const server = await app(port, (_, response) => response.end(answer))
    expect(await (await fetch(url)).text()).toBe(answer)
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
  }
  expect(process.kill(pid, 0)).toBe(true)
})

it('is ready when it listens, and with --ready-path when the app says so through it', async () => {
  const port = await freePort()
  const alone = await sidecar(port)
  expect(await statusOf(`${alone.health}/readyz`)).toBe(200)
  const both = await sidecar(port, '--ready-path', '/ready')
  expect(await statusOf(`${both.health}/readyz`)).toBe(503)
  expect(await statusOf(`${both.health}/healthz`)).toBe(200)
  let isWarm = false
  const seen: unknown[] = []
  await app(port, ({ url, headers }, answer) => {
    seen.push([url, headers.traceparent])
    answer.writeHead(isWarm ? 200 : 503).end()
  })
  expect(await (await fetch(`${both.health}/readyz`)).text()).toBe('/ready answered 503\n')
  isWarm = true
  expect(await statusOf(`${both.health}/readyz`)).toBe(200)
  // As the kubelet's own probes: untraced.
  expect(seen).toEqual([
    ['/ready', undefined],
    ['/ready', undefined],
  ])
})

it('where endpoints lag behind SIGTERM, those who still come are served for as long as was asked', async () => {
  const port = await freePort()
  await app(port)
  const { url, health, stop, stderr } = await sidecar(port, '--min-drain', '1500ms')
  expect(await statusOf(url)).toBe(200)
  const ended = stop()
  await expect.poll(stderr, { timeout: 5_000 }).toContain('draining')
  expect(await statusOf(`${health}/readyz`)).toBe(503)
  const statuses: (number | string)[] = []
  for (let count = 0; count < 10; count++) {
    statuses.push(await statusOf(url))
    await sleep(50)
  }
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(await ended).toBe(0)
  expect(await statusOf(url)).toBe('ECONNREFUSED')
})

it('SIGTERM after the app has gone, as a native sidecar gets it: it ends by itself and says what became of everything', async () => {
  const port = await freePort()
  const server = await app(port)
  const { url, stop, stderr } = await sidecar(port)
  for (let count = 0; count < 20; count++) expect(await statusOf(url)).toBe(200)
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
  expect(await stop()).toBe(0)
  expect(stderr()).toMatch(/stopped; exchange 20 created, 20 exported/)
})

it('a signal that comes as soon as it listens, before it has said so, is obeyed', async () => {
  const port = await freePort()
  const args = ['src/main.ts', '--port', String(port), '--target', '1', '--admin-port', '0', '--no-dump']
  const run = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
  cleanups.push(() => run.kill('SIGKILL'))
  let said = ''
  run.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(run, 'close')
  while ((await statusOf(`http://127.0.0.1:${port}/`)) === 'ECONNREFUSED') await sleep(1)
  run.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(said).toMatch(/SIGTERM: draining.*stopped; exchange 1 created/s)
})
