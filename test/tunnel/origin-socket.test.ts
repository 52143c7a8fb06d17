import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { OriginSocket } from '../../src/tunnel/origin-socket.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function connected(app: (socket: Socket) => void): Promise<OriginSocket> {
  const server = createServer(app)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = new OriginSocket(new ReadBuffers(DEFAULT_LIMITS))
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** What was read until the connection was gone, and how it went. */
function heard(socket: OriginSocket): Promise<{ text: string; error: string | undefined }> {
  return new Promise((resolve) => {
    let text = ''
    let error: string | undefined
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
    })
    socket.on('error', (failure: Error & { code?: string }) => {
      error = failure.code
    })
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve({ text, error }))
  })
}

test('an answer given before everything was sent is read, although writing fails before it is', async () => {
  for (let round = 0; round < 50; round++) {
    const accepted = Promise.withResolvers<Socket>()
    const socket = await connected((app) => accepted.resolve(app.on('error', () => {})))
    const hearing = heard(socket)
    const app = await accepted.promise
    // In one turn of the loop: the answer and the reset are in the kernel, and our write meets them before a read can.
    app.write('too much')
    app.resetAndDestroy()
    for (let more = 0; more < 5; more++) socket.write('x'.repeat(10_000))
    expect((await hearing).text).toBe('too much')
  }
})

test('a connection that breaks without a word is an error, and a clean end is none', async () => {
  const broken = await connected((app) => app.on('data', () => app.resetAndDestroy()))
  const hearing = heard(broken)
  broken.write('x')
  expect((await hearing).error).toBe('ECONNRESET')
  const ended = await connected((app) => app.end('bye'))
  expect(await heard(ended)).toEqual({ text: 'bye', error: undefined })
})
