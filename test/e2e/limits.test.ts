/** Bounds of a whole process: connections, descriptors, a blocked loop; and an app behind a unix socket. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const TICKS_PER_SECOND = 100

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function sidecar(limits: string): Promise<RunningSidecar> {
  const app = createServer((_, answer) => answer.end('ok'))
  cleanups.push(() => app.close().closeAllConnections())
  return before(String(await listenOnFreePort(app)), limits)
}

async function before(target: string, limits: string): Promise<RunningSidecar> {
  const env = { PODSPAN_LIMITS: limits }
  const running = await startSidecar({ args: ['--port', '0', '--target', target, '--no-dump'], env })
  cleanups.push(() => running.stop('SIGKILL'))
  return running
}

interface Client {
  readonly socket: Socket
  text: string
  closed: boolean
}

/** Connects, sends, and collects; what becomes of it is seen later. */
function client(port: number, text = ''): Client {
  const socket = connect(port, '127.0.0.1')
  const self: Client = { socket, text: '', closed: false }
  socket.on('data', (bytes) => {
    self.text += bytes
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    self.closed = true
  })
  socket.write(text)
  cleanups.push(() => socket.destroy())
  return self
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

const statusOf = ({ text }: Client): string => text.split(' ', 2)[1] ?? ''

async function ask(port: number): Promise<string> {
  const one = client(port, GET)
  await until(() => one.text.includes('ok') || one.closed)
  one.socket.destroy()
  return statusOf(one)
}

test('T12 one connection too many gets a 503, and when one has gone the next is served', async () => {
  const { port } = await sidecar('connectionsMax=3')
  const kept = [1, 2, 3].map(() => client(port, GET))
  await until(() => kept.every(({ text }) => text.endsWith('ok')))
  const refused = client(port, GET)
  await until(() => refused.text.includes('\n\r\n') || refused.closed)
  expect(refused.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*Connection: close/)
  kept[0]?.socket.destroy()
  refused.socket.destroy()
  for (;;) if ((await ask(port)) === '200') break
})

test('T11 with no descriptor left it neither crashes nor spins, and serves again when there is room', async () => {
  const { port, pid, stderr, stop } = await sidecar('connectionsMax=10000')
  await promisify(execFile)('prlimit', ['--pid', String(pid), '--nofile=64:64'])
  const crowd = Array.from({ length: 200 }, () => client(port, GET))
  await until(() => crowd.filter(({ text, closed }) => closed || text !== '').length >= 20)
  await sleep(300)
  const before = cpuTicks(pid)
  await sleep(1_000)
  expect(cpuTicks(pid) - before, 'CPU while full').toBeLessThan(TICKS_PER_SECOND / 2)
  const statuses = new Set(crowd.map(statusOf).filter((status) => status !== ''))
  expect([...statuses].filter((status) => status !== '200' && status !== '503')).toEqual([])
  for (const { socket } of crowd) socket.destroy()
  for (;;) if ((await ask(port)) === '200') break
  expect(stderr()).not.toMatch(/uncaught|at .*\.ts:/i)
  expect(await stop()).toBe(0)
})

/** Of the whole process, user and system. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

test('T1 a head that does not come is answered 408, while others are served', async () => {
  const { port } = await sidecar('headMs=600,beatMs=100')
  const slow = Array.from({ length: 200 }, () => client(port, 'GET / HTTP/1.1\r\nX: '))
  const drip = setInterval(() => {
    for (const { socket } of slow) if (!socket.destroyed) socket.write('x')
  }, 50)
  cleanups.push(() => clearInterval(drip))
  const served: string[] = []
  while (!slow.every(({ text }) => text !== '')) served.push(await ask(port))
  expect(new Set(slow.map(statusOf))).toEqual(new Set(['408']))
  expect(new Set(served)).toEqual(new Set(['200']))
  await until(() => slow.every(({ closed }) => closed))
})

test('T14 a process that stood still for two seconds times nobody out', async () => {
  const { port, pid } = await sidecar('headMs=1s,beatMs=100')
  const half = client(port, 'GET / HTTP/1.1\r\n')
  await sleep(300)
  process.kill(pid, 'SIGSTOP')
  await sleep(2_000)
  half.socket.write('Host: h\r\n\r\n')
  process.kill(pid, 'SIGCONT')
  await until(() => half.text !== '')
  expect(statusOf(half)).toBe('200')
})

test('an app behind a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'app.sock')
  const app = createServer((_, answer) => answer.end('ok')).listen(path)
  cleanups.push(() => app.close().closeAllConnections())
  await once(app, 'listening')
  const { port, stderr } = await before(`unix:${path}`, '')
  expect(await ask(port)).toBe('200')
  expect(stderr()).toContain(`before unix:${path}`)
})

test('the kernel looks after clients that vanish without a word', async () => {
  const { port } = await sidecar('tcpKeepAliveMs=5s')
  const one = client(port, GET)
  await until(() => one.text.endsWith('ok'))
  // The timer column of /proc/net/tcp: 02 is a keep-alive that is due within the time given.
  const sockets = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const ours = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const timers = sockets.filter(([, local, , state]) => local === ours && state === '01').map((columns) => columns[5])
  expect(timers).toEqual([expect.stringMatching(/^02:/)])
})
