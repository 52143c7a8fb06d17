import { describe, expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { type End, play, settled } from '../support/play.ts'

const GET = 'GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n'
const GET_SENT = 'GET /a?x=1 HTTP/1.1\r\nHost: h\r\ntraceparent: T\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('one request', () => {
  test('passes, is answered, and leaves one record', async () => {
    const { client, origin, exchange, exchanges } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends(OK)
    await client.receives(OK)
    const record = await exchange()
    expect(record).toMatchObject({
      outcome: 'complete',
      kind: 'server',
      isFile: false,
      request: { method: 'GET', path: '/a', query: 'x=1', host: 'h', httpVersion: '1.1', bytes: 0 },
      response: { status: 200, reason: 'OK', bytes: 2 },
    })
    expect(exchanges).toHaveLength(1)
  })

  test('looks at the clock once for each moment it keeps, however many pieces it comes in', async () => {
    const real = createClock()
    let looks = 0
    const monotonicMs = (): number => {
      looks++
      return real.monotonicMs()
    }
    const { client, origin, exchanges } = play({ clock: { ...real, monotonicMs } })
    for (const _ of ['dials', 'is kept']) {
      looks = 0
      client.sends(GET)
      const app = await origin()
      await app.receives(GET_SENT)
      app.sends('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
      for (const piece of ['abc', 'def', 'ghi']) {
        app.sends(piece)
        await client.receivesUpTo(piece)
      }
      await settled()
    }
    const [, { marks } = {}] = exchanges
    // The start, what the marks are, and the whole.
    expect(looks).toBe(1 + Object.keys(marks ?? {}).length + 1)
    expect(Object.keys(marks ?? {})).toHaveLength(5)
  })

  test('is recorded at the end of the body, not at the headers', async () => {
    const { client, origin, exchanges, inflight } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab')
    await client.receivesUpTo('ab')
    expect(exchanges).toHaveLength(0)
    expect(inflight.list()).toMatchObject([{ method: 'GET', path: '/a', phase: 'response' }])
    app.sends('cd')
    await client.receives('cd')
    await settled()
    expect(exchanges).toHaveLength(1)
    expect(inflight.count()).toBe(0)
  })

  test('keeps order, case and duplicates of fields; drops only hop-by-hop ones', async () => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.1\r\nhOsT: h\r\nX-B: 1\r\nx-a:2\r\nX-B:  3\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n')
    const app = await origin()
    await app.receives('GET / HTTP/1.1\r\nhOsT: h\r\nX-B: 1\r\nx-a:2\r\nX-B:  3\r\ntraceparent: T\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: b\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n')
    const head = await client.receivesUpTo('\r\n\r\n')
    expect(head).toContain('Set-Cookie: a\r\nset-cookie: b\r\n')
    expect(head).not.toContain('Keep-Alive')
  })
})

