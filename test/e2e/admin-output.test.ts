/** What must never leave by the admin port, whatever passes: secrets, control bytes, scripts, labels without end. */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { ask, askRaw, openStream } from '../support/admin.ts'
import { type Observed, observedApp } from '../support/admin-app.ts'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { startSidecar } from '../support/sidecar.ts'

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

async function held(adminPort: number, count: number): Promise<void> {
  await vi.waitFor(
    async () => expect(JSON.parse((await ask(adminPort, '/exchanges?limit=0')).body).held).toBe(count),
    WAIT,
  )
}

const PATHS = [
  ...[
    '/',
    '/exchanges',
    '/exchanges?format=ndjson',
    '/exchanges?format=otlp',
    '/exchanges/1',
    '/exchanges/1?format=har',
  ],
  ...[
    '/exchanges/1?format=curl',
    '/inflight',
    '/routes',
    '/stats',
    '/resources',
    '/ledger',
    '/config',
    '/about',
    '/metrics',
  ],
]

/** Everything that can be got, by what it was got from; what is live too. */
async function everything(adminPort: number): Promise<Map<string, string>> {
  const got = new Map<string, string>()
  const streams = await Promise.all(['/live', '/exchanges?follow&limit=100'].map((path) => openStream(adminPort, path)))
  for (const path of PATHS) got.set(path, (await ask(adminPort, path)).body)
  got.set(
    'OpenMetrics',
    (await ask(adminPort, '/metrics', { headers: { accept: 'application/openmetrics-text' } })).body,
  )
  await vi.waitFor(() => expect(streams[0]?.text()).toContain('event: tick'), WAIT)
  for (const stream of streams) {
    got.set(`stream ${got.size}`, stream.text())
    stream.close()
  }
  return got
}

test('no secret, of the traffic or of the configuration', async () => {
  const receiver = createServer((request, answer) => request.resume().on('end', () => answer.end()))
  cleanups.push(() => receiver.close().closeAllConnections())
  const collector = `http://me:x-hunter2@127.0.0.1:${await listenOnFreePort(receiver)}/x?key=x-hunter2`
  const { url, adminPort, port } = await start({
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-token=x-hunter2',
      OTEL_BSP_SCHEDULE_DELAY: '10',
      PODSPAN_PUSH: collector,
      OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'authorization,cookie,x-api-key,x-seen',
      OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'set-cookie',
    },
  })
  const headers = {
    authorization: 'Bearer x-hunter2',
    cookie: 'id=x-hunter2',
    'x-api-key': 'x-hunter2',
    'x-seen': 'seen',
  }
  const query = 'token=x-hunter2&%70assword=x-hunter2&user[api_key]=x-hunter2'
  await (await fetch(`${url}/login?${query}`, { method: 'POST', headers, body: 'b=x-hunter2' })).text()
  await askRaw(port, 'GET http://user:x-hunter2@h/?secret=x-hunter2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  await held(adminPort, 2)
  await vi.waitFor(async () => expect((await ask(adminPort, '/ledger')).body).toContain('"mood":"fine"'), WAIT)
  const got = await everything(adminPort)
  expect(got.get('/exchanges')).toContain('"x-seen":["seen"]')
  expect(got.get('/ledger')).toContain('"endpoint":"http://127.0.0.1:')
  for (const [path, text] of got) expect(text.includes('hunter2'), path).toBe(false)
})

/** By bytes that no well-behaved client sends. */
const HOSTILE = [
  'GET /<script>alert(1)</script> HTTP/1.1\r\nHost: localhost\r\nUser-Agent: "><img src=x onerror=alert(2)>\r\n',
  'GET /\';alert(3)//?q=</script><script>alert(4)</script> HTTP/1.1\r\nHost: a"b\r\n',
  'GET /%00%0d%0a%1b[2J HTTP/1.1\r\nHost: h\r\nUser-Agent: \x1b[31m\x9b0m\xe2\x80\xa8\xc2\x85\r\n',
  'GET /data: HTTP/1.1\r\nHost: h\r\nUser-Agent: a\\nevent: tick\\ndata: {}\r\n',
  'GET /__proto__ HTTP/1.1\r\nHost: constructor\r\n',
]

test('hostile texts only as texts in JSON, in printable ASCII, of a type that nobody runs', async () => {
  const app = createServer((_request, answer) => {
    answer.statusMessage = '<script>alert(5)</script> \x80'
    answer.end()
  })
  cleanups.push(() => app.close().closeAllConnections())
  const args = ['--port', '0', '--target', String(await listenOnFreePort(app)), '--admin-port', '0', '--no-dump']
  const sidecar = await startSidecar({ args })
  cleanups.push(() => sidecar.stop('SIGKILL'))
  const { port, adminPort = 0 } = sidecar
  for (const head of HOSTILE) await askRaw(port, Buffer.from(`${head}Connection: close\r\n\r\n`, 'latin1'))
  await held(adminPort, HOSTILE.length)
  expect((await ask(adminPort, '/exchanges')).body).toContain('alert(5)')
  for (const [path, text] of await everything(adminPort)) {
    expect(text, path).toMatch(/^[\x20-\x7e\n]*$/)
    // Nothing of theirs began a line of its own.
    for (const line of text.split('\n')) expect(line, path).not.toMatch(/^(?:alert|data: \{\}|\S*onerror)/)
  }
  for (const path of [...PATHS, '/<script>alert(1)</script>', '/..%2f..%2fetc', '//evil.example']) {
    const { headers } = await ask(adminPort, path)
    expect([path, headers['x-content-type-options']]).toEqual([path, 'nosniff'])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
    if (path !== '/') expect(headers['content-type']).toMatch(/^(?:application\/(?:json|x-ndjson)|text\/plain)/)
  }
})

