/**
 * What sockets read into is used again and shared: no byte of one peer may ever be seen by another, nor change while somebody
 * holds it. Real sockets, all of them at once.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'
import { adopt, TunnelSocket } from '../../src/tunnel/tunnel-socket.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serve(buffers: ReadBuffers, serving: (socket: TunnelSocket) => void): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (socket) => serving(adopt(socket, buffers) as TunnelSocket))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** All of one byte: whatever comes from elsewhere shows. */
async function send(socket: Socket, byte: number, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) {
    if (!socket.write(Buffer.alloc(size, byte))) await once(socket, 'drain')
    await turn()
  }
  socket.end()
}

/** A read of every kind: small ones, one that fills what all share, one that fills a large one, and a rest. */
const SIZES = [1, 100, 16_384, 5, 300_000, 16_385, 20, 800_000, 7]
const PEERS = 12

test.each([1, 3, 64])('what is held stays as it came, with %s large buffers for all', async (readBuffersMax) => {
  const buffers = new ReadBuffers({ readBuffersMax })
  const held: { readonly bytes: Buffer; readonly byte: number }[] = []
  let received = 0
  const server = await serve(buffers, (socket) => {
    let reads = 0
    socket.on('end', () => socket.end())
    socket.readInto((bytes) => {
      received += bytes.length
      const byte = bytes[0] ?? 0
      expect(bytes.every((each) => each === byte)).toBe(true)
      // Now and then it is done with at once, and from the third read on never again.
      if (reads++ < 3) return true
      held.push({ bytes, byte })
      return false
    })
  })
  const peers = Array.from({ length: PEERS }, () => connect(portOf(server), '127.0.0.1').on('error', () => {}))
  await Promise.all(peers.map((peer, at) => send(peer, at + 1, SIZES)))
  await vi.waitFor(() => expect(received).toBe(PEERS * SIZES.reduce((sum, size) => sum + size, 0)))
  expect(held.length).toBeGreaterThan(PEERS)
  for (const { bytes, byte } of held) expect(bytes.every((each) => each === byte)).toBe(true)
})

test.each(['the peer ends', 'the peer resets', 'it is destroyed'])(
  'no large buffer is missing when %s',
  async (how) => {
    const buffers = new ReadBuffers({ readBuffersMax: 5 })
    let open = 0
    let large = 0
    const server = await serve(buffers, (socket) => {
      open++
      socket.on('error', () => {}).on('end', () => socket.end())
      socket.on('close', () => open--)
      socket.readInto((bytes) => {
        if (bytes.length > 16_384) large++
        if (how === 'it is destroyed' && bytes.length > 16_384) socket.destroy()
        return large % 2 === 0
      })
    })
    for (let peer = 0; peer < 20; peer++) {
      const socket = connect(portOf(server), '127.0.0.1').on('error', () => {})
      const sent = send(socket, 1, [400_000]).catch(() => {})
      if (how === 'the peer resets') {
        await vi.waitFor(() => expect(large).toBeGreaterThan(peer / 4))
        socket.resetAndDestroy()
      } else await sent
      if (how === 'it is destroyed') socket.destroy()
      await vi.waitFor(() => expect(open).toBe(0))
    }
    expect(large).toBeGreaterThan(4)
    const taken = Array.from({ length: 6 }, () => buffers.take())
    expect(taken.map((buffer) => buffer !== undefined)).toEqual([true, true, true, true, true, false])
  },
)

test('what it lent comes back when it is said to be used up', async () => {
  const buffers = new ReadBuffers({ readBuffersMax: 1 })
  const sockets: TunnelSocket[] = []
  let received = 0
  const server = await serve(buffers, (socket) => {
    sockets.push(socket)
    socket.readInto((bytes) => {
      received += bytes.length
      return false
    })
  })
  const peer = connect(portOf(server), '127.0.0.1')
  peer.write(Buffer.alloc(100_000))
  await vi.waitFor(() => expect(received).toBe(100_000))
  expect(buffers.take()).toBeUndefined()
  sockets[0]?.usedUp()
  expect(buffers.take()).toBeDefined()
  peer.destroy()
})

test('the server counts what was adopted: at most so many, and it closes after the last', async () => {
  const open: Socket[] = []
  const server = await serve(new ReadBuffers({ readBuffersMax: 1 }), (socket) => open.push(socket))
  server.maxConnections = 2
  const dropped = once(server, 'drop')
  const peers = [1, 2, 3].map(() => connect(portOf(server), '127.0.0.1').on('error', () => {}))
  await dropped
  const closed = once(server, 'close')
  server.close()
  for (const socket of [...peers, ...open]) socket.destroy()
  await closed
  expect(open).toHaveLength(2)
})

test('one that nobody reads into tells "data", pauses, and ends as sockets do', async () => {
  const texts: string[] = []
  const server = await serve(new ReadBuffers({ readBuffersMax: 1 }), (socket) => {
    socket.pause()
    socket.on('data', (bytes: Buffer) => texts.push(bytes.toString()))
    socket.on('end', () => socket.end('bye'))
    setTimeout(() => {
      texts.push('resumed')
      socket.resume()
    }, 20)
  })
  const peer = connect(portOf(server), '127.0.0.1')
  peer.end('hello')
  const [answer] = await once(peer, 'data')
  expect(String(answer)).toBe('bye')
  expect(texts).toEqual(['resumed', 'hello'])
  peer.destroy()
})

test('one that broke before it could be adopted is left as it is', () => {
  const broken = new TunnelSocket(new ReadBuffers({ readBuffersMax: 1 }), {})
  expect(adopt(broken, new ReadBuffers({ readBuffersMax: 1 }))).toBe(broken)
})
