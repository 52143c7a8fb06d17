/** The build as a user has it: a package in node_modules with nothing else beside it, used from both module systems. */
import { execFile } from 'node:child_process'
import {
  accessSync,
  constants,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { isBuiltin } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sbom } from '../sbom.ts'
import { startSidecar } from './support/sidecar.ts'

const run = promisify(execFile)
const ROOT = new URL('..', import.meta.url).pathname
const user = mkdtempSync(join(tmpdir(), 'podspan-build-'))
const home = join(user, 'node_modules/podspan')
const dist = join(home, 'dist')

beforeAll(async () => {
  mkdirSync(home, { recursive: true })
  await run(process.execPath, [join(ROOT, 'build.ts'), dist])
  cpSync(join(ROOT, 'package.json'), join(home, 'package.json'))
  // Types alone: a user's program has them when it uses Node.
  mkdirSync(join(user, 'node_modules/@types'))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(user, 'node_modules/@types/node'))
})
afterAll(() => rmSync(user, { recursive: true }))

/** The text as a file of the user, run by Node; its stdout. */
async function runAs(name: string, text: string): Promise<string> {
  writeFileSync(join(user, name), text)
  return (await run(process.execPath, [join(user, name)], { cwd: user })).stdout.trim()
}

const AMBASSADOR = `
const tunnel = new Ambassador({ port: 0, target: 1 }).tunnel({ quiet() {} })
tunnel.listening.then(async ({ port }) => {
  const { status } = await fetch('http://127.0.0.1:' + port + '/')
  await tunnel.close()
  process.stdout.write('\\n' + status)
})
`

