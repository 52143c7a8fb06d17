/** Streams through the whole connection: what is counted while it passes, and that nothing of it changes. */
import { describe, expect, test } from 'vitest'
import { overrideStatus } from '../../src/decorators/override-status.ts'
import { type End, type Play, play, settled } from '../support/play.ts'
import { BINARY, CONTINUATION, closeFrame, frame, PING, TEXT } from '../support/websocket.ts'

const KEY = [9, 8, 7, 6]
const latin1 = (...frames: readonly Buffer[]): string => Buffer.concat(frames).toString('latin1')
const up = latin1(
  frame({ opcode: TEXT, payload: 'one', key: KEY }),
  frame({ opcode: BINARY, payload: 'tw', key: KEY, isFinal: false }),
  frame({ opcode: PING, key: KEY }),
  frame({ opcode: CONTINUATION, payload: 'o', key: KEY }),
)
const down = latin1(frame({ opcode: TEXT, payload: 'x'.repeat(70_000) }))

describe('an upgraded connection', () => {
  async function upgraded(token: string, early = ['', '']): Promise<Play & { app: End }> {
    const scene = play()
    const { client } = scene
    const head = `Connection: Upgrade\r\nUpgrade: ${token}\r\n\r\n`
    client.sends(`GET /ws HTTP/1.1\r\nHost: h\r\n${head}${early[0]}`)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(`HTTP/1.1 101 Switching Protocols\r\n${head}${early[1]}`)
    await client.receivesUpTo('\r\n\r\n')
    return { ...scene, app }
  }

  test.each(['websocket', 'WebSocket'])('%s: messages both ways, and who closed it with what', async (token) => {
    const { client, app, exchange } = await upgraded(token)
    client.sends(up)
    await app.receives(up)
    app.sends(down)
    await client.receives(down)
    const bye = latin1(closeFrame(4_001, 'enough', KEY))
    client.sends(bye)
    await app.receives(bye)
    app.sends(latin1(closeFrame(1_000)))
    app.finishes()
    await client.receives(latin1(closeFrame(1_000)))
    client.finishes()
    const { outcome, upgrade } = await exchange()
    expect(outcome).toBe('complete')
    expect(upgrade).toEqual({
      protocol: token,
      bytesIn: up.length + bye.length,
      bytesOut: down.length + 4,
      messagesIn: 2,
      messagesOut: 1,
      closeCode: 4_001,
      closedBy: 'client',
    })
  })

  test('what came before the tunnel stood counts, also when it ends in mid-frame', async () => {
    const { client, app, exchange } = await upgraded('websocket', [up.slice(0, -1), down + down.slice(0, 1)])
    await app.receives(up.slice(0, -1))
    await client.receives(down + down.slice(0, 1))
    client.sends(up.slice(-1))
    await app.receives(up.slice(-1))
    app.sends(down.slice(1))
    await client.receives(down.slice(1))
    app.vanishes()
    const { outcome, upgrade } = await exchange()
    expect(outcome).toBe('origin-aborted')
    expect(upgrade).toEqual({
      protocol: 'websocket',
      bytesIn: up.length,
      bytesOut: 2 * down.length,
      messagesIn: 2,
      messagesOut: 2,
    })
  })

  test('bytes that are no frames pass all the same, and are not counted', async () => {
    const { client, app, exchange } = await upgraded('websocket')
    client.sends('hello')
    await app.receives('hello')
    app.sends(down)
    await client.receives(down)
    client.vanishes()
    expect((await exchange()).upgrade).toEqual({
      protocol: 'websocket',
      bytesIn: 5,
      bytesOut: down.length,
      messagesOut: 1,
    })
  })

  test('another protocol is never looked at', async () => {
    const { client, app, exchange } = await upgraded('chat')
    client.sends(up)
    await app.receives(up)
    client.vanishes()
    expect((await exchange()).upgrade).toEqual({ protocol: 'chat', bytesIn: up.length, bytesOut: 0 })
  })
})

