/** One post against real servers that answer in every way, or do not. */
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Poster } from '../../src/observer/post.ts'
import { type Behaviour, type Dashboard, reset, silence, startDashboard, status } from '../support/dashboard.ts'

let dashboard: Dashboard
let posters: Poster[]
beforeEach(async () => {
  posters = []
  dashboard = await startDashboard()
})
afterEach(async () => {
  for (const each of posters) each.close()
  await dashboard.close()
})

function poster(url = `${dashboard.url}/stats`, limits: Partial<typeof DEFAULT_LIMITS> = {}): Poster {
  const made = new Poster({
    url,
    userAgent: 'podspan/1',
    clock: createClock(),
    limits: { ...DEFAULT_LIMITS, ...limits },
  })
  posters.push(made)
  return made
}
const BODY = Buffer.from('{"/a":1}')

test('it is JSON, says who sends it, and stays on one connection', async () => {
  const one = poster()
  for (let each = 0; each < 3; each++) expect(await one.post(BODY)).toEqual({ kind: 'taken' })
  expect(dashboard.posts[2]).toMatchObject({
    path: '/stats',
    headers: { 'content-type': 'application/json', 'content-length': '8', 'user-agent': 'podspan/1' },
    body: { '/a': 1 },
  })
  expect(dashboard.connections()).toBe(1)
})

test('userinfo becomes an Authorization field; it and the query are never shown', async () => {
  const one = poster(`http://me:p%40ss@127.0.0.1:${dashboard.port}/stats?key=s3cret`)
  expect(one.place).toBe(`${dashboard.url}/stats`)
  expect(await one.post(BODY)).toEqual({ kind: 'taken' })
  expect(dashboard.posts[0]).toMatchObject({
    path: '/stats?key=s3cret',
    headers: {
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
      host: `127.0.0.1:${dashboard.port}`,
    },
  })
})

test('userinfo that is no text is refused and not shown', async () => {
  expect(await poster(`http://me:50%@127.0.0.1:${dashboard.port}/`).post(BODY)).toEqual({
    kind: 'refused',
    reason: 'the URL cannot be used',
  })
})

const answers: readonly (readonly [string, Behaviour, object])[] = [
  ['200 with a body', (response) => void response.end('{}'), { kind: 'taken' }],
  ['204', status(204), { kind: 'taken' }],
  ['301, which is not followed', status(301, { location: '/elsewhere' }), { kind: 'refused', reason: 'HTTP 301' }],
  ['400', status(400), { kind: 'refused', reason: 'HTTP 400' }],
  ['404', status(404, { 'retry-after': '1' }), { kind: 'refused', reason: 'HTTP 404' }],
  ['408', status(408), { kind: 'failed', reason: 'HTTP 408' }],
  ['429', status(429, { 'retry-after': '7' }), { kind: 'failed', reason: 'HTTP 429', retryAfterMs: 7_000 }],
  ['500', status(500), { kind: 'failed', reason: 'HTTP 500' }],
  ['503', status(503, { 'retry-after': 'soon' }), { kind: 'failed', reason: 'HTTP 503' }],
  ['a reset', reset, { kind: 'failed', reason: 'ECONNRESET' }],
  ['no answer', silence, { kind: 'failed', reason: 'no answer in time' }],
  [
    '200 and a body that breaks off',
    (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{')
      setTimeout(() => response.socket?.resetAndDestroy(), 20)
    },
    { kind: 'taken' },
  ],
  ['200 and a body that never ends', (response) => void response.writeHead(200).write('{'), { kind: 'taken' }],
]
test.each(answers)('%s', async (_, behaviour, expected) => {
  dashboard.answer(behaviour)
  expect(await poster(undefined, { pushMs: 300, exportAnswerBytesMax: 65_536 }).post(BODY)).toEqual(expected)
  expect(dashboard.posts.map(({ path }) => path)).toEqual(['/stats'])
})

test('a body beyond all bounds is left, long before the time is over', async () => {
  dashboard.answer((response) => {
    const pouring = setInterval(() => void response.write(Buffer.alloc(65_536)), 1)
    response.on('close', () => clearInterval(pouring))
  })
  const one = poster(undefined, { pushMs: 3_600_000, exportAnswerBytesMax: 65_536 })
  expect(await one.post(BODY)).toEqual({ kind: 'taken' })
})

test('nobody listens', async () => {
  const one = poster()
  await dashboard.close()
  expect(await one.post(BODY)).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' })
})

test('a kept connection that the server closed just then is no failure: it goes out once more on a new one', async () => {
  let connections = 0
  const answer = (socket: Socket): void => {
    // Taken once, then closed in the face of the next post.
    const number = ++connections
    socket.on('error', () => {})
    let posts = 0
    socket.on('data', () => {
      if (++posts === 2 && number === 1) socket.resetAndDestroy()
      else socket.write('HTTP/1.1 204 No Content\r\n\r\n')
    })
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const one = poster(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
  expect([await one.post(BODY), await one.post(BODY)]).toEqual([{ kind: 'taken' }, { kind: 'taken' }])
  expect(connections).toBe(2)
  one.close()
  server.close()
})

test('closing gives up what is under way', async () => {
  dashboard.answer(silence)
  const one = poster()
  const posting = one.post(BODY)
  one.close()
  expect(await posting).toMatchObject({ kind: 'failed' })
})
