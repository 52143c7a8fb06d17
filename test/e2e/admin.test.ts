/** The admin API of the real program: every answer held against the document that it serves, and what must never come out. */
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ask, askRaw, eventsOf, openStream } from '../support/admin.ts'
import { type Observed, observedApp } from '../support/admin-app.ts'
import { missing, startCollector, waitFor } from '../support/backends.ts'
import { runToEnd, startSidecar } from '../support/sidecar.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WAIT = { timeout: 30_000, interval: 50 }
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(...args: Parameters<typeof observedApp>): Promise<Observed> {
  const observed = await observedApp(...args)
  cleanups.push(observed.end)
  return observed
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      { readonly get: { readonly parameters: Parameter[]; readonly responses: { 200: { content: object } } } }
    >
  >
}
interface Parameter {
  readonly name: string
  readonly schema: { readonly enum?: readonly string[] }
}

async function documentOf(
  adminPort: number,
): Promise<{ document: Document; validate: (name: string) => ValidateFunction }> {
  const document: Document = JSON.parse((await ask(adminPort, '/openapi.json')).body)
  const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(document as object, 'api')
  const validate = (name: string): ValidateFunction => {
    return ajv.getSchema(`api#/components/schemas/${name}`) ?? expect.fail(`no schema ${name}`)
  }
  return { document, validate }
}

function expectValid(validate: ValidateFunction, value: unknown): void {
  validate(value)
  expect(validate.errors ?? []).toEqual([])
}

/** Something of everything. */
async function traffic({ url, port, adminPort }: Observed): Promise<void> {
  const paths = ['/users/1?token=q-hunter2', '/users/2', '/status/404', '/status/500', '/slow', '/events', '/logo.png']
  for (const path of paths) await (await fetch(url + path, { headers: { 'x-kept': 'yes' } })).text()
  await (await fetch(`${url}/form`, { method: 'POST', body: 'a=b' })).text()
  await fetch(`${url}/cut`)
    .then((answer) => answer.text())
    .catch(() => {})
  await askRaw(port, 'NOT HTTP\r\n\r\n')
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`)
  await once(socket, 'open')
  socket.send('hi')
  await once(socket, 'message')
  socket.close(4_000)
  await vi.waitFor(async () => expect(JSON.parse((await ask(adminPort, '/exchanges')).body).held).toBe(11), WAIT)
}

const ARGS = ['--routes', '/users/{id}', '--capture-bodies', '100', '--slow', '200ms']
const ENV = { OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'x-kept' }

describe('the document', () => {
  test('says of every path what it answers, and the answers are so', { timeout: 60_000 }, async () => {
    const observed = await start({ args: ARGS, env: ENV })
    const { url, adminPort } = observed
    await traffic(observed)
    fetch(`${url}/hang`).catch(() => {})
    await vi.waitFor(async () => expect(JSON.parse((await ask(adminPort, '/inflight')).body).count).toBe(1), WAIT)
    const { document } = await documentOf(adminPort)
    const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(document as object, 'api')
    let answers = 0
    for (const [path, { get }] of Object.entries(document.paths)) {
      const { enum: formats = [undefined] } = get.parameters.find(({ name }) => name === 'format')?.schema ?? {}
      for (const format of path === '/live' ? [] : formats) {
        const query = format === undefined ? '' : `?format=${format}`
        const { status, headers, body } = await ask(adminPort, path.replace('{id}', '1') + query)
        const type = headers['content-type'] ?? ''
        const named = Object.keys(get.responses[200].content).find((each) => type.startsWith(each)) ?? ''
        expect([path, format, status, type.startsWith(named) && named !== '']).toEqual([path, format, 200, true])
        const pointer = ['paths', path, 'get', 'responses', '200', 'content', named, 'schema'].map(escaped).join('/')
        const validate = ajv.getSchema(`api#/${pointer}`) ?? expect.fail(`no schema at ${pointer}`)
        for (const value of valuesOf(named, body)) expectValid(validate, value)
        if (!path.startsWith('/') || path === '/') continue
        expect(body).toMatch(/^[\x20-\x7e\n]*$/)
        answers++
      }
    }
    expect(answers).toBeGreaterThan(15)
  })

  function escaped(part: string): string {
    return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
  }

  function valuesOf(type: string, body: string): readonly unknown[] {
    if (type === 'application/x-ndjson')
      return body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    return [type === 'application/json' ? JSON.parse(body) : body]
  }

  test('names every path that is there, and no other', async () => {
    const { adminPort } = await start()
    const { document, validate } = await documentOf(adminPort)
    const { status, body } = await ask(adminPort, '/there-is-none')
    expect(status).toBe(404)
    expectValid(validate('ErrorAnswer'), JSON.parse(body))
    const listed = /there are (.*)$/.exec(JSON.parse(body).error.message)?.[1]?.split(', ')
    expect(listed).toEqual(Object.keys(document.paths))
    for (const path of Object.keys(document.paths)) {
      const { status: refused, body: said } = await ask(adminPort, `${path}?nonsense=1`)
      expect([path, refused]).toEqual([path, 400])
      expectValid(validate('ErrorAnswer'), JSON.parse(said))
      expect((await ask(adminPort, path, { method: 'HEAD' })).body).toBe('')
    }
  })

  test('says what live events hold, too', async () => {
    const observed = await start({ args: ARGS, env: ENV })
    const { validate } = await documentOf(observed.adminPort)
    const stream = await openStream(observed.adminPort, '/live')
    cleanups.push(stream.close)
    await traffic(observed)
    const named = { hello: 'LiveHello', tick: 'LiveTick', exchanges: 'LiveExchanges' }
    await vi.waitFor(() => {
      const events = eventsOf(stream.text())
      expect(new Set(events.map(({ event }) => event))).toEqual(new Set(Object.keys(named)))
      const routes = events
        .filter(({ event }) => event === 'tick')
        .map(({ data }) => (data as { routes: unknown[] }).routes.length)
      expect(Math.max(...routes)).toBeGreaterThan(5)
    }, WAIT)
    for (const { event, data } of eventsOf(stream.text()))
      expectValid(validate(named[event as keyof typeof named]), data)
  })
})

