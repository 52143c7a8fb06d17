/**
 * Memory stays where it is, whatever a peer sends or leaves lying: the resident size of the real process is watched while
 * 100 MB meet somebody who does not read, come in 1-byte chunks, or 10,000 requests come in one write.
 */

import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { startSidecar } from '../support/sidecar.ts'

const MB = 1_000_000
/**
 * Two buffers of a socket are 128 KB; the rest is the collector of garbage taking its time: 10 to 50 MiB were seen with nothing held.
 * Whoever holds what a peer sends grows by 100 MB here.
 */
const GROWTH_KIB_MAX = 64 * 1_024

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function before(app: (socket: Socket) => void): Promise<{ port: number; pid: number }> {
  const server: Server = createServer((socket) => {
    cleanups.push(() => socket.destroy())
    app(socket.on('error', () => {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const sidecar = await startSidecar({ args: ['--port', '0', '--target', String(port), '--no-dump'] })
  cleanups.push(() => sidecar.stop('SIGKILL'))
  return sidecar
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  cleanups.push(() => socket.destroy())
  await new Promise((resolve) => socket.on('error', () => {}).once('connect', resolve))
  return socket
}

/** Writes as fast as it is taken; resolves when all of it was, or nothing more has been for a while. */
async function pour(socket: Socket, block: Buffer, times: number): Promise<number> {
  for (let turn = 0; turn < times; turn++) {
    if (socket.write(block)) continue
    const drained = new Promise((resolve) => socket.once('drain', () => resolve('drained')))
    if ((await Promise.race([drained, sleep(1_500)])) === undefined) return turn
  }
  return times
}

function residentKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** The most it grew by while `work` went on, after `warm` brought it to its working size. */
async function growthKib(pid: number, warm: () => Promise<unknown>, work: () => Promise<unknown>): Promise<number> {
  await warm()
  await sleep(500)
  const base = residentKib(pid)
  let most = base
  const watch = setInterval(() => {
    most = Math.max(most, residentKib(pid))
  }, 50)
  await work()
  clearInterval(watch)
  return most - base
}

test('P13 100 MB to a client that reads nothing', { timeout: 60_000 }, async () => {
  const block = Buffer.alloc(MB, 'x')
  let poured = 100
  const { port, pid } = await before((socket) => {
    socket.once('data', async () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${100 * MB}\r\n\r\n`)
      poured = await pour(socket, block, 100)
    })
  })
  const work = async () => {
    const client = (await connected(port)).pause()
    client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
    await sleep(3_000)
  }
  expect(await growthKib(pid, async () => {}, work)).toBeLessThan(GROWTH_KIB_MAX)
  expect(poured, 'MB that the app could get rid of').toBeLessThan(100)
})

test('P14 100 MB to an app that reads nothing', { timeout: 60_000 }, async () => {
  const { port, pid } = await before((socket) => socket.pause())
  let poured = 100
  const work = async () => {
    const client = await connected(port)
    client.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${100 * MB}\r\n\r\n`)
    poured = await pour(client, Buffer.alloc(MB, 'x'), 100)
  }
  expect(await growthKib(pid, async () => {}, work)).toBeLessThan(GROWTH_KIB_MAX)
  expect(poured, 'MB that the client could get rid of').toBeLessThan(100)
})

/** Counts what it gets and answers with the count when the last chunk has come. */
function counting(socket: Socket): void {
  let bytes = 0
  socket.on('data', (data: Buffer) => {
    bytes += data.length
    if (data.subarray(-5).equals(Buffer.from('0\r\n\r\n'))) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(bytes).length}\r\n\r\n${bytes}`)
      bytes = 0
    }
  })
}

test('K26 T9 100 MB in chunks of one byte arrive, joined', { timeout: 240_000 }, async () => {
  const { port, pid } = await before(counting)
  const client = await connected(port)
  const chunks = Buffer.from('1\r\nx\r\n'.repeat(10_000))
  const upload = async (times: number): Promise<number> => {
    const answer = new Promise<string>((resolve) => client.once('data', (data) => resolve(String(data))))
    client.write('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let turn = 0; turn < times; turn += 100) {
      await pour(client, chunks, 100)
      if (client.writableNeedDrain) await new Promise((resolve) => client.once('drain', resolve))
    }
    client.write('0\r\n\r\n')
    return Number((await answer).split('\r\n\r\n')[1])
  }
  let received = 0
  const work = async () => {
    received = await upload(10_000)
  }
  expect(await growthKib(pid, () => upload(500), work)).toBeLessThan(GROWTH_KIB_MAX)
  expect(received).toBeGreaterThan(100 * MB)
  expect(received, 'bytes for the app, with their framing').toBeLessThan(110 * MB)
})

test('C10 10,000 requests in one write are answered in order, the app sees one at a time', {
  timeout: 60_000,
}, async () => {
  let atOnceMost = 0
  const { port, pid } = await before((socket) => {
    socket.on('data', (data: Buffer) => {
      const paths = [...data.toString('latin1').matchAll(/GET \/(\d+) /g)].map(([, number]) => number)
      atOnceMost = Math.max(atOnceMost, paths.length)
      for (const path of paths) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path?.length}\r\n\r\n${path}`)
    })
  })
  const client = await connected(port)
  let text = ''
  client.on('data', (data) => {
    text += data
  })
  const work = async () => {
    client.write(Array.from({ length: 10_000 }, (_, at) => `GET /${at} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''))
    while (!text.endsWith('\r\n\r\n9999')) await sleep(20)
  }
  expect(await growthKib(pid, async () => {}, work)).toBeLessThan(GROWTH_KIB_MAX)
  expect([...text.matchAll(/\r\n\r\n(\d+)(?=HTTP|$)/g)].map(([, number]) => Number(number))).toEqual(
    Array.from({ length: 10_000 }, (_, at) => at),
  )
  expect(atOnceMost).toBe(1)
})
