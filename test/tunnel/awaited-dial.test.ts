import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { awaitedDial } from '../../src/tunnel/awaited-dial.ts'
import { createDial, type Dial, type DialFailure } from '../../src/tunnel/dial.ts'
import { ReadBuffers } from '../../src/tunnel/read-buffers.ts'
import type { Wire } from '../../src/tunnel/wire.ts'
import { ManualClock } from '../support/observed.ts'
import { freePort } from '../support/ports.ts'

const clock = createClock()
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function app(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}))
  servers.push(server)
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
}

const toPort = (port: number): Dial =>
  createDial(
    { kind: 'tcp', host: '127.0.0.1', port },
    { limits: DEFAULT_LIMITS, clock, buffers: new ReadBuffers(DEFAULT_LIMITS) },
  )
const dialled = (dial: Dial): Promise<Wire | DialFailure> => new Promise((resolve) => void dial(resolve))

test('who comes before the app waits for it; when it has gone nobody waits', async () => {
  const port = await freePort()
  const dial = awaitedDial(toPort(port), { clock, waitMs: 20_000, everyMs: 10 })
  const early = [dialled(dial), dialled(dial)]
  const server = await app(port)
  for (const wire of await Promise.all(early)) {
    if ('kind' in wire) throw new Error(wire.code)
    wire.destroy()
  }
  await new Promise((resolve) => server.close(resolve))
  expect(await dialled(dial)).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED' })
})

test('an app that does not come is told of when the time is up', async () => {
  const time = new ManualClock()
  let tries = 0
  const refused: Dial = (done) => {
    tries++
    return time.after(0, () => done({ kind: 'unreachable', code: 'ECONNREFUSED' }))
  }
  const results: unknown[] = []
  awaitedDial(refused, { clock: time, waitMs: 1_000, everyMs: 100 })((result) => results.push(result))
  await time.pass(999)
  expect(results).toEqual([])
  await time.pass(1)
  expect(results).toEqual([{ kind: 'unreachable', code: 'ECONNREFUSED' }])
  expect(tries).toBe(11)
})

test('what has another reason than that it does not listen yet is told at once', async () => {
  const time = new ManualClock()
  const full: Dial = (done) => time.after(0, () => done({ kind: 'unreachable', code: 'EMFILE' }))
  const results: unknown[] = []
  awaitedDial(full, { clock: time, waitMs: 1_000, everyMs: 100 })((result) => results.push(result))
  await time.pass(0)
  expect(results).toHaveLength(1)
})

test('nobody who has left is waited for', async () => {
  const time = new ManualClock()
  let tries = 0
  const refused: Dial = (done) => {
    tries++
    return time.after(0, () => done({ kind: 'unreachable', code: 'ECONNREFUSED' }))
  }
  const cancel = awaitedDial(refused, { clock: time, waitMs: 1_000, everyMs: 100 })(() => expect.unreachable())
  await time.pass(50)
  cancel()
  await time.pass(5_000)
  expect(tries).toBe(1)
})
