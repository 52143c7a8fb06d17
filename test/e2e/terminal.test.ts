/** `--log pretty`, `podspan tail` and `podspan top`: the real program beside a real sidecar, in pipes and in a real terminal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { freePort } from '../support/ports.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const TERMINAL = fileURLToPath(new URL('../support/in-terminal.py', import.meta.url))
const WAIT = { timeout: 20_000, interval: 20 }
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** `/missing` is not there, all else is. */
async function startApp(): Promise<number> {
  const server = createServer((request, answer) => {
    answer.writeHead(request.url?.startsWith('/missing') ? 404 : 200).end('hello')
  })
  cleanups.push(() => server.close().closeAllConnections())
  return listenOnFreePort(server)
}

interface Before {
  readonly sidecar: RunningSidecar
  /** Asks for these, one after the other. */
  readonly get: (...paths: readonly string[]) => Promise<void>
}

async function sidecarBefore(
  app: number,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Before> {
  const options = ['--port', '0', '--admin-port', '0', '--target', String(app), '--no-dump', ...args]
  const sidecar = await startSidecar({ args: options, env })
  cleanups.push(() => sidecar.stop('SIGKILL'))
  return {
    sidecar,
    async get(...paths) {
      for (const path of paths) await (await fetch(`http://127.0.0.1:${sidecar.port}${path}`)).text()
    },
  }
}

interface Run {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<number | string>
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(command, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe' })
  cleanups.push(() => child.kill('SIGKILL'))
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended }
}

function podspan(args: readonly string[], env?: Readonly<Record<string, string>>): Run {
  return run(process.execPath, [MAIN, ...args], env)
}

/** In a terminal of 70 columns and 12 rows. */
function inTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  return run('python3', [TERMINAL, '70', '12', process.execPath, MAIN, ...args], { TERM: 'xterm-256color', ...env })
}

function paths(text: string): string[] {
  return [...text.matchAll(/GET +(\/\S*)/g)].map(([, path]) => path ?? '')
}

describe('--log pretty', () => {
  it('writes a line a request at once, and ends with books that balance', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp(), ['--log', 'pretty', '--dump-every', '1h'])
    await get('/a?x=1&token=hidden')
    await vi.waitFor(() => expect(sidecar.stdout()).toMatch(/\n$/), WAIT)
    expect(sidecar.stdout()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} GET {5}\/a\?x=1&token=REDACTED +200 +[\d.]+ m?s +connect [\d.]+ · app [\d.]+.* ms +#1 [0-9a-f]{32}\n$/,
    )
    await get('/missing', '/b')
    await vi.waitFor(() => expect(sidecar.stdout().split('\n')).toHaveLength(4), WAIT)
    expect(await sidecar.stop()).toBe(0)
    expect(sidecar.stderr()).toContain('dump 3 created, 3 exported')
  })

  it('is coloured when it is told to be', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp(), ['--log', 'pretty'], { FORCE_COLOR: '1' })
    await get('/missing')
    await vi.waitFor(() => expect(sidecar.stdout()).toContain('\u001b[33m404\u001b[39m'), WAIT)
  })

  it.each([
    ['in a terminal it is coloured', {}, true],
    ['unless NO_COLOR is set', { NO_COLOR: '1' }, false],
  ])('%s', async (_, env, isColoured) => {
    const [app, port] = [await startApp(), await freePort()]
    const settings = ['--port', String(port), '--admin-port', 'off', '--target', String(app), '--log', 'pretty']
    const shown = inTerminal(settings, env)
    await vi.waitFor(() => expect(shown.stdout()).toContain('listening on'), WAIT)
    await (await fetch(`http://127.0.0.1:${port}/a`)).text()
    await vi.waitFor(() => expect(shown.stdout()).toMatch(/GET .*#1/), WAIT)
    expect(shown.stdout().includes('\u001b[32m200')).toBe(isColoured)
    shown.child.stdin?.write('\u0003')
    expect(await shown.ended).toBe(0)
  })
})