describe('what it tells', () => {
  test('of the container, of what is under way, of one exchange in every form', { timeout: 60_000 }, async () => {
    const observed = await start({ args: ARGS, env: ENV })
    const { adminPort, url } = observed
    await traffic(observed)
    const of = async (path: string) => JSON.parse((await ask(adminPort, path)).body)
    await vi.waitFor(async () => expect((await of('/resources')).history.length).toBeGreaterThan(1), WAIT)
    expect((await of('/resources')).latest.node.cpus.length).toBeGreaterThan(0)
    fetch(`${url}/hang`).catch(() => {})
    await vi.waitFor(
      async () => expect((await of('/inflight')).requests).toMatchObject([{ path: '/hang', phase: 'waiting' }]),
      WAIT,
    )
    const slow = await of(`/exchanges?where=${encodeURIComponent('path=="/slow"')}`)
    expect(slow).toMatchObject({ held: 11, matched: 1, exchanges: [{ resources: { windowMs: expect.any(Number) } }] })
    const waterfall = await of(`/exchanges/${slow.exchanges[0].id}`)
    const app = waterfall.phases.find(({ name }: { name: string }) => name === 'app')
    expect(app.durationMs).toBeGreaterThan(250)
    expect(await of(`/exchanges?where=${encodeURIComponent('method=="POST"')}`)).toMatchObject({ matched: 1 })
    const { body: curl } = await ask(adminPort, `/exchanges/${slow.exchanges[0].id}?format=curl`)
    expect(curl).toContain(`--url 'http://127.0.0.1:${observed.port}/slow'`)
    const stats = await of(`/stats?where=${encodeURIComponent('upgrade=="websocket"')}`)
    expect(stats).toEqual({ '/socket': { history: [expect.anything()], file: false, pod: expect.any(String) } })
  })

  test('of several data threads as of one', async () => {
    const { adminPort, url, port } = await start({ args: ['--threads', '2'] })
    for (let each = 0; each < 40; each++)
      await (await fetch(`${url}/${each}`, { headers: { connection: 'close' } })).text()
    const of = async (path: string) => JSON.parse((await ask(adminPort, path)).body)
    await vi.waitFor(async () => expect((await of('/exchanges')).held).toBe(40), WAIT)
    expect(await of('/about')).toMatchObject({ listen: { port } })
    expect((await ask(adminPort, '/readyz')).status).toBe(200)
    expect((await of('/ledger')).ledger.exchange).toMatchObject({ created: 40, exported: 40, queued: 0 })
  })

  test('while it drains that it is not ready, and still who is under way', async () => {
    const sidecar = await start()
    const slow = fetch(`${sidecar.url}/slow`)
    const hanging = fetch(`${sidecar.url}/hang`).catch(() => {})
    await vi.waitFor(
      async () => expect(JSON.parse((await ask(sidecar.adminPort, '/inflight')).body).count).toBe(2),
      WAIT,
    )
    process.kill(sidecar.pid, 'SIGTERM')
    await vi.waitFor(async () => expect((await ask(sidecar.adminPort, '/readyz')).status).toBe(503), WAIT)
    expect(JSON.parse((await ask(sidecar.adminPort, '/inflight')).body).requests.at(-1)).toMatchObject({
      path: '/hang',
    })
    expect((await slow).status).toBe(200)
    await sidecar.stop('SIGKILL')
    await hanging
  })
})

