import { describe, expect, test } from 'vitest'
import type { KeptBody } from '../../src/exchange.ts'
import { field, type RequestHead } from '../../src/http1/message.ts'
import { BodyRoom } from '../../src/tunnel/body-capture.ts'
import { play } from '../support/play.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const head = (lines: string) => `POST /a HTTP/1.1\r\nHost: h\r\n${lines}\r\n\r\n`
const roomOf = (bodyBytesMax: number, bytesMax = 1e6) => new BodyRoom({ bodyBytesMax, bytesMax })
const textOf = ({ bytes }: KeptBody) => Buffer.from(bytes).toString()

describe('of a request that passes', () => {
  test.each([
    ['a length', head('Content-Length: 6'), 'abcdef'],
    [
      'chunks, a trailer after them',
      head('Transfer-Encoding: chunked'),
      '3\r\nabc\r\n3;x=y\r\ndef\r\n0\r\nX: y\r\n\r\n',
    ],
  ])('the body is kept without its framing: %s', async (_, sent, body) => {
    const { client, origin, exchanges, kept } = play({ bodies: roomOf(6) })
    client.sends(sent + body)
    const app = await origin()
    await app.receivesUpTo(body.slice(-4))
    app.sends(OK)
    await client.receives(OK)
    expect(kept.map(textOf)).toEqual(['abcdef'])
    expect(kept[0]?.exchangeId).toBe(exchanges[0]?.id)
    expect(JSON.stringify(exchanges)).not.toContain('abcdef')
  })

  test('it comes with what says how to read it', async () => {
    const { client, origin, kept } = play({ bodies: roomOf(6) })
    client.sends(
      `${head('Content-Length: 2\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nCookie: c')}{}`,
    )
    ;(await origin()).sends(OK)
    await client.receives(OK)
    expect(kept[0]).toStrictEqual({
      exchangeId: 1,
      bytes: new Uint8Array(Buffer.from('{}')),
      contentType: 'application/json',
      contentEncoding: 'gzip',
    })
  })

  test.each([
    ['none', 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n', ''],
    ['of no bytes', head('Content-Length: 0'), ''],
    ['longer than asked for', head('Content-Length: 7'), 'abcdefg'],
    ['longer, in chunks', head('Transfer-Encoding: chunked'), '6\r\nabcdef\r\n1\r\ng\r\n0\r\n\r\n'],
  ])('nothing is kept when the body is %s', async (_, sent, body) => {
    const { client, origin, exchanges, kept } = play({ bodies: roomOf(6) })
    client.sends(sent + body)
    ;(await origin()).sends(OK)
    await client.receives(OK)
    expect([exchanges.length, kept]).toEqual([1, []])
  })

  test('nothing is kept when the client left in the middle, or was no longer understood', async () => {
    const broken = play({ bodies: roomOf(6) })
    broken.client.sends(`${head('Transfer-Encoding: chunked')}3\r\nabc\r\nzz\r\n`)
    await broken.exchange()
    const left = play({ bodies: roomOf(6) })
    left.client.sends(`${head('Content-Length: 6')}abc`)
    await (await left.origin()).receivesUpTo('abc')
    left.client.vanishes()
    await left.exchange()
    expect([broken.exchanges[0]?.outcome, left.exchanges[0]?.outcome]).toEqual(['refused-request', 'client-aborted'])
    expect([...broken.kept, ...left.kept]).toEqual([])
  })

  test('nothing is kept unless it was asked for', async () => {
    const { client, origin, kept } = play()
    client.sends(`${head('Content-Length: 6')}abcdef`)
    ;(await origin()).sends(OK)
    await client.receives(OK)
    expect(kept).toEqual([])
  })
})

describe('the room', () => {
  const fields = [field('Host', 'h')]
  const chunked: RequestHead = {
    method: 'POST',
    target: '/',
    version: '1.1',
    fields,
    endToEnd: fields,
    endToEndLines: '',
    block: '',
    fieldLines: '',
    framing: { kind: 'chunked' },
    keepAlive: true,
    upgrade: undefined,
    expectContinue: false,
  }

  test('is shared by all that come in, and free again when they have ended', () => {
    const room = roomOf(2_000, 3_000)
    const [one, other] = [room.open(chunked), room.open(chunked)]
    one?.push(new Uint8Array(2_000))
    other?.push(new Uint8Array(1_001))
    expect(other?.end(2, true)).toBeUndefined()
    expect(one?.end(1, true)?.bytes).toHaveLength(2_000)
    const next = room.open(chunked)
    next?.push(new Uint8Array(2_000))
    expect(next?.end(3, true)?.bytes).toHaveLength(2_000)
  })

  test('a body of many small pieces takes no more than one of its size, and none of the buffers it came in', () => {
    const room = roomOf(4_000, 4_000)
    const body = room.open(chunked)
    const slab = Buffer.alloc(65_536, 'a')
    for (let at = 0; at < 3_000; at++) body?.push(slab.subarray(at, at + 1))
    slab.fill('b')
    const kept = body?.end(1, true)
    expect(kept && textOf(kept)).toBe('a'.repeat(3_000))
    expect(kept?.bytes.buffer.byteLength).toBe(3_000)
  })

  test('one that has become too large is forgotten at once', () => {
    const room = roomOf(2_000, 2_000)
    const large = room.open(chunked)
    large?.push(new Uint8Array(2_000))
    large?.push(new Uint8Array(1))
    const other = room.open(chunked)
    other?.push(new Uint8Array(2_000))
    expect(other?.end(2, true)?.bytes).toHaveLength(2_000)
    expect(large?.end(1, true)).toBeUndefined()
  })
})