describe('the package', () => {
  it.each([
    ['program.cjs', `const { Ambassador } = require('podspan')${AMBASSADOR}`],
    ['program.mjs', `import { Ambassador } from 'podspan'${AMBASSADOR}`],
  ])('starts an Ambassador from %s, its observer thread too', async (name, text) => {
    const lines = (await runAs(name, text)).split('\n')
    expect(lines.at(-1)).toBe('502')
    // The dump comes from the worker: it was found beside the chunk that starts it.
    expect(lines.some((line) => line.startsWith('{"/":'))).toBe(true)
  })

  it('has a command that is executable and knows its version', async () => {
    const main = join(dist, 'main.js')
    accessSync(main, constants.X_OK)
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect((await run(process.execPath, [main, '--version'])).stdout).toBe(`podspan ${version}\n`)
  })

  it.each(['http/protobuf', 'grpc'])(
    'finds in the bundle what is loaded late: %s, an OpenAPI reader',
    async (protocol) => {
      const api = join(user, 'api.yaml')
      writeFileSync(api, 'paths: { "/users/{id}": {} }')
      const sidecar = await startSidecar({
        main: join(dist, 'main.js'),
        args: [
          '--port',
          '0',
          '--target',
          '1',
          '--openapi',
          api,
          '--dump',
          '--dump-format',
          'ndjson',
          '--limit',
          'flushMs=1s',
        ],
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_LOGS_EXPORTER: 'otlp',
        },
      })
      // The reader comes while the first requests are answered: asked until it is there.
      await expect
        .poll(
          async () => {
            await fetch(`http://127.0.0.1:${sidecar.port}/users/7`)
            return sidecar.stderr().includes('cannot be delivered')
          },
          { timeout: 20_000, interval: 100 },
        )
        .toBe(true)
      expect(await sidecar.stop()).toBe(0)
      expect(sidecar.stdout()).toContain('"route":"/users/{id}"')
      expect(sidecar.stderr()).toMatch(/cannot be delivered .*ECONNREFUSED/)
    },
  )

  it('has the demo in it, WebSocket and all', async () => {
    const demo = await startSidecar({ main: join(dist, 'main.js'), args: ['demo', '--port', '0'] })
    const { status } = await fetch(`http://127.0.0.1:${demo.port}/products/7`)
    const chat = new WebSocket(`ws://127.0.0.1:${demo.port}/chat`)
    const heard = await new Promise((resolve, reject) => {
      chat.onmessage = ({ data }) => resolve(data)
      chat.onerror = reject
    })
    chat.close()
    expect([status, heard]).toEqual([200, 'how can we help?'])
    expect(await demo.stop()).toBe(0)
    expect(demo.stderr()).toContain('npx podspan')
  })

  it('starts several data threads, each with decorators of its own, and their one observer', async () => {
    const app = createServer((_, response) => response.end('ok'))
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const { port } = app.address() as AddressInfo
    const flags = ['--port', '0', '--target', String(port), '--threads', '2', '--dump', '--dump-format', 'ndjson']
    const decorators = ['--decorators', join(ROOT, 'test/support/thread-decorator.mjs')]
    const sidecar = await startSidecar({ main: join(dist, 'main.js'), args: [...flags, ...decorators] })
    const threads = new Set<string | null>()
    let asked = 0
    await expect
      .poll(
        async () => {
          asked++
          const answer = await fetch(`http://127.0.0.1:${sidecar.port}/`, { headers: { connection: 'close' } })
          threads.add(answer.headers.get('x-thread'))
          return threads.size
        },
        { timeout: 20_000, interval: 5 },
      )
      .toBe(2)
    expect(threads.has(null)).toBe(false)
    expect(await sidecar.stop()).toBe(0)
    app.close()
    expect(sidecar.stdout().trim().split('\n')).toHaveLength(asked)
  })

  it('finds in the bundle what the admin port loads when it is asked', async () => {
    const sidecar = await startSidecar({
      main: join(dist, 'main.js'),
      args: ['--port', '0', '--target', '1', '--admin-port', '0', '--no-dump'],
    })
    const asked = (path: string) => fetch(`http://127.0.0.1:${sidecar.adminPort}/${path}`)
    await (await fetch(`http://127.0.0.1:${sidecar.port}/a`)).text()
    expect(await (await asked('metrics')).text()).toContain('# TYPE http_server_active_requests gauge')
    expect(await (await asked('exchanges?format=otlp')).text()).toContain('{"resourceSpans":[')
    expect(await sidecar.stop()).toBe(0)
  })

  it('serves the dashboard from what it carries, with no bundler in it', async () => {
    const sidecar = await startSidecar({
      main: join(dist, 'main.js'),
      args: ['--port', '0', '--target', '1', '--admin-port', '0'],
    })
    for (const [path, name] of [
      ['', 'index.html'],
      ['app.js', 'app.js'],
      ['app.css', 'app.css'],
      ['icon.svg', 'icon.svg'],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${sidecar.adminPort}/${path}`)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe(readFileSync(join(dist, 'dashboard', name), 'utf8'))
    }
    expect(await sidecar.stop()).toBe(0)
    expect(
      filesNow().filter((file) => /(?:from|import\(|require\()\s*['"](?:esbuild|preact)/.test(textOf(file))),
    ).toEqual([])
  })

  const textOf = (file: string): string => readFileSync(join(dist, file), 'utf8')
  const filesNow = (): string[] => globSync('*.js', { cwd: dist })
  /** What a file imports when it is loaded; `import()` is left out. */
  const importsOf = (file: string): string[] =>
    [...textOf(file).matchAll(/(?:^|[;}\n])import\s*(?:[\w$*{][^;"']*from\s*)?["']([^"']+)["']/g)].map(
      ([, name = '']) => name,
    )

  it('asks at run time for nothing but its own files and Node itself', () => {
    const files = filesNow()
    expect(files).toEqual(expect.arrayContaining(['main.js', 'index.js', 'worker.js']))
    const foreign = files.flatMap(importsOf).filter((name) => !isBuiltin(name) && !files.includes(basename(name)))
    expect(foreign).toEqual([])
    const required = files.flatMap((file) => [...textOf(file).matchAll(/require\w*\("([^"]+)"\)/g)])
    // ws asks for these and goes on without them.
    const optional = ['bufferutil', 'utf-8-validate']
    const missing = required.map(([, name = '']) => name).filter((name) => !isBuiltin(name) && !optional.includes(name))
    expect(missing).toEqual([])
  })

  it.each(['main.js', 'index.js'])('keeps OpenTelemetry, systeminformation and ws off the data thread: %s', (entry) => {
    const reached = new Set([entry])
    for (const file of reached) {
      for (const name of importsOf(file)) if (name.startsWith('./')) reached.add(basename(name))
    }
    expect(reached.size).toBeGreaterThan(1)
    const marks = [/opentelemetry\.js\.api/, /__require\("child_process"\)/, /utf-8-validate/]
    for (const mark of marks) {
      const holders = filesNow().filter((file) => mark.test(textOf(file)))
      expect(holders).not.toEqual([])
      expect(holders.filter((file) => reached.has(file))).toEqual([])
    }
  })
})

describe('the bill of materials', () => {
  const text = (): string => readFileSync(join(dist, 'sbom.cdx.json'), 'utf8')
  const components = (): Sbom['components'] => (JSON.parse(text()) as Sbom).components
  const textsOf = (pattern: string): string[] =>
    globSync(pattern, { cwd: dist }).map((path) => readFileSync(join(dist, path), 'utf8'))

  it('is CycloneDX 1.6 by its own schema', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(text())).toBeNull()
    expect(await validator.validate(text().replace('"library"', '"book"'))).not.toBeNull()
  })

  it('has every package whose code is in a bundle, by what the bundles themselves say', () => {
    // Parts that came as CommonJS are wrapped under their paths.
    const wrapped = textsOf('*.js').flatMap((code) => [
      ...code.matchAll(/"(?:[^"]*\/)?node_modules\/((?:@[^/"]+\/)?[^/"]+)\/[^"]*"\(/g),
    ])
    const packages = new Set(wrapped.map(([, name]) => name))
    expect(packages.size).toBeGreaterThan(15)
    const named = components().map(({ name }) => name)
    expect([...packages].filter((name = '') => !named.includes(name))).toEqual([])
    // The dashboard's, and what is only ever an ES module.
    expect(named).toEqual(expect.arrayContaining(['preact', 'uplot', '@opentelemetry/sdk-metrics']))
  })

  it('has nothing that only builds or tests', () => {
    const named = components().map(({ name }) => name)
    const tools = ['esbuild', 'typescript', 'vitest', 'node', '@opentelemetry/sdk-node', 'undici']
    expect(named.filter((name) => tools.includes(name))).toEqual([])
  })

  it('says of each the version that is installed, its license and its purl', () => {
    for (const { name, version, licenses, purl } of components()) {
      const installed = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
      const [first] = licenses ?? []
      const license = first !== undefined && ('expression' in first ? first.expression : first.license.id)
      expect([name, version, license]).toEqual([name, installed.version, installed.license])
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`)
    }
  })
})

const PROGRAM = `
const count = { requests: 0 }
const decorate: EventDecorator = ({ server }) => {
  server.on('http:data', ({ HTTPMethod }) => { count.requests += HTTPMethod.length })
}
const tunnel = new Ambassador({ port: 8080, target: 'localhost:80' }).tunnel({ decorate })
export const done: Promise<void> = tunnel.close()
`

describe('the declarations', () => {
  it.each([
    ['typed.mts', `import { Ambassador, type EventDecorator } from 'podspan'${PROGRAM}`],
    [
      'typed.cts',
      `import podspan = require('podspan')\nimport type { EventDecorator } from 'podspan'\nconst { Ambassador } = podspan${PROGRAM}`,
    ],
  ])('serve %s under nodenext, strict and whole', async (name, text) => {
    expect(await compile(name, text)).toBe('')
    expect(await compile(name, text.replace('port: 8080', 'port: {}'))).toMatch(/error TS2322/)
  })
})

/** What the compiler says of a program of the user; '' when all is well. */
async function compile(name: string, text: string): Promise<string> {
  writeFileSync(join(user, name), text)
  const options = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  }
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [name] }))
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  return run(tsc, ['-p', user]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}
