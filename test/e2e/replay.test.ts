/** `podspan replay` as a person runs it: a real sidecar that keeps bodies, a real app that has changed its mind meanwhile. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExchangeAnswer } from '../../src/admin/shapes.ts'
import type { Exchange } from '../../src/exchange.ts'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { type Ended, type RunningSidecar, runToEnd, startSidecar } from '../support/sidecar.ts'

interface Seen {
  readonly request: IncomingMessage
  readonly body: Buffer
}

const SECRET = 'body-hunter2'

describe.each([1, 2])('of a sidecar with %i data threads', (threads) => {
  const seen: Seen[] = []
  let answer = (response: ServerResponse): void => void response.end('fine')
  const app = createServer(async (request, response) => {
    seen.push({ request, body: Buffer.concat(await request.toArray()) })
    answer(response)
  })
  let appPort: number
  let sidecar: RunningSidecar
  beforeAll(async () => {
    appPort = await listenOnFreePort(app)
    sidecar = await startSidecar({
      args: [
        '--port',
        '0',
        '--target',
        `${appPort}`,
        '--no-dump',
        '--capture-bodies',
        '1000',
        '--threads',
        `${threads}`,
      ],
      env: {
        PODSPAN_ADMIN_PORT: '0',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'accept,authorization',
      },
    })
  })
  afterAll(async () => {
    await sidecar.stop('SIGKILL')
    app.close().closeAllConnections()
  })

  const admin = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${sidecar.adminPort}${path}`)).text()
  const recorded = async (): Promise<Exchange[]> => JSON.parse(await admin('/exchanges')).exchanges
  const replay = (id: number, ...more: string[]): Promise<Ended> =>
    runToEnd({ args: ['replay', `${id}`, '--admin', `${sidecar.adminPort}`, ...more] })

  /** Its number, as soon as it is remembered. No path is asked for twice. */
  async function numberOf(path: string): Promise<number> {
    const found = async () => (await recorded()).find(({ request }) => request?.path === path.split('?')[0])?.id
    await expect.poll(found, { timeout: 20_000 }).toBeDefined()
    return (await found()) ?? 0
  }

  /** As it is: fetch would tidy the path up. */
  async function pass(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', body?: string | Buffer) {
    const sent = request({ port: sidecar.port, path, method, headers }).end(body)
    const [response] = await once(sent, 'response')
    await once(response.resume(), 'end')
    return numberOf(path)
  }

  test('a GET goes again, marked, through the sidecar and in a trace of its own; another status is told', async () => {
    const id = await pass('/a//../b?x=%41', {
      host: 'shop.example',
      accept: 'text/x',
      authorization: 'Bearer a-hunter2',
    })
    answer = (response) => response.writeHead(500, 'Oh No').end('broken')
    const { code, stdout, stderr } = await replay(id)
    answer = (response) => response.end('fine')
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(/status +200 OK +500 Oh No +different/)
    expect(stdout).toContain('without authorization (a secret)')
    const again = seen.at(-1)?.request
    expect(again).toMatchObject({ method: 'GET', url: '/a//../b?x=%41' })
    expect(again?.headers).toMatchObject({
      'podspan-replay': `${id}`,
      accept: 'text/x',
      host: 'shop.example',
    })
    const second = (await recorded()).find((each) => stdout.includes(`as #${each.id}, trace ${each.trace.traceId}`))
    expect(second?.response?.status).toBe(500)
    expect(second?.trace.parentSpanId).toBeUndefined()
    expect(again?.headers.traceparent).toContain(second?.trace.traceId)
  })

  test('a POST goes again with its body, out of whatever framing it came in, and only when it is asked to', async () => {
    const id = await chunked('/orders', ['{"card":', `"${SECRET}"}`])
    const before = seen.length
    const refused = await replay(id)
    expect([refused.code, refused.stdout, seen.length]).toEqual([64, '', before])
    expect(refused.stderr).toContain('--unsafe')
    const { code, stdout } = await replay(id, '--unsafe', '--json')
    expect([code, JSON.parse(stdout).differences]).toEqual([0, expect.any(Array)])
    expect(seen.at(-1)?.body.toString()).toBe(`{"card":"${SECRET}"}`)
    expect(seen.at(-1)?.request.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '23' })
  })

  test('a compressed body goes as it was', async () => {
    const body = gzipSync('hello hello hello')
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain' }
    const id = await pass('/zipped', headers, 'PUT', body)
    expect((await replay(id, '--unsafe')).code).toBe(0)
    expect(seen.at(-1)?.body.equals(body)).toBe(true)
    expect(seen.at(-1)?.request.headers).toMatchObject(headers)
  })

  test('a body that was not kept is not made up', async () => {
    const id = await pass('/large', {}, 'POST', 'x'.repeat(1_001))
    const before = seen.length
    const { code, stderr } = await replay(id, '--unsafe')
    expect([code, seen.length]).toEqual([66, before])
    expect(stderr).toContain('larger than --capture-bodies')
  })

  test('a secret of the query is not made up either, and may be given', async () => {
    const id = await pass('/list?page=2&token=q-hunter2')
    expect((await replay(id)).code).toBe(64)
    const { code, stdout } = await replay(id, '--query', 'page=2&token=q-hunter2')
    expect([code, seen.at(-1)?.request.url]).toEqual([0, '/list?page=2&token=q-hunter2'])
    expect(stdout).not.toContain('hunter2')
  })

  test('straight to the app the sidecar sees nothing of it', async () => {
    const id = await pass('/straight')
    const before = (await recorded()).length
    const { code, stdout } = await replay(id, '--to', `${appPort}`)
    expect([code, (await recorded()).length]).toEqual([0, before])
    expect(stdout).toContain('it did not come by the sidecar')
  })

  test('bodies are shown one by one, and nowhere else', async () => {
    const id = await pass('/secret', {}, 'POST', SECRET)
    const { requestBody }: ExchangeAnswer = JSON.parse(await admin(`/exchanges/${id}`))
    expect(requestBody).toMatchObject({ kept: true, base64: Buffer.from(SECRET).toString('base64') })
    const base64 = Buffer.from(SECRET).toString('base64').slice(0, -2)
    const paths: Record<string, unknown> = JSON.parse(await admin('/openapi.json')).paths
    const others = Object.keys(paths).filter((path) => !path.includes('{') && path !== '/live')
    others.push(
      '/exchanges?format=ndjson',
      '/exchanges?format=otlp',
      `/exchanges/${id}?format=har`,
      `/exchanges/${id}?format=curl`,
    )
    expect(others.length).toBeGreaterThan(10)
    for (const path of others) {
      const text = await admin(path)
      expect(text.includes(SECRET) || text.includes(base64), path).toBe(false)
    }
    expect(sidecar.stdout() + sidecar.stderr()).not.toContain(SECRET)
  })

  async function chunked(path: string, pieces: readonly string[]): Promise<number> {
    const headers = { 'content-type': 'application/json' }
    const sent = request({ port: sidecar.port, path, method: 'POST', headers })
    for (const piece of pieces) sent.write(piece)
    const [response] = await once(sent.end(), 'response')
    response.resume()
    return numberOf(path)
  }
})