test('as many rows and series as are allowed, whatever clients make up', { timeout: 120_000 }, async () => {
  const { port, adminPort } = await start({ args: ['--limit', 'routesMax=50', '--ring', '100'] })
  const made = async (from: number): Promise<void> => {
    const requests = Array.from({ length: 500 }, (_each, at) => {
      const id = from + at
      return `M${id} /p${id} HTTP/1.1\r\nHost: h${id}\r\n${at === 499 ? 'Connection: close\r\n' : ''}\r\n`
    })
    await askRaw(port, requests.join(''))
  }
  const sizes = async (): Promise<number[]> => {
    const routes = JSON.parse((await ask(adminPort, '/routes')).body).routes.length
    const series = (await ask(adminPort, '/metrics')).body.split('\n').filter((line) => !line.startsWith('#')).length
    return [routes, series]
  }
  const count = async () => JSON.parse((await ask(adminPort, '/ledger')).body).ledger.exchange.exported
  await made(0)
  await vi.waitFor(async () => expect(await count()).toBe(500), WAIT)
  await sleep(1_000)
  const before = await sizes()
  for (let from = 500; from < 10_000; from += 500) await made(from)
  await vi.waitFor(async () => expect(await count()).toBe(10_000), WAIT)
  expect(before[0]).toBe(51)
  expect(await sizes()).toEqual(before)
  expect(JSON.parse((await ask(adminPort, '/exchanges')).body)).toMatchObject({ held: 100, matched: 100 })
})

test('a ring that turns while it is read gives whole exchanges, in their order', { timeout: 60_000 }, async () => {
  // What is slow waits for the container's figures, and comes later than what began after it.
  const { port, adminPort } = await start({ args: ['--ring', '200', '--slow', '1h'] })
  const one = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
  const load = askRaw(port, `${one.repeat(4_000)}GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
  let isOver = false
  load.then(() => (isOver = true))
  let looks = 0
  while (!isOver || looks < 5) {
    const { exchanges } = JSON.parse((await ask(adminPort, '/exchanges')).body)
    const ids: number[] = exchanges.map(({ id }: { id: number }) => id)
    expect(ids.length).toBeLessThanOrEqual(200)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
    looks++
  }
})

test('a user agent without end is refused, and a long one is remembered by its beginning', async () => {
  const { port, adminPort } = await start()
  const asking = (bytes: number): string =>
    `GET /agent HTTP/1.1\r\nHost: h\r\nUser-Agent: ${'a'.repeat(bytes)}\r\nConnection: close\r\n\r\n`
  expect(await askRaw(port, asking(1_048_576))).toMatch(/^HTTP\/1\.1 431 /)
  // Passed on: what the app makes of it is the app's.
  expect(await askRaw(port, asking(60_000))).not.toContain('podspan')
  await held(adminPort, 2)
  const { exchanges } = JSON.parse((await ask(adminPort, '/exchanges')).body)
  expect(exchanges.map(({ error, request }: Remembered) => [error?.type, request?.userAgent?.length])).toEqual([
    ['head_too_large', undefined],
    [undefined, 2_048],
  ])
})

interface Remembered {
  readonly error?: { readonly type: string }
  readonly request?: { readonly userAgent?: string }
}

test('baggage, however much fits into a head, is the app’s and nobody else’s', async () => {
  const seen: (string | undefined)[] = []
  const app = createServer(({ headers }, answer) => {
    seen.push(headers.baggage as string | undefined)
    answer.end()
  })
  cleanups.push(() => app.close().closeAllConnections())
  // Node's own parser takes 16 KiB of fields unless told otherwise.
  app.maxHeadersCount = 0
  const target = String(await listenOnFreePort(app))
  const { port, adminPort, stop } = await startSidecar({
    args: ['--port', '0', '--target', target, '--admin-port', '0', '--no-dump'],
  })
  cleanups.push(() => stop('SIGKILL'))
  const baggage = Array.from({ length: 900 }, (_, index) => `k${index}=v-hunter2`).join(',')
  await askRaw(port, `GET / HTTP/1.1\r\nHost: h\r\nBaggage: ${baggage}\r\nConnection: close\r\n\r\n`)
  expect(seen).toEqual([baggage])
  if (adminPort === undefined) throw new Error('no admin port')
  await held(adminPort, 1)
  for (const [path, text] of await everything(adminPort)) expect(text, path).not.toContain('hunter2')
})

test('requests pass while ten thousand remembered ones are told', { timeout: 60_000 }, async () => {
  const { port, adminPort, url } = await start({ args: ['--ring', '10000', '--slow', '1h'] })
  const one = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
  for (let part = 0; part < 4; part++)
    await askRaw(port, `${one.repeat(2_499)}GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
  await held(adminPort, 10_000)
  let isTold = false
  const told = ask(adminPort, '/exchanges?limit=10000').finally(() => {
    isTold = true
  })
  let passed = 0
  while (!isTold) {
    await (await fetch(`${url}/meanwhile`)).text()
    passed++
  }
  expect(JSON.parse((await told).body).exchanges).toHaveLength(10_000)
  // A thread that had to write them all would have answered one of these at most.
  expect(passed).toBeGreaterThan(2)
})
