import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'

const SCRIPT = new URL('../../../bench/load/open-loop.ts', import.meta.url).pathname
const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** Answers each request after what `afterMs` says for the how-manieth it is. */
async function app(afterMs: (count: number) => number, status = '200 OK'): Promise<number> {
  let count = 0
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .on('data', (data) => {
        for (const _ of String(data).matchAll(/\r\n\r\n/g))
          setTimeout(() => socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`), afterMs(count++))
      }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as { port: number }).port
}

async function load(port: number, ...args: readonly number[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, String(port), '/', ...args.map(String)])
  return JSON.parse(stdout)
}

test('what is due is sent, and all of it is answered', { timeout: 60_000 }, async () => {
  const port = await app(() => 0)
  expect(await load(port, 200, 2, 4, 1)).toMatchObject({ answered: 400, warmUp: 100, unanswered: 0 })
})

test('a stall of one answer is paid for by all who had to wait for it', { timeout: 60_000 }, async () => {
  // 100 a second on one connection; the 80th answer takes half a second, and 50 others are due meanwhile.
  const port = await app((count) => (count === 80 ? 500 : 0))
  const { p50Ms, maxMs, answered } = await load(port, 100, 1, 1, 1)
  expect(answered).toBe(100)
  expect(maxMs).toBeGreaterThan(450)
  expect(p50Ms).toBeGreaterThan(20)
})

test('a proxy that refuses is not measured: that is cheap, and no work', { timeout: 60_000 }, async () => {
  const port = await app(() => 0, '502 Bad Gateway')
  await expect(load(port, 100, 1, 2, 1)).rejects.toThrow('begins with HTTP/1.1 502')
})
