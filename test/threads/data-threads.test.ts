import { createServer, get, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { SignalBalance } from '../../src/ledger.ts'
import { describeFailure, type Sidecar, type SidecarFailure, startSidecar } from '../../src/sidecar.ts'
import { droppedOf } from '../support/observed.ts'

const DECORATOR = fileURLToPath(new URL('../support/thread-decorator.mjs', import.meta.url))
let origin: Server
let sidecar: Sidecar | undefined
const said: string[] = []

beforeAll(async () => {
  origin = createServer((_, response) => response.end('ok'))
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
})
afterAll(() => origin.close())
afterEach(async () => {
  await sidecar?.close()
  sidecar = undefined
  said.length = 0
})

async function attempt(env: Record<string, string>, port = 0): Promise<Sidecar | SidecarFailure> {
  const options = { port: String(port), host: '127.0.0.1', target: String((origin.address() as AddressInfo).port) }
  const all = { PODSPAN_DUMP: 'false', PODSPAN_THREADS: '2', ...env }
  const read = readConfig(options, all, { hostname: 'pod-1', version: '0.0.0' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return startSidecar({ config: read.config, decorators: [], say: (text) => said.push(text) })
}

async function start(env: Record<string, string> = {}): Promise<Sidecar> {
  const started = await attempt(env)
  if ('kind' in started) throw new Error(describeFailure(started))
  sidecar = started
  await started.observed()
  return started
}

interface Told {
  readonly status: number | undefined
  readonly thread: string | string[] | undefined
}

/** On a connection of its own. */
function ask(port: number, path = '/'): Promise<Told> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode, thread: response.headers['x-thread'] }))
    }).on('error', reject)
  })
}

function expectBalanced(balance: SignalBalance): void {
  const { created, exported, sampled_out, not_configured, queued } = balance
  expect(created).toBe(exported + sampled_out + not_configured + droppedOf(balance) + queued)
  expect(queued).toBe(0)
}

test('connections are dealt out to all threads, and the books know every exchange', { timeout: 60_000 }, async () => {
  const { listener, ledger, close } = await start({ PODSPAN_DECORATORS: DECORATOR })
  const threads = new Map<unknown, number>()
  for (let turn = 0; turn < 20; turn++) {
    for (const { status, thread } of await Promise.all(Array.from({ length: 20 }, () => ask(listener.port)))) {
      expect(status).toBe(200)
      threads.set(thread, (threads.get(thread) ?? 0) + 1)
    }
  }
  expect([...threads.keys()].filter((thread) => thread !== undefined)).toHaveLength(2)
  await close()
  expect(ledger().exchange).toMatchObject({ created: 400, exported: 400, dropped: {} })
  for (const balance of Object.values(ledger())) expectBalanced(balance)
})

test('who has connected before it stops is answered, accepted or not', { timeout: 60_000 }, async () => {
  const { listener, ledger, close } = await start()
  const answers: Promise<string>[] = []
  for (let turn = 0; turn < 500; turn++) {
    const socket = connect(listener.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
    answers.push(
      new Promise((resolve) => {
        let text = ''
        socket.on('data', (bytes) => (text += bytes)).on('error', (error) => resolve(error.message))
        socket.on('close', () => resolve(text))
      }),
    )
    if (turn === 499) await new Promise((resolve) => socket.once('connect', resolve))
  }
  await close()
  const told = (await Promise.all(answers)).map((text) => /^HTTP\/1\.1 \d+|^.*$/m.exec(text)?.[0])
  expect(told.filter((each) => each !== 'HTTP/1.1 200')).toEqual([])
  expect(ledger().exchange.created).toBe(500)
  expectBalanced(ledger().exchange)
})

test('one that dies of a bug is started again, the others go on, and what it lost is in the books', {
  timeout: 60_000,
}, async () => {
  const { listener, ledger, close } = await start({
    PODSPAN_DECORATORS: DECORATOR,
    PODSPAN_LIMITS: 'threadRestartMs=1s',
  })
  await ask(listener.port, '/die').catch(() => undefined)
  await expect.poll(() => said.join('\n'), { timeout: 10_000 }).toContain('a new one starts in 1000 ms')
  expect(said.join('\n')).toMatch(/data thread [12] failed: a bug/)
  expect((await ask(listener.port)).status).toBe(200)
  const threads = new Set<unknown>()
  await expect
    .poll(
      async () => {
        threads.add((await ask(listener.port)).thread)
        return threads.size
      },
      { timeout: 20_000, interval: 10 },
    )
    .toBeGreaterThan(1)
  await close()
  for (const balance of Object.values(ledger())) expectBalanced(balance)
})

test('a port that somebody has is not shared with them', async () => {
  const { listener } = await start()
  const second = await attempt({}, listener.port)
  expect(second).toMatchObject({ kind: 'cannot-listen', code: 'EADDRINUSE' })
})

test('decorators that cannot be loaded are told before anything listens', async () => {
  const failed = await attempt({ PODSPAN_DECORATORS: '/nowhere/at-all.mjs' })
  expect(failed).toMatchObject({ kind: 'bad-decorators' })
  expect(describeFailure(failed as SidecarFailure)).toContain('/nowhere/at-all.mjs')
})

test('a function of this program stays on its thread, so there can be only one', async () => {
  const options = { port: '0', target: '1' }
  const read = readConfig(options, { PODSPAN_THREADS: '2' }, { hostname: 'pod-1', version: '0.0.0' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const own = { name: 'own' }
  await expect(startSidecar({ config: read.config, decorators: [own], say: () => {} })).rejects.toThrow(
    '2 data threads',
  )
})
