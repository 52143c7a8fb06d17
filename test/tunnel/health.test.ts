import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import type { AppProbe } from '../../src/tunnel/app-probe.ts'
import { type HealthServer, serveHealth } from '../../src/tunnel/health.ts'

let server: HealthServer | undefined
let ready = true
let appProbe: AppProbe | undefined
afterEach(() => {
  server?.close()
  appProbe = undefined
})

async function ask(request: string): Promise<string> {
  const bound = await serveHealth(
    { host: '127.0.0.1', port: 0 },
    { clock: createClock(), limits: DEFAULT_LIMITS, isReady: () => ready, appProbe, say: () => {} },
  )
  if ('kind' in bound) throw new Error(bound.code)
  server = bound
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(bound.port, '127.0.0.1', () => socket.write(request))
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('end', () => resolve(text)).on('error', reject)
  })
}

test.each([
  ['GET /healthz', true, 200],
  ['GET /readyz', true, 200],
  ['HEAD /readyz?verbose', true, 200],
  ['GET /healthz', false, 200],
  ['GET /readyz', false, 503],
  ['GET /', true, 404],
  ['POST /healthz', true, 405],
])('%s while ready is %s: %i', async (line, isReady, status) => {
  ready = isReady
  const text = await ask(`${line} HTTP/1.1\r\nHost: pod\r\n\r\n`)
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\r\nConnection: close\r\n`))
})

test('garbage is refused and the connection closed', async () => {
  expect(await ask('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
})

test('where the app is asked too, /readyz says why it is not ready, and /healthz does not ask', async () => {
  ready = true
  appProbe = async () => '/ready answered 503'
  expect(await ask('GET /readyz HTTP/1.1\r\nHost: pod\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 503 [\s\S]*\/ready answered 503\n$/,
  )
  expect(await ask('GET /healthz HTTP/1.1\r\nHost: pod\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
  appProbe = async () => undefined
  expect(await ask('GET /readyz HTTP/1.1\r\nHost: pod\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
})