describe('podspan tail', () => {
  it('shows the last ones that match and follows, until Ctrl-C', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp())
    await get('/missing/1', '/a', '/missing/2', '/missing/3')
    const where = 'status==4xx && path^="/missing"'
    const tail = podspan(['tail', '--admin', String(sidecar.adminPort), '--where', where, '--last', '2'])
    await vi.waitFor(() => expect(paths(tail.stdout())).toEqual(['/missing/2', '/missing/3']), WAIT)
    await get('/b', '/missing/4')
    await vi.waitFor(() => expect(paths(tail.stdout())).toEqual(['/missing/2', '/missing/3', '/missing/4']), WAIT)
    tail.child.kill('SIGINT')
    expect(await tail.ended).toBe(0)
    expect(tail.stderr()).toBe('')
  })

  it('ends well when whoever reads it has enough', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp())
    await get('/a', '/b')
    const command = `"$0" "$1" tail --json --admin ${sidecar.adminPort} | head -1; echo "\${PIPESTATUS[0]}"`
    const piped = run('bash', ['--norc', '-c', command, process.execPath, MAIN])
    await vi.waitFor(() => expect(piped.stdout()).toMatch(/^\{.*\}\n/), WAIT)
    // It finds out when it writes the next one.
    await vi.waitFor(async () => {
      await get('/c')
      expect(piped.stdout()).toMatch(/\n0\n$/)
    }, WAIT)
    expect(JSON.parse(piped.stdout().split('\n')[0] ?? '')).toMatchObject({ request: { path: '/a' } })
    expect(piped.stderr()).toBe('')
  })

  it('comes back to a sidecar that was started again', async () => {
    const [app, admin] = [await startApp(), await freePort()]
    const first = await sidecarBefore(app, ['--admin-port', String(admin)])
    await first.get('/before')
    const tail = podspan(['tail', '--admin', String(admin)])
    await vi.waitFor(() => expect(paths(tail.stdout())).toEqual(['/before']), WAIT)
    await first.sidecar.stop()
    await vi.waitFor(() => expect(tail.stderr()).toContain('trying again until Ctrl-C'), WAIT)
    const second = await sidecarBefore(app, ['--admin-port', String(admin)])
    await vi.waitFor(() => expect(tail.stderr()).toContain('is back'), WAIT)
    await second.get('/after')
    await vi.waitFor(() => expect(paths(tail.stdout())).toEqual(['/before', '/after']), WAIT)
    tail.child.kill('SIGTERM')
    expect(await tail.ended).toBe(0)
  })

  it('says how many it missed, when nobody read it for a while', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp(), ['--limit', 'adminListenerBytesMax=1000'])
    const tail = podspan(['tail', '--admin', String(sidecar.adminPort), '--json'])
    await get('/first')
    await vi.waitFor(() => expect(tail.stdout()).toContain('/first'), WAIT)
    tail.child.stdout?.pause()
    // More than all the buffers of the kernel in between have room for.
    for (let count = 0; count < 10; count++) await flood(sidecar.port, 2_000)
    tail.child.stdout?.resume()
    const told = (): { missed: number; shown: number } => {
      const lines = tail.stdout().split('\n').slice(0, -1)
      const gaps = lines.filter((line) => line.startsWith('{"missed":')).map((line) => JSON.parse(line).missed)
      return { missed: gaps.reduce((sum, gap) => sum + gap, 0), shown: lines.length - gaps.length }
    }
    // Whatever passed was shown, or is told to be missing.
    await vi.waitFor(() => expect(told().missed + told().shown).toBe(20_001), WAIT)
    expect(told().missed).toBeGreaterThan(0)
  })

  it.each([
    [['--where', 'status=500'], 64, '= alone is no operator: == compares\n  status=500\n        ^\n'],
    [['--admin', 'PORT'], 69, 'nobody listens on http://127.0.0.1:PORT\n'],
  ])('says what is wrong: %j', async (args, code, said) => {
    const port = String(await freePort())
    const tail = podspan(['tail', ...args.map((each) => each.replace('PORT', port))])
    expect(await tail.ended).toBe(code)
    expect(tail.stderr()).toContain(said.replace('PORT', port))
    expect(tail.stdout()).toBe('')
  })
})

describe('podspan top', () => {
  it('prints the table once, without anything that a terminal obeys', async () => {
    const { sidecar, get } = await sidecarBefore(await startApp(), ['--routes', '/users/{id}'])
    await get('/users/1', '/users/2', '/missing')
    const table = podspan(['top', '--once', '--admin', String(sidecar.adminPort)], { FORCE_COLOR: '1' })
    expect(await table.ended).toBe(0)
    expect(table.stdout()).toMatch(/^[\x20-\x7e\n·]*$/)
    expect(table.stdout()).toMatch(/^podspan \d+\.\d+\.\d+: .*, port \d+ before localhost:\d+, up [\d.]+ s$/m)
    expect(table.stdout()).toMatch(/^GET +\/users\/\{id\} +[\d.]+ +0\.0 +[\d.]+ ms/m)
    expect(table.stderr()).toBe('')
  })

  it('is drawn in a terminal, fits it, counts what is under way, and gives the screen back on Ctrl-C', async () => {
    const held = Promise.withResolvers<void>()
    const server = createServer(async (request, answer) => {
      if (request.url === '/held/1') await held.promise
      answer.end('hello')
    })
    cleanups.push(() => server.close().closeAllConnections())
    const { sidecar, get } = await sidecarBefore(await listenOnFreePort(server), ['--routes', '/held/{id}'])
    await get('/held/2', ...Array.from({ length: 20 }, (_, at) => `/${at}`))
    const waiting = get('/held/1')
    const top = inTerminal(['top', '--admin', String(sidecar.adminPort)])
    await vi.waitFor(() => expect(stripVTControlCharacters(lastDrawn(top))).toMatch(/\/held\/\{id\} .* 1\r?\n/), WAIT)
    expect(top.stdout()).toContain('the oldest')
    held.resolve()
    await waiting
    await vi.waitFor(() => expect(stripVTControlCharacters(lastDrawn(top))).toContain('0 in flight'), WAIT)
    const lines = stripVTControlCharacters(lastDrawn(top)).split('\r\n')
    expect(lines.length).toBeLessThanOrEqual(12)
    expect(lines.at(-1)).toMatch(/^and \d+ more$/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70)
    top.child.stdin?.write('\u0003')
    expect(await top.ended).toBe(0)
    expect([top.stdout().split(ENTER).length, top.stdout().split(LEAVE).length]).toEqual([2, 2])
    // The terminal itself shows what was typed, before or after.
    expect(
      top
        .stdout()
        .slice(top.stdout().indexOf(LEAVE) + LEAVE.length)
        .replace('^C', ''),
    ).toBe('')
  })
})

function lastDrawn({ stdout }: Run): string {
  return stdout().split('\u001b[H').at(-1) ?? ''
}

/** So many requests at once over one connection, and all of their answers. */
async function flood(port: number, count: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  let answers = 0
  socket.write('GET /flood HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count - 1))
  socket.write('GET /flood HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  for await (const chunk of socket.setEncoding('latin1')) answers += chunk.split('HTTP/1.1 200').length - 1
  expect(answers).toBeGreaterThan(0)
}