describe('bodies', () => {
  test.each([
    ['Content-Length', 'Content-Length: 5\r\n\r\n', 'hello', 'Content-Length: 5\r\ntraceparent: T\r\n\r\n', 'hello'],
    [
      'chunked',
      'Transfer-Encoding: chunked\r\n\r\n',
      '5\r\nhello\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked\r\ntraceparent: T\r\n\r\n',
      '5\r\nhello\r\n0\r\n\r\n',
    ],
    [
      'chunked with extension and trailer',
      'Transfer-Encoding: chunked\r\n\r\n',
      '5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
      'Transfer-Encoding: chunked\r\ntraceparent: T\r\n\r\n',
      '5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
    ],
  ])('%s up', async (_name, fields, body, fieldsSent, bodySent) => {
    const { client, origin, exchange } = play()
    client.sends(`POST / HTTP/1.1\r\nHost: h\r\n${fields}`)
    client.sends(body)
    const app = await origin()
    const head = await app.receivesUpTo('\r\n\r\n')
    expect(head.split('\r\n').sort()).toEqual(`POST / HTTP/1.1\r\nHost: h\r\n${fieldsSent}`.split('\r\n').sort())
    await app.receives(bodySent)
    app.sends(OK)
    await client.receives(OK)
    expect((await exchange()).request?.bytes).toBe(5)
  })

  test('a close-delimited answer becomes chunks for HTTP/1.1, and the connection lives on', async () => {
    const { client, origin, exchange, dials } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends('HTTP/1.1 200 OK\r\n\r\nhello')
    app.finishes()
    await client.receives('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n')
    expect((await exchange()).outcome).toBe('complete')
    client.sends(GET)
    await settled()
    expect(dials()).toBe(2)
  })

  test('chunks become a close-delimited answer for HTTP/1.0', async () => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.0\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n')
    await client.receives('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello')
    await client.seesEnd()
  })

  test('HEAD and 304 say a length and carry no body', async () => {
    const { client, origin } = play()
    client.sends('HEAD / HTTP/1.1\r\nHost: h\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n')
    await client.receives('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n')
    client.sends(GET)
    await app.receives(GET_SENT)
    app.sends('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
    await client.receives('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
  })
})

describe('back-pressure', () => {
  /** How much of an endless body the other side takes, when it is given every chance. */
  async function taken(writer: End): Promise<number> {
    const block = Buffer.alloc(65_536)
    let bytes = 0
    for (let round = 0; round < 50; round++) {
      while (!writer.wire.writableNeedDrain && bytes < 100 * 1_048_576) {
        writer.wire.write(block)
        bytes += block.length
      }
      await settled()
    }
    return bytes
  }

  test('a client that does not read holds the origin back', async () => {
    const { client, origin } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    client.wire.pause()
    app.sends('HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n')
    expect(await taken(app)).toBeLessThan(2 * 1_048_576)
  })

  test('an origin that does not read holds the client back', async () => {
    const { client, origin } = play()
    client.sends('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 104857600\r\n\r\n')
    const app = await origin()
    app.wire.pause()
    expect(await taken(client)).toBeLessThan(2 * 1_048_576)
  })
})

describe('connections', () => {
  test('pipelined requests are answered in order, one origin request at a time', async () => {
    const { client, origin, exchanges } = play()
    client.sends(GET + GET.replace('/a?x=1', '/b'))
    const app = await origin()
    await app.receives(GET_SENT)
    await app.seesNothing()
    app.sends(OK)
    await client.receives(OK)
    await app.receives(GET_SENT.replace('/a?x=1', '/b'))
    app.sends(OK)
    await client.receives(OK)
    await settled()
    expect(exchanges.map(({ request }) => request?.path)).toEqual(['/a', '/b'])
  })

  test('a client that ends its side still gets its answer, then the end', async () => {
    const { client, origin } = play()
    client.sends(GET)
    client.finishes()
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends(OK)
    await client.receives(OK)
    await client.seesEnd()
  })

  test('an origin that closes between requests is dialled again', async () => {
    const { client, origin, dials } = play()
    client.sends(GET)
    const first = await origin()
    await first.receives(GET_SENT)
    first.sends(OK)
    await client.receives(OK)
    first.finishes()
    await settled()
    client.sends(GET)
    await settled()
    const second = await origin()
    await second.receives(GET_SENT)
    second.sends(OK)
    await client.receives(OK)
    expect(dials()).toBe(2)
  })

  test('bytes on an idle origin connection kill it; the next answer is the right one', async () => {
    const { client, origin, dials } = play()
    client.sends(GET)
    const first = await origin()
    await first.receives(GET_SENT)
    first.sends(OK)
    await client.receives(OK)
    first.sends('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
    await settled()
    client.sends(GET)
    await settled()
    const second = await origin()
    await second.receives(GET_SENT)
    second.sends(OK)
    await client.receives(OK)
    expect(dials()).toBe(2)
  })

  test('a kept connection that the app closes under a GET is retried once on a fresh one', async () => {
    const { client, origin, exchanges } = play()
    client.sends(GET)
    const first = await origin()
    await first.receives(GET_SENT)
    first.sends(OK)
    await client.receives(OK)
    client.sends(GET)
    await first.receives(GET_SENT)
    first.finishes()
    await settled()
    const second = await origin()
    expect(second).not.toBe(first)
    await second.receives(GET_SENT)
    second.sends(OK)
    await client.receives(OK)
    await settled()
    expect(exchanges.at(-1)).toMatchObject({ outcome: 'complete', origin: { attempt: 2 } })
  })

  test('draining says close, and closes', async () => {
    const { client, origin } = play({ draining: true })
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends(OK)
    expect(await client.receivesUpTo('ok')).toContain('\r\nConnection: close\r\n')
    await client.seesEnd()
  })
})

describe('the origin fails', () => {
  test.each([
    ['ECONNREFUSED', 502, 'origin-unreachable'],
    ['connect_timeout', 504, 'timed-out'],
  ])('%s: %i at once, and the client may go on', async (code, status, outcome) => {
    const { client, exchange, origin } = play({ failures: [code] })
    client.sends(GET)
    expect(await client.receivesUpTo('\n')).toContain(`HTTP/1.1 ${status} `)
    await client.receivesUpTo(`podspan: `)
    await client.receivesUpTo(`\n`)
    expect(await exchange()).toMatchObject({ outcome, response: { status }, error: { type: code, at: 'origin' } })
    client.sends(GET)
    await (await origin()).receives(GET_SENT)
  })

  test('a first connection that closes without a word is a 502, not a retry', async () => {
    const { client, origin, exchange, dials } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.finishes()
    await client.receivesUpTo('HTTP/1.1 502 ')
    expect(await exchange()).toMatchObject({ outcome: 'origin-aborted', error: { type: 'closed_before_head' } })
    expect(dials()).toBe(1)
  })

  test.each([
    ['Content-Length', 'Content-Length: 10\r\n\r\nabc'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('a %s body cut short breaks the client connection, never ends it cleanly', async (_name, rest) => {
    const { client, origin, exchange } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends(`HTTP/1.1 200 OK\r\n${rest}`)
    await client.receivesUpTo('abc')
    app.finishes()
    await client.seesBreak()
    expect(await exchange()).toMatchObject({ outcome: 'origin-aborted', response: { status: 200, bytes: 3 } })
  })

  test('an answer that is no HTTP is a 502 with the reason in the record', async () => {
    const { client, origin, exchange } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends('hello\r\n\r\n')
    await client.receivesUpTo('HTTP/1.1 502 ')
    expect(await exchange()).toMatchObject({ outcome: 'refused-response', response: { status: 502 } })
  })
})

describe('the client fails', () => {
  test('bytes that are no request get a 400 and a close, nothing is dialled, one record', async () => {
    const { client, exchanges, dials } = play()
    client.sends('GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n')
    expect(await client.receivesUpTo('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*Connection: close/)
    await client.receivesUpTo('\n')
    await client.seesEnd()
    expect(dials()).toBe(0)
    expect(exchanges).toMatchObject([{ outcome: 'refused-request', request: undefined, response: { status: 400 } }])
  })

  test('a body that turns bad: the origin sees a break, the client a 400', async () => {
    const { client, origin, exchange } = play()
    client.sends('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    const app = await origin()
    await app.receivesUpTo('abc\r\n')
    client.sends('0x5\r\n')
    await client.receivesUpTo('HTTP/1.1 400 ')
    await app.seesBreak()
    expect(await exchange()).toMatchObject({ outcome: 'refused-request', request: { bytes: 3 } })
  })

  test('a client that vanishes cancels the origin and is recorded as an abort', async () => {
    const { client, origin, exchange } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    client.vanishes()
    await app.seesBreak()
    expect(await exchange()).toMatchObject({ outcome: 'client-aborted', response: undefined })
  })

  test('a connection that opens and closes leaves no record', async () => {
    const { client, exchanges } = play()
    client.finishes()
    await client.seesEnd()
    expect(exchanges).toHaveLength(0)
  })
})

describe('1xx and upgrades', () => {
  test('Expect: the head goes at once, the 100 of the origin comes back, then the body passes', async () => {
    const { client, origin } = play()
    client.sends('POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
    await client.receives('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
    client.sends('ab')
    await app.receives('ab')
    app.sends(OK)
    await client.receives(OK)
  })

  test('an early answer: relayed with close, and the rest of the body is never a request', async () => {
    const { client, origin, exchanges } = play()
    client.sends('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    expect(await client.receivesUpTo('\r\n\r\n')).toContain('Connection: close')
    client.sends('GET /admin HTTP/1.1\r\nHost: h\r\n\r\n')
    await client.seesEnd()
    expect(exchanges).toMatchObject([{ response: { status: 401 } }])
  })

  const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

  test('after 101 both ways pass, early bytes too; one record when the tunnel ends', async () => {
    const { client, origin, exchange, exchanges } = play()
    client.sends(`${UPGRADE}early`)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    await app.seesNothing()
    app.sends('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst')
    expect(await client.receivesUpTo('\r\n\r\n')).toContain('Upgrade: websocket')
    await client.receives('first')
    await app.receives('early')
    client.sends('ping')
    await app.receives('ping')
    expect(exchanges).toHaveLength(0)
    app.finishes()
    await client.seesEnd()
    client.finishes()
    expect(await exchange()).toMatchObject({
      outcome: 'complete',
      response: { status: 101 },
      upgrade: { protocol: 'websocket', bytesIn: 9, bytesOut: 5 },
    })
  })

  test('when the app declines, what came early is the next request', async () => {
    const { client, origin } = play()
    client.sends(UPGRADE + GET)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    await client.receives(OK)
    await app.receives(GET_SENT)
  })

  test('a 101 nobody asked for is a 502', async () => {
    const { client, origin, exchange } = play()
    client.sends(GET)
    const app = await origin()
    await app.receives(GET_SENT)
    app.sends('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await client.receivesUpTo('HTTP/1.1 502 ')
    expect(await exchange()).toMatchObject({ outcome: 'refused-response', error: { type: 'unexpected_101' } })
  })

  test.each([
    ['U7 with fields that frame a body', 'Content-Length: 5\r\n'],
    ['U7 with chunks', 'Transfer-Encoding: chunked\r\n'],
  ])('a 101 %s is a tunnel all the same', async (_name, fields) => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(`HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n${fields}\r\nraw bytes`)
    await client.receives('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nraw bytes')
  })

  test('U5 a request with a body may ask for an upgrade: the body goes first', async () => {
    const { client, origin } = play()
    client.sends(
      'POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nhitunnelled',
    )
    const app = await origin()
    expect(await app.receivesUpTo('hi')).toContain('Upgrade: x\r\n')
    await app.seesNothing()
    app.sends('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    await app.receives('tunnelled')
  })

  test('U9 a 101 to another protocol than the one asked for is a 502', async () => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n')
    await client.receivesUpTo('HTTP/1.1 502 ')
  })
})

describe('HTTP/1.0', () => {
  test('C4 keep-alive is kept when asked for, and said; without it the connection closes', async () => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    const app = await origin()
    await app.receives('GET / HTTP/1.1\r\nHost: \r\ntraceparent: T\r\n\r\n')
    app.sends(OK)
    expect(await client.receivesUpTo('ok')).toContain('\r\nConnection: keep-alive\r\n')
    client.sends('GET / HTTP/1.0\r\n\r\n')
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    expect(await client.receivesUpTo('ok')).toContain('\r\nConnection: close\r\n')
    await client.seesEnd()
  })

  test('E4 knows no 1xx', async () => {
    const { client, origin } = play()
    client.sends('GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n')
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(`HTTP/1.1 100 Continue\r\n\r\n${OK}`)
    expect(await client.receivesUpTo('ok')).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('between requests', () => {
  test('C3 what follows Connection: close is never looked at', async () => {
    const { client, origin, exchanges } = play()
    client.sends(`GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n${GET}`)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    await client.receivesUpTo('ok')
    await client.seesEnd()
    await app.seesNothing()
    expect(exchanges).toHaveLength(1)
  })

  test('C5 a stray CRLF after a body is no request', async () => {
    const { client, origin } = play()
    client.sends('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi\r\n')
    const app = await origin()
    await app.receivesUpTo('hi')
    app.sends(OK)
    await client.receives(OK)
    client.sends(GET)
    await app.receives(GET_SENT)
  })

  test('P6 a kept connection that the app resets under a GET is retried once on a fresh one, a POST is not', async () => {
    for (const [method, dialsAfter] of [
      ['GET', 2],
      ['POST', 1],
    ] as const) {
      const { client, origin, dials } = play()
      client.sends(GET)
      const app = await origin()
      await app.receives(GET_SENT)
      app.sends(OK)
      await client.receives(OK)
      client.sends(`${method} /2 HTTP/1.1\r\nHost: h\r\n\r\n`)
      await app.receivesUpTo('\r\n\r\n')
      app.vanishes()
      if (method === 'GET') {
        const fresh = await origin(2)
        await fresh.receivesUpTo('\r\n\r\n')
        fresh.sends(OK)
        await client.receives(OK)
      } else await client.receivesUpTo('HTTP/1.1 502 ')
      expect(dials()).toBe(dialsAfter)
    }
  })
})
