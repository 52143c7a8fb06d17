import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Connections, type Posted } from '../../otel/connections.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts'

/** One connection as the backend sees it. */
interface Accepted {
  readonly socket: Socket
  posts: number
  isClosed: boolean
}

let server: Server
let accepted: Accepted[]
/** Done with each POST that has come, `number` counting those of all connections from 1. */
let answer: How
let posts: Connections
const never = new AbortController().signal
const HEAD = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n'
const BODY = Buffer.from('body')
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

beforeEach(async () => {
  accepted = []
  let number = 0
  answer = (socket) => socket.write(OK)
  server = createServer((socket) => {
    const one: Accepted = { socket, posts: 0, isClosed: false }
    accepted.push(one)
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
      while (text.startsWith(`${HEAD}${BODY}`)) {
        text = text.slice(HEAD.length + BODY.length)
        one.posts++
        answer(socket, ++number)
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      one.isClosed = true
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  posts = connections()
})
afterEach(() => {
  posts.close()
  for (const { socket } of accepted) socket.destroy()
  server.close()
})

function connections(changes: Partial<Limits> = {}): Connections {
  const { port } = server.address() as AddressInfo
  return new Connections(new URL(`http://127.0.0.1:${port}/`), {}, { ...DEFAULT_LIMITS, ...changes })
}

const post = (signal = never): Promise<Posted> => posts.post(HEAD, BODY, signal)
const perConnection = (): number[] => accepted.map((each) => each.posts)

/** What matters of it. */
function told(posted: Posted): unknown[] {
  if (posted.kind === 'none') return [posted.reason]
  return [posted.head.status, posted.body.toString(), posted.isWhole]
}

type How = (socket: Socket, number: number) => void
const dripping =
  (text: string): How =>
  (socket) => {
    for (const [index, character] of [...text].entries()) setTimeout(() => socket.write(character), index)
  }
const saying =
  (text: string): How =>
  (socket) =>
    void socket.write(text, 'latin1')
const lastly =
  (text: string): How =>
  (socket) =>
    void socket.end(text, 'latin1')

const resetting: How = (socket) => void socket.resetAndDestroy()

test.each([
  ['an answer with a length', saying(OK), [200, 'ok', true], [3]],
  ['byte by byte', dripping(OK), [200, 'ok', true], [3]],
  [
    'in chunks',
    saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n'),
    [200, 'ok', true],
    [3],
  ],
  ['without a body', saying('HTTP/1.1 204 No Content\r\n\r\n'), [204, '', true], [3]],
  [
    'after interim ones',
    saying(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\n${OK}`),
    [200, 'ok', true],
    [3],
  ],
  ['that says close', saying(OK.replace('Content', 'Connection: close\r\nContent')), [200, 'ok', true], [1, 1, 1]],
  ['of HTTP/1.0', saying(OK.replace('1.1', '1.0')), [200, 'ok', true], [1, 1, 1]],
  ['that the end ends', lastly('HTTP/1.1 200 OK\r\n\r\nok'), [200, 'ok', true], [1, 1, 1]],
  ['with bytes behind it', saying(`${OK}!`), [200, 'ok', true], [1, 1, 1]],
  ['that breaks off', lastly(OK.slice(0, -1)), [200, 'o', false], [1, 1, 1]],
  ['of another protocol', saying('SSH-2.0-OpenSSH\r\n'), ['no HTTP/1.1 (bad_status_line)'], [1, 1, 1]],
  [
    'that switches protocols',
    saying('HTTP/1.1 101 Go\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n'),
    [expect.stringMatching(/switched/)],
    [1, 1, 1],
  ],
  ['an end without a word', lastly(''), ['closed without an answer'], [1, 1, 1]],
  ['a reset', resetting, ['ECONNRESET'], [1, 1, 1]],
] as const satisfies readonly (readonly [string, How, readonly unknown[], readonly number[]])[])(
  '%s, three times',
  async (_, how, expected, on) => {
    answer = how
    for (let each = 0; each < 3; each++) expect(told(await post())).toEqual(expected)
    expect(perConnection()).toEqual(on)
  },
)

test('those at the same time have a connection each, and all are kept', async () => {
  await Promise.all([post(), post(), post()])
  await Promise.all([post(), post(), post()])
  expect(perConnection()).toEqual([2, 2, 2])
})

test('a kept connection that ends at the next POST is no failure: it is sent again on another', async () => {
  answer = (socket, number) => (number === 2 ? socket.destroy() : socket.write(OK))
  await post()
  expect(told(await post())).toEqual([200, 'ok', true])
  expect(perConnection()).toEqual([2, 1])
})

test('once it has begun to answer, it is a failure', async () => {
  answer = (socket, number) => (number === 2 ? socket.end('HTTP/1.1 2') : socket.write(OK))
  await post()
  expect(told(await post())).toEqual(['closed without an answer'])
  expect(perConnection()).toEqual([2])
})

test('bytes that nobody asked for are not the answer to the next', async () => {
  await post()
  accepted[0]?.socket.write('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n')
  await expect.poll(() => accepted[0]?.isClosed).toBe(true)
  expect(told(await post())).toEqual([200, 'ok', true])
  expect(perConnection()).toEqual([1, 1])
})

test('when the time is over, what is known is said, and the connection is not used any more', async () => {
  answer = () => {}
  expect(told(await post(AbortSignal.timeout(30)))).toEqual(['no answer in time'])
  answer = saying('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok')
  expect(told(await post(AbortSignal.timeout(30)))).toEqual([200, 'ok', false])
  await expect.poll(() => accepted.every(({ isClosed }) => isClosed)).toBe(true)
  expect(perConnection()).toEqual([1, 1])
})

test('a time that is over on a kept connection is not tried again', async () => {
  await post()
  answer = () => {}
  expect(told(await post(AbortSignal.timeout(30)))).toEqual(['no answer in time'])
  expect(perConnection()).toEqual([2])
})

test('an answer beyond the bound is left there', async () => {
  posts = connections({ exportAnswerBytesMax: 1_000 })
  answer = saying(`HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2_000)}`)
  expect(await post()).toMatchObject({ kind: 'answer', isWhole: false, head: { status: 200 } })
  await expect.poll(() => accepted[0]?.isClosed).toBe(true)
})

test('the bound is for each answer', async () => {
  posts = connections({ exportAnswerBytesMax: 1_000 })
  answer = saying(`HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n${'x'.repeat(600)}`)
  for (let each = 0; each < 3; each++) expect(await post()).toMatchObject({ isWhole: true })
})

test('a connection on which a body still waits to be read is not used any more', async () => {
  server.on('connection', (socket) => void socket.pause().write(OK))
  const large = Buffer.alloc(20 * 1_048_576)
  for (let each = 0; each < 2; each++) expect(told(await posts.post(HEAD, large, never))).toEqual([200, 'ok', true])
  expect(accepted).toHaveLength(2)
})

test('a connection that is idle for long is closed; one that is not has as long as it takes', async () => {
  posts = connections({ exportIdleMs: 40 })
  answer = (socket) => void setTimeout(() => socket.write(OK), 120)
  expect(told(await post())).toEqual([200, 'ok', true])
  expect(accepted[0]?.isClosed).toBe(false)
  await expect.poll(() => accepted[0]?.isClosed).toBe(true)
})

test('closed, it waits for nothing', async () => {
  await post()
  answer = () => {}
  const waiting = [post(), post()]
  await expect.poll(perConnection).toEqual([2, 1])
  posts.close()
  for (const each of waiting) expect(told(await each)).toEqual(['closed without an answer'])
  expect(accepted).toHaveLength(2)
})
