/**
 * Large bodies of many clients at once, each of a byte of its own, both ways at the same time and past slow readers: what one
 * sends comes back to it whole, and nothing of anybody else.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const CLIENTS = 16
const BODY_BYTES = 3_000_001
const PIECE_BYTES = 70_001

/** Gives back what it gets, as it comes. */
const app = createServer((asked, answer) => {
  const length = asked.headers['content-length']
  if (length !== undefined) answer.setHeader('Content-Length', length)
  asked.pipe(answer)
})
app.on('upgrade', (_, socket: Socket, head: Buffer) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  socket.write(head)
  socket.pipe(socket)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
})
afterAll(() => app.close().closeAllConnections())

const started = (...args: string[]): Promise<RunningSidecar> =>
  startSidecar({ args: ['--target', `127.0.0.1:${(app.address() as AddressInfo).port}`, ...args] })

/** In pieces, as fast as it is taken. */
async function send(to: NodeJS.WritableStream, byte: number): Promise<void> {
  for (let sent = 0; sent < BODY_BYTES; sent += PIECE_BYTES) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, BODY_BYTES - sent), byte)
    if (!to.write(piece)) await once(to, 'drain')
  }
}

/** Reads so many bytes, stopping now and then for as long as it takes to fill what stands before it. */
async function take(from: NodeJS.ReadableStream, byte: number, isSlow: boolean): Promise<number> {
  let received = 0
  for await (const bytes of from as AsyncIterable<Buffer>) {
    expect(bytes.every((each) => each === byte)).toBe(true)
    const before = received
    received += bytes.length
    if (isSlow && Math.floor(before / 500_000) !== Math.floor(received / 500_000)) await sleep(30)
    if (received === BODY_BYTES) break
  }
  return received
}

async function echo(port: number, byte: number, headers: Record<string, string | number>): Promise<number> {
  const asking = request({ port, host: '127.0.0.1', agent: false, method: 'POST', path: `/${byte}`, headers })
  const answered = once(asking, 'response') as Promise<[IncomingMessage]>
  const sent = send(asking, byte).then(() => asking.end())
  const [answer] = await answered
  const received = await take(answer, byte, byte % 2 === 0)
  await sent
  return received
}

async function echoInTunnel(port: number, byte: number): Promise<number> {
  const asking = request({ port, host: '127.0.0.1', headers: { Connection: 'Upgrade', Upgrade: 'echo' } })
  asking.end()
  const [, socket] = (await once(asking, 'upgrade')) as [IncomingMessage, Socket]
  const sent = send(socket, byte)
  const received = await take(socket, byte, byte % 2 === 0)
  await sent
  socket.destroy()
  return received
}

const many = (each: (client: number) => Promise<number>): Promise<number[]> =>
  Promise.all(Array.from({ length: CLIENTS }, (_, at) => each(at + 1)))
const whole = Array.from({ length: CLIENTS }, () => BODY_BYTES)

test.each([['32'], ['2']])('bodies with a length and in chunks, and a tunnel, with %s large buffers', async (max) => {
  const sidecar = await started('--limit', `readBuffersMax=${max}`)
  try {
    const { port } = sidecar
    expect(await many((byte) => echo(port, byte, { 'Content-Length': BODY_BYTES }))).toEqual(whole)
    expect(await many((byte) => echo(port, byte, { 'Transfer-Encoding': 'chunked' }))).toEqual(whole)
    expect(await many((byte) => echoInTunnel(port, byte))).toEqual(whole)
  } finally {
    await sidecar.stop()
  }
})

test('unread', async () => {
  const sidecar = await started('--opaque')
  try {
    const { port } = sidecar
    expect(await many((byte) => echo(port, byte, { 'Content-Length': BODY_BYTES }))).toEqual(whole)
  } finally {
    await sidecar.stop()
  }
})