const WITH_COLLECTOR = missing('otelcol')
if (WITH_COLLECTOR !== undefined) console.warn(WITH_COLLECTOR)
test.skipIf(WITH_COLLECTOR !== undefined)(
  'what it gives as OTLP a real Collector takes',
  { timeout: 60_000 },
  async () => {
    const collector = await startCollector()
    cleanups.push(collector.stop)
    const observed = await start({ args: ARGS })
    await traffic(observed)
    const { body } = await ask(observed.adminPort, '/exchanges?format=otlp')
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(`${collector.otlpHttp}/v1/traces`, { method: 'POST', headers, body })
    expect(status).toBe(200)
    const spans = await waitFor(() =>
      JSON.stringify(collector.received()).match(/"spanId"/g)?.length === 11 ? true : undefined,
    )
    expect(spans).toBe(true)
  },
)

describe('who may not ask', () => {
  test('a page of another site, by whatever name it comes, and nobody can change anything', async () => {
    const { adminPort } = await start()
    const asked = async (headers: Record<string, string>, method = 'GET') =>
      (await ask(adminPort, '/exchanges', { headers, method })).status
    expect(await asked({})).toBe(200)
    expect(await asked({ host: 'localhost' })).toBe(200)
    expect(await asked({ host: 'evil.example' })).toBe(403)
    expect(await asked({ host: `evil.example:${adminPort}` })).toBe(403)
    expect(await asked({ origin: 'http://evil.example' })).toBe(403)
    expect(await asked({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await asked({ 'sec-fetch-site': 'same-site' })).toBe(403)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) expect(await asked({}, method)).toBe(405)
    const raw = await askRaw(adminPort, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nrubbish\r\n\r\n')
    expect(raw).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 400 .*Connection: close/s)
  })
})

describe('the port', () => {
  test('that was asked for and is taken ends podspan with 69 and its name', async () => {
    const { adminPort } = await start()
    const run = await runToEnd({ args: ['--port', '0', '--target', '1', '--admin-port', String(adminPort)] })
    expect(run.code).toBe(69)
    expect(run.stderr).toContain(`podspan: cannot listen on 127.0.0.1:${adminPort} (EADDRINUSE)`)
  })

  test('that is only usual is done without, and that is said once', async () => {
    const usual = createServer()
    const taken = new Promise<void>((resolve) => usual.once('listening', resolve).once('error', () => resolve()))
    usual.listen(4_199, '127.0.0.1')
    await taken
    cleanups.push(() => usual.close())
    const sidecar = await startSidecar({ args: ['--port', '0', '--target', '1'], env: { PODSPAN_ADMIN_PORT: '' } })
    cleanups.push(() => sidecar.stop('SIGKILL'))
    expect(sidecar.adminPort).toBeUndefined()
    expect((await fetch(`http://127.0.0.1:${sidecar.port}/`)).status).toBe(502)
    expect(sidecar.stderr().match(/no admin API: 127\.0\.0\.1:4199 /g)).toHaveLength(1)
  })
})

test('without otel/ all of it is served but spans', { timeout: 60_000 }, async () => {
  const copy = mkdtempSync(join(tmpdir(), 'podspan-'))
  cleanups.push(() => rmSync(copy, { recursive: true }))
  for (const part of ['src', 'package.json', 'bundle-dashboard.ts'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const observed = await start({ main: join(copy, 'src/main.ts'), args: ARGS })
  await traffic(observed)
  const { document } = await documentOf(observed.adminPort)
  for (const path of Object.keys(document.paths).filter((each) => each !== '/live'))
    expect([path, (await ask(observed.adminPort, path.replace('{id}', '1'))).status]).toEqual([path, 200])
  const spans = await ask(observed.adminPort, '/exchanges?format=otlp')
  expect([spans.status, JSON.parse(spans.body).error.type]).toEqual([501, 'no_opentelemetry'])
})
