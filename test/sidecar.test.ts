import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Config, readConfig } from '../src/config.ts'
import type { LedgerSnapshot, SignalBalance } from '../src/ledger.ts'
import { describeFailure, type Sidecar, startSidecar } from '../src/sidecar.ts'

let origin: Server
let sidecar: Sidecar | undefined
const said: string[] = []

beforeAll(async () => {
  origin = createServer((_request, response) => setTimeout(() => response.end('hello'), 2))
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  origin.closeAllConnections()
  origin.close()
})
afterEach(async () => {
  await sidecar?.close()
  sidecar = undefined
})

async function start(env: Record<string, string> = {}, adminPort = 'off'): Promise<Sidecar> {
  const target = String((origin.address() as AddressInfo).port)
  const options = { port: '0', target, host: '127.0.0.1', healthPort: '0', adminPort }
  const read = readConfig(options, { PODSPAN_DUMP: 'false', ...env }, { hostname: 'pod-1', version: '0.0.0' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const started = await startSidecar({
    config: { ...read.config, drills: true },
    decorators: [],
    say: (text) => said.push(text),
  })
  if ('kind' in started) throw new Error(describeFailure(started))
  sidecar = started
  return started
}

function fetchStatus(port: number, path: string, agent?: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    }).on('error', reject)
  })
}

/** `workers` clients in a loop until told to stop; every answer must be a 200. */
function load(port: number, workers: number): { stop(): Promise<number> } {
  const agent = new Agent({ keepAlive: true, maxSockets: workers })
  let running = true
  let done = 0
  const worker = async (): Promise<void> => {
    while (running) {
      expect(await fetchStatus(port, '/a', agent)).toBe(200)
      done++
    }
  }
  const all = Promise.all(Array.from({ length: workers }, worker))
  return {
    async stop() {
      running = false
      await all
      agent.destroy()
      return done
    },
  }
}

function lost({ dropped }: SignalBalance): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0)
}

function expectBalanced(ledger: LedgerSnapshot): void {
  for (const balance of Object.values(ledger)) {
    const { created, exported, sampled_out, not_configured, unsupported, queued } = balance
    expect(created).toBe(exported + sampled_out + not_configured + unsupported + lost(balance) + queued)
    expect(queued).toBe(0)
  }
}

describe('the observer fails, the traffic does not', () => {
  test('killed in mid-load, three times: every request answered, both probes 200, the books balance', async () => {
    const { listener, health, drill, ledger, observed, close } = await start()
    const traffic = load(listener.port, 8)
    await observed()
    for (let kill = 0; kill < 3; kill++) {
      await sleep(300)
      drill('die')
      await sleep(50)
      expect(await fetchStatus(health?.port ?? 0, '/healthz')).toBe(200)
      expect(await fetchStatus(health?.port ?? 0, '/readyz')).toBe(200)
    }
    await sleep(1_500)
    const requests = await traffic.stop()
    await close()
    expect(said.filter((text) => text.includes('observer'))).not.toEqual([])
    expect(ledger().exchange.created).toBe(requests)
    expect(ledger().exchange.exported).toBeGreaterThan(0)
    expectBalanced(ledger())
  })

  test('blocked for 5 s: every request answered, both probes 200, the books balance', async () => {
    const { listener, health, drill, ledger, observed, close } = await start()
    await observed()
    const traffic = load(listener.port, 4)
    drill('block', 5_000)
    for (let second = 0; second < 5; second++) {
      await sleep(800)
      expect(await fetchStatus(health?.port ?? 0, '/healthz')).toBe(200)
      expect(await fetchStatus(health?.port ?? 0, '/readyz')).toBe(200)
    }
    await sleep(2_000)
    const requests = await traffic.stop()
    await close()
    expect(ledger().exchange.created).toBe(requests)
    expectBalanced(ledger())
  })
})

test('stopping under load: no request is lost, connections are let go one by one', async () => {
  const { listener, close } = await start()
  const traffic = load(listener.port, 8)
  await sleep(500)
  const closing = close()
  await sleep(200)
  expect(await traffic.stop()).toBeGreaterThan(8)
  await closing
})

test('a port that is taken is a value with its reason, and nothing is left running', async () => {
  const first = await start()
  const target = String((origin.address() as AddressInfo).port)
  const options = { port: String(first.listener.port), target, host: '127.0.0.1', adminPort: 'off' }
  const read = readConfig(options, {}, { hostname: 'pod-1', version: '0.0.0' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const second = await startSidecar({ config: read.config, decorators: [], say: () => {} })
  expect(second).toMatchObject({ kind: 'cannot-listen', code: 'EADDRINUSE' })
})

describe('the admin port', () => {
  function configOf(adminPort?: string): Config {
    const target = String((origin.address() as AddressInfo).port)
    const options = { port: '0', target, host: '127.0.0.1', ...(adminPort !== undefined && { adminPort }) }
    const read = readConfig(options, { PODSPAN_DUMP: 'false' }, { hostname: 'pod-1', version: '0.0.0' })
    if (!read.ok) throw new Error(JSON.stringify(read.problems))
    return read.config
  }

  test('is on the loopback, and an observer that comes later serves there again', async () => {
    const { admin, drill, observed } = await start({}, '0')
    await observed()
    expect(admin?.host).toBe('127.0.0.1')
    const port = admin?.port ?? 0
    for (let kill = 0; kill < 3; kill++) {
      expect(await fetchStatus(port, '/readyz')).toBe(200)
      drill('die')
      await vi.waitFor(() => expect(fetchStatus(port, '/healthz')).rejects.toThrow(), { timeout: 20_000, interval: 1 })
      await vi.waitFor(async () => expect(await fetchStatus(port, '/healthz')).toBe(200), { timeout: 20_000 })
    }
  })

  test('that was asked for and is taken is a failure; one that is only usual is said, and all else goes on', async () => {
    const first = await start({}, '0')
    const port = first.admin?.port ?? 0
    const refused = await startSidecar({ config: configOf(String(port)), decorators: [], say: () => {} })
    expect(refused).toMatchObject({ kind: 'cannot-listen', code: 'EADDRINUSE', address: { port } })
    const lines: string[] = []
    const usual = { host: '127.0.0.1', port, asked: false }
    const second = await startSidecar({
      config: { ...configOf(), admin: usual },
      decorators: [],
      say: (text) => lines.push(text),
    })
    if ('kind' in second) throw new Error(describeFailure(second))
    expect(second.admin).toBeUndefined()
    expect(lines.filter((line) => line.includes('admin'))).toEqual([
      expect.stringMatching(
        new RegExp(`no admin API: 127.0.0.1:${port} cannot be listened on .EADDRINUSE.; --admin-port`),
      ),
    ])
    expect(await fetchStatus(second.listener.port, '/a')).toBe(200)
    await second.close()
  })
})
