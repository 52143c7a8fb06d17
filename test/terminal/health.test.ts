import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { askHealth } from '../../src/terminal/health.ts'
import { type HealthServer, serveHealth } from '../../src/tunnel/health.ts'
import { freePort } from '../support/ports.ts'
import { runToEnd } from '../support/sidecar.ts'

const clock = createClock()
let server: HealthServer | undefined
afterEach(() => server?.close())

async function healthOf(isReady: boolean): Promise<number> {
  const parts = { clock, limits: DEFAULT_LIMITS, isReady: () => isReady, appProbe: undefined, say: () => {} }
  const bound = await serveHealth({ host: '127.0.0.1', port: 0 }, parts)
  if ('kind' in bound) throw new Error(bound.code)
  server = bound
  return bound.port
}

test('one that is well, one that is not ready, and nobody', async () => {
  const port = await healthOf(false)
  expect(await askHealth({ port, path: '/healthz', clock })).toBeUndefined()
  expect(await askHealth({ port, path: '/readyz', clock })).toBe('/readyz is 503: draining')
  const empty = await freePort()
  expect(await askHealth({ port: empty, path: '/healthz', clock })).toBe(
    `nobody answers on port ${empty} (ECONNREFUSED)`,
  )
})

test('another server that answers 200 to everything is no podspan', async () => {
  const other = createServer((socket) =>
    socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')),
  )
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  expect(await askHealth({ port, path: '/healthz', clock })).toBe('who answers /healthz there is no podspan')
  other.close()
})

test('what it says is no command to a terminal', async () => {
  const odd = createHttpServer((_, response) => response.writeHead(503).end('\u001b[2J\u009b'))
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  const { port } = odd.address() as { port: number }
  expect(await askHealth({ port, path: '/readyz', clock })).toBe('/readyz is 503: \\u001b[2J\\u009b')
  odd.close()
})

test('one that accepts and says nothing is not waited for', async () => {
  const mute = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as { port: number }
  expect(await askHealth({ port, path: '/healthz', clock })).toMatch(/^no answer on port/)
  mute.close()
})

test('the command ends with what it found', async () => {
  const env = { PODSPAN_HEALTH_PORT: String(await healthOf(true)) }
  expect(await runToEnd({ args: ['health', '--ready'], env })).toEqual({ code: 0, stdout: '', stderr: '' })
  const nobody = await runToEnd({ args: ['health', '--health-port', String(await freePort())] })
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/^podspan: nobody answers on port/) })
})
