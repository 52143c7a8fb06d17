import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { type AppProbe, createAppProbe } from '../../src/tunnel/app-probe.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

interface Asked {
  readonly probe: AppProbe
  readonly requests: string[]
}

async function asked(answer: (socket: Socket) => void, appProbeMs = DEFAULT_LIMITS.appProbeMs): Promise<Asked> {
  const requests: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      requests.push(String(bytes))
      answer(socket)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const limits = { ...DEFAULT_LIMITS, appProbeMs }
  const address = { host: '0.0.0.0', port }
  return { probe: createAppProbe({ address, path: '/ready?deep', clock: createClock(), limits }), requests }
}

test.each<[string, string, string | undefined]>([
  ['200', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', undefined],
  ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n', undefined],
  ['1xx before it', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', undefined],
  ['503', 'HTTP/1.1 503 Service Unavailable\r\n\r\n', '/ready?deep answered 503'],
  ['404', 'HTTP/1.1 404 Not Found\r\n\r\n', '/ready?deep answered 404'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'no HTTP answer to /ready?deep'],
])('%s', async (_, answer, why) => {
  const { probe, requests } = await asked((socket) => socket.end(answer))
  expect(await probe()).toBe(why)
  expect(requests[0]).toMatch(/^GET \/ready\?deep HTTP\/1\.1\r\n[\s\S]*User-Agent: kube-probe\//)
})

test('silence and a close are reasons too', async () => {
  expect(await (await asked(() => {}, 1)).probe()).toBe('no answer to /ready?deep in 1 ms')
  expect(await (await asked((socket) => socket.destroy())).probe()).toBe('no answer to /ready?deep')
  const { probe } = await asked(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await probe()).toBe('no connection for /ready?deep')
})

test('however many ask together, the app is asked once, and again the next time', async () => {
  const { probe, requests } = await asked((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  expect(await Promise.all([probe(), probe(), probe()])).toEqual([undefined, undefined, undefined])
  expect(requests).toHaveLength(1)
  await probe()
  expect(requests).toHaveLength(2)
})
