/** The examples as people run them: each in a process of its own, before a real app, by the package's own name. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChain } from '../src/decorators/chain.ts'
import { loadDecorators } from '../src/decorators/load.ts'
import { DEFAULT_LIMITS } from '../src/limits.ts'
import { request, response } from './decorators/views.ts'

const ROOT = new URL('..', import.meta.url).pathname

interface Stats {
  readonly request: { readonly method: string; readonly endpoint: string }
  readonly response: { readonly status: string; readonly message: string }
  readonly time: string
}

let app: Server
/** What the app itself measured, by the path it was asked for. */
const tookMs = new Map<string, number>()

beforeAll(async () => {
  build()
  app = createServer((asked, answer) => {
    const [, status = '200', waitMs = '0'] = (asked.url ?? '').split('/')
    const startedMs = performance.now()
    setTimeout(() => {
      tookMs.set(asked.url ?? '', performance.now() - startedMs)
      answer.writeHead(Number(status)).end(`the app says ${status}`)
    }, Number(waitMs))
  })
  await once(app.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => app.close())

/** The examples resolve `podspan` to the build: made here unless it is there and newer than every source. */
function build(): void {
  const sources = globSync(['src/**/*', 'otel/**/*', 'build.ts', 'package.json'], { cwd: ROOT })
  const builtMs = statSync(`${ROOT}dist/index.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (sources.some((path) => statSync(`${ROOT}${path}`).mtimeMs > builtMs)) {
    execFileSync(process.execPath, ['build.ts'], { cwd: ROOT })
  }
}

describe.each(['override-404-and-stats.mjs', 'override-404-and-stats.cjs'])('%s', (name) => {
  let example: ChildProcess
  let url = ''
  const stats: Stats[] = []

  beforeAll(async () => {
    const address = app.address()
    const target = typeof address === 'object' ? String(address?.port) : ''
    const env = { PATH: process.env.PATH, PORT: '0', TARGET: target }
    example = spawn(process.execPath, [`${ROOT}examples/${name}`], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const { stdout, stderr } = example
    if (stdout === null || stderr === null) throw new Error('the example has no output')
    createInterface(stdout).on('line', (line) => {
      if (line.startsWith('{"stats":')) stats.push(JSON.parse(line).stats)
    })
    const said: string[] = []
    for await (const line of createInterface(stderr)) {
      said.push(line)
      url = /^listening on (\S+)$/.exec(line)?.[1] ?? ''
      if (url !== '') break
    }
    if (url === '') throw new Error(`the example did not start:\n${said.join('\n')}`)
    stderr.resume()
    url = url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '127.0.0.1').replace('//:::', '//127.0.0.1:')
  })
  afterAll(() => {
    example.kill('SIGKILL')
  })

  it('keeps 50 overlapping requests apart, and puts its page in place of the 404', async () => {
    const paths = Array.from({ length: 50 }, (_, at) => `/${at % 2 === 0 ? 404 : 200 + (at % 3)}/${at * 5}`)
    const answers = await Promise.all(paths.map(async (path) => fetch(`${url}${path}`)))
    for (const [at, path] of paths.entries()) {
      const [answer, status] = [answers[at], Number(path.split('/')[1])]
      expect(answer?.status).toBe(status)
      expect(await answer?.text()).toMatch(status === 404 ? /went for a walk/ : `the app says ${status}`)
      expect(answer?.headers.get('server')).toBe(status === 404 ? 'Ambassador' : null)
    }
    await expect.poll(() => stats.length).toBe(paths.length)
    expect(stats.map((each) => each.request.endpoint).toSorted()).toEqual(paths.toSorted())
    for (const { request: asked, response: answered, time } of stats) {
      expect(asked.method).toBe('GET')
      expect(answered.status).toBe(asked.endpoint.split('/')[1])
      // Rounded; and never less than the app itself took.
      expect(Number.parseInt(time, 10)).toBeGreaterThanOrEqual(Math.floor(tookMs.get(asked.endpoint) ?? Infinity) - 1)
    }
  })
})

describe('decorators/hello-header.mjs', () => {
  const path = `${ROOT}examples/decorators/hello-header.mjs`

  it('adds its header, through the loader and the chain that the sidecar uses', async () => {
    const loaded = await loadDecorators([path], () => {})
    const clock = { after: () => () => {} }
    const chain = createChain(loaded.ok ? loaded.decorators : [], { clock, limits: DEFAULT_LIMITS, report: () => {} })
    const view = response(200)
    expect(await chain.response(view, request())).toEqual({
      change: {
        kind: 'response',
        fields: [
          ...view.fields,
          { name: 'X-Hello', key: 'x-hello', value: 'from podspan', line: 'X-Hello: from podspan' },
        ],
      },
      notes: [{ name: 'hello-header', did: 'changed-response' }],
    })
  })

  it('is the one in the ConfigMap', () => {
    const [, text = ''] = readFileSync(`${ROOT}examples/decorators/configmap.yaml`, 'utf8').split(
      'hello-header.mjs: |\n',
    )
    expect(text.replace(/^ {4}/gm, '')).toBe(readFileSync(path, 'utf8'))
  })
})
