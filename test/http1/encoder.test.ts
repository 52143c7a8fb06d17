import { Agent, createServer, request } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeData,
  encodeEnd,
  encodeResponseHead,
  RequestHeadEncoder,
  ResponseHeadEncoder,
} from '../../src/http1/encoder.ts'
import { type Framing, field, linesOf } from '../../src/http1/message.ts'
import { decodeRequests, decodeResponse } from '../support/http1.ts'

const BODY = 'x'.repeat(70_000)
const FRAMINGS: Framing[] = [{ kind: 'length', bytes: BODY.length }, { kind: 'chunked' }]

test.each([
  [true, '1.1', 'Connection: close\r\n'],
  [true, '1.0', 'Connection: close\r\n'],
  [false, '1.1', ''],
  [false, '1.0', 'Connection: keep-alive\r\n'],
] as const)('close %s for HTTP/%s', (close, version, line) => {
  const head = encodeResponseHead({ status: 200, reason: 'OK', lines: '', declared: { kind: 'none' }, close, version })
  expect(head).toBe(`HTTP/1.1 200 OK\r\n${line}\r\n`)
})

const few = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

/** Heads that differ from `one` by nothing or in one place, with itself before and after each. */
function alike<T extends object>(one: T, other: T): T[] {
  const names = Object.keys(one) as (keyof T)[]
  return names.flatMap((name) => [one, { ...one, [name]: other[name] }])
}

test('one request head after the other is encoded as each by itself, however alike they are', () => {
  const head = fc.record({
    method: few('GET', 'POST'),
    target: few('/', '/a'),
    lines: few('', 'A: 1\r\n', 'A: 2\r\n'),
    framing: few<Framing>({ kind: 'none' }, { kind: 'length', bytes: 1 }, { kind: 'chunked' }),
    upgrade: few(undefined, 'x'),
  })
  fc.assert(
    fc.property(head, head, (one, other) => {
      const encoder = new RequestHeadEncoder()
      for (const [at, each] of alike(one, other).entries()) {
        expect(encoder.encode(each, `T: ${at}\r\n`)).toBe(new RequestHeadEncoder().encode(each, `T: ${at}\r\n`))
      }
    }),
  )
})

test('one answer head after the other is encoded as each by itself, however alike they are', () => {
  const head = fc.record({
    status: few(200, 404),
    reason: few('OK', ''),
    lines: few('', 'A: 1\r\n', 'A: 2\r\n'),
    declared: few<Framing>({ kind: 'none' }, { kind: 'length', bytes: 1 }, { kind: 'length', bytes: 2 }),
    close: fc.boolean(),
    version: few('1.0' as const, '1.1' as const),
    upgrade: few(undefined, 'x'),
  })
  fc.assert(
    fc.property(head, head, (one, other) => {
      const encoder = new ResponseHeadEncoder()
      const heads = alike(one, other)
      expect(heads.map((each) => String(encoder.encode(each)))).toEqual(heads.map(encodeResponseHead))
    }),
  )
})

test('no bytes make no chunk: it would be the last one', () => {
  expect(encodeData({ kind: 'chunked' }, Buffer.alloc(0))).toEqual([])
})

describe('node:http as the oracle', () => {
  test.each(FRAMINGS)('reads our request: $kind', async (framing) => {
    const server = createServer((incoming, response) => {
      let body = ''
      incoming.on('data', (bytes) => {
        body += bytes
      })
      incoming.on('end', () =>
        response.end(`${incoming.method} ${incoming.url} ${incoming.headers['x-a']} ${body.length}`),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const lines = linesOf([field('Host', 'h')])
    const start = { method: 'PUT', target: '/a?b', lines, framing, upgrade: undefined }
    const head = new RequestHeadEncoder().encode(start, linesOf([field('X-A', '1')]))
    const pieces = [head, ...encodeData(framing, Buffer.from(BODY)), encodeEnd(framing, []) ?? '']
    const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string, 'latin1')))
    const answer = await exchange((server.address() as AddressInfo).port, bytes)
    server.close()
    expect(decodeResponse([answer]).messages).toMatchObject([{ body: `PUT /a?b 1 ${BODY.length}`, ended: true }])
  })

  test.each([...FRAMINGS, { kind: 'until-close' } as const])('reads our answer: $kind', async (framing) => {
    const head = encodeResponseHead({
      status: 201,
      reason: 'Made',
      lines: linesOf([field('X-A', '1')]),
      declared: framing,
      close: true,
      version: '1.1',
    })
    const server = createTcpServer((socket) => {
      socket.once('data', () => {
        for (const piece of [head, ...encodeData(framing, Buffer.from(BODY))]) socket.write(piece)
        socket.end(encodeEnd(framing, []) ?? '')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const read = await new Promise<string>((resolve, reject) => {
      request({ port, host: '127.0.0.1', agent: new Agent() }, (response) => {
        let length = 0
        response.on('data', (bytes: Buffer) => {
          length += bytes.length
        })
        response.on('end', () =>
          resolve(`${response.statusCode} ${response.statusMessage} ${response.headers['x-a']} ${length}`),
        )
      })
        .on('error', reject)
        .end()
    })
    server.close()
    expect(read).toBe(`201 Made 1 ${BODY.length}`)
  })

  test.each([true, false])('its requests are read by us, chunked %s', async (chunked) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const server = createTcpServer((socket) => {
      let text = ''
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1')
        const [message] = decodeRequests([text]).messages
        if (message?.ended) {
          socket.end('HTTP/1.1 204 No Content\r\n\r\n')
          resolve(message.body)
        }
      })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const headers = chunked ? {} : { 'content-length': BODY.length }
    const outgoing = request({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      method: 'POST',
      headers,
    })
    outgoing.write(BODY.slice(0, 1000))
    outgoing.end(BODY.slice(1000))
    expect(await promise).toBe(BODY)
    server.close()
  })
})

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (received) => {
      text += received.toString('latin1')
      if (decodeResponse([text]).messages[0]?.ended) socket.destroy()
    })
    socket.on('close', () => resolve(text)).on('error', reject)
  })
}
