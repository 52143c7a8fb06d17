import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClock, holdProcess } from '../../src/clock.ts'
import type { Plan } from '../../src/terminal/replay-plan.ts'
import { type SendOptions, type Sent, send } from '../../src/terminal/replay-send.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const clock = createClock()
const PLAN: Plan = {
  method: 'GET',
  target: '/a//../b?x=%41',
  fields: { host: 'shop.example' },
  body: undefined,
  notes: [],
}

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close().closeAllConnections())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

async function sent(plan: Partial<Plan>, url: URL, options: Partial<SendOptions> = {}): Promise<Sent> {
  closers.push(holdProcess())
  const stopped = new AbortController().signal
  const result = await send({ ...PLAN, ...plan }, url, { clock, withinMs: 20_000, stopped, ...options })
  if ('kind' in result) throw new Error(`nobody took it: ${result.code}`)
  return result
}

test('it goes as it was, byte by byte, and the answer is counted', async () => {
  const seen: { request?: IncomingMessage; body?: string; port?: number | undefined } = {}
  const url = await serve(async (request, response) => {
    Object.assign(seen, { request, port: request.socket.remotePort, body: (await request.toArray()).join('') })
    response.writeHead(201, 'Made', { 'x-two': ['1', '2'] }).end('hello')
  })
  const fields = { host: 'shop.example', 'x-many': ['1', '2'], 'content-type': 'text/plain' }
  const answer = await sent({ method: 'POST', fields, body: Buffer.from('body') }, url)
  expect(seen.request).toMatchObject({ method: 'POST', url: '/a//../b?x=%41' })
  expect(seen.request?.headersDistinct).toMatchObject({ host: ['shop.example'], 'x-many': ['1', '2'] })
  expect([seen.body, seen.request?.headers['content-length']]).toEqual(['body', '4'])
  expect(answer).toMatchObject({
    response: { status: 201, reason: 'Made', bytes: 5, headers: { 'x-two': ['1', '2'] } },
    outcome: 'complete',
    localPort: seen.port,
  })
  const { originConnected = 0, requestHeadSent = 0, responseHead = 0, firstByte = 0, responseEnd = 0 } = answer.marks
  const inOrder = [0, originConnected, requestHeadSent, responseHead, firstByte, responseEnd, answer.durationMs]
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b))
})

test('a redirect is an answer', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  expect((await sent({}, url)).response?.status).toBe(302)
})

test.each<[string, (response: ServerResponse) => void, number | undefined]>([
  ['before its head', (response) => response.destroy(), undefined],
  [
    'in its body',
    (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
      setTimeout(() => response.destroy(), 20)
    },
    200,
  ],
])('an answer that breaks off %s is told as it is', async (_, answer, status) => {
  const url = await serve((_request, response) => answer(response))
  const result = await sent({}, url)
  expect([result.response?.status, result.outcome]).toEqual([status, 'origin-aborted'])
})

test('an answer that does not come to its end in time is left', async () => {
  const url = await serve((_, response) => response.writeHead(200).write('and so on'))
  let withinMs = 50
  // On a busy machine its head may need longer.
  const left = () => {
    withinMs *= 2
    return sent({}, url, { withinMs })
  }
  await expect.poll(left, { timeout: 20_000 }).toMatchObject({ response: { status: 200 }, outcome: 'timed-out' })
})

test('a stream of events is left after its head', async () => {
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
  )
  expect(await sent({}, url)).toMatchObject({ response: { status: 200 }, outcome: 'client-aborted', eventStream: {} })
})

test('an answer to HEAD has no body', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-length': 100 }).end())
  expect(await sent({ method: 'HEAD' }, url)).toMatchObject({
    response: { status: 200, bytes: 0 },
    outcome: 'complete',
  })
})

test('an app that switches protocols unasked has answered', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close())
  const { port } = server.address() as AddressInfo
  expect(await sent({}, new URL(`http://127.0.0.1:${port}`))).toMatchObject({ response: { status: 101 } })
})

test('where nobody listens nothing was sent', async () => {
  const url = await serve(() => {})
  await closers.pop()?.()
  const stopped = new AbortController().signal
  expect(await send(PLAN, url, { clock, withinMs: 20_000, stopped })).toEqual({ kind: 'unsent', code: 'ECONNREFUSED' })
})

test('a person who has had enough ends it', async () => {
  const stop = new AbortController()
  const url = await serve(() => stop.abort())
  expect((await sent({}, url, { stopped: stop.signal })).outcome).toBe('origin-aborted')
})