describe('a stream of events', () => {
  const GET = 'GET /events HTTP/1.1\r\nHost: h\r\n\r\n'
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n'
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

  async function asked(request = GET, scene = play()): Promise<Play & { app: End }> {
    scene.client.sends(request)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    return { ...scene, app }
  }

  test('is counted across chunks, and ended by the app', async () => {
    const { client, app, exchange } = await asked()
    const chunks = [': hello\n\nda', 'ta: 1\n\nid: 2\ndata: 2\n', '\ndata'].map(chunk)
    for (const piece of [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, ...chunks, '0\r\n\r\n']) {
      app.sends(piece)
      await client.receives(piece)
    }
    const { outcome, eventStream, marks, durationMs } = await exchange()
    expect(outcome).toBe('complete')
    expect(eventStream).toEqual({ events: 2, firstEventMs: expect.any(Number), endedBy: 'origin' })
    expect(eventStream?.firstEventMs).toBeGreaterThanOrEqual(marks.responseHead ?? Number.POSITIVE_INFINITY)
    expect(eventStream?.firstEventMs).toBeLessThanOrEqual(durationMs)
  })

  test('a client that leaves is its normal end', async () => {
    const { client, app, exchange } = await asked()
    app.sends(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk('data: 1\n\n')}`)
    await client.receivesUpTo('data: 1\n\n')
    client.vanishes()
    await app.seesBreak()
    const { outcome, eventStream } = await exchange()
    expect(outcome).toBe('client-aborted')
    expect(eventStream).toMatchObject({ events: 1, endedBy: 'client' })
  })

  test('an app that breaks off ended it', async () => {
    const { client, app, exchange } = await asked()
    app.sends(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk('data: 1\n')}`)
    await client.receivesUpTo('data: 1\n')
    app.vanishes()
    await client.seesBreak()
    const { outcome, eventStream } = await exchange()
    expect(outcome).toBe('origin-aborted')
    expect(eventStream).toEqual({ events: 0, endedBy: 'origin' })
  })

  test('neither did, when podspan stops', async () => {
    const { client, app, exchange, connection } = await asked()
    app.sends(`${HEAD}\r\ndata: 1\n\n`)
    await client.receivesUpTo('data: 1\n\n')
    connection.destroy()
    expect((await exchange()).eventStream).toEqual({ events: 1, firstEventMs: expect.any(Number) })
  })

  test.each([
    ['compressed, it is one that nobody can count', GET, `${HEAD}Content-Encoding: gzip\r\n`, { endedBy: 'origin' }],
    ['the answer to HEAD is none', GET.replace('GET', 'HEAD'), HEAD, undefined],
    ['another type is none', GET, HEAD.replace('event-stream', 'plain'), undefined],
    ['an error is none', GET, HEAD.replace('200 OK', '503 No'), undefined],
  ])('%s', async (_name, request, head, eventStream) => {
    const { app, exchange } = await asked(request)
    app.sends(`${head}Content-Length: 9\r\n\r\n${request === GET ? 'data: 1\n\n' : ''}`)
    expect((await exchange()).eventStream).toEqual(eventStream)
  })

  test('what a decorator made of the answer is what counts', async () => {
    const { app, exchange } = await asked(GET, play({ decorators: [overrideStatus(200, 503, 'No')] }))
    app.sends(`${HEAD}Content-Length: 9\r\n\r\ndata: 1\n\n`)
    const { response, eventStream } = await exchange()
    expect([response?.status, eventStream]).toEqual([503, undefined])
  })

  test('the next answer on the same connection is not taken for one', async () => {
    const { client, app, exchanges } = await asked()
    app.sends(`${HEAD}Content-Length: 9\r\n\r\ndata: 1\n\n`)
    await client.receivesUpTo('data: 1\n\n')
    client.sends(GET)
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ndata: 1\n\n')
    await client.receivesUpTo('data: 1\n\n')
    await settled()
    expect(exchanges.map(({ eventStream }) => eventStream?.events)).toEqual([1, undefined])
  })
})
