import { describe, expect, test } from 'vitest'
import type { Answer, Decorator } from '../../src/decorators/decorator.ts'
import { field } from '../../src/http1/message.ts'
import { type End, type Play, play, settled } from '../support/play.ts'

const GET = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope'
const ANSWER: Answer = { kind: 'answer', status: 404, reason: 'Gone Fishing', fields: [], body: Buffer.from('custom') }
const later = async <T>(value: T): Promise<T> => {
  await settled()
  return value
}

/** A first request passes, and its connection to the app is kept: the app's end of it. */
async function answered({ client, origin }: Play): Promise<End> {
  client.sends(GET)
  const app = await origin()
  await app.receivesUpTo('\r\n\r\n')
  app.sends(NOT_FOUND)
  await client.receives(NOT_FOUND)
  return app
}

describe('a decorator', () => {
  test.each([
    ['at once', (): Answer => ANSWER],
    ['after a while', () => later(ANSWER)],
  ])('replaces the answer %s; both statuses are kept and the connection stays in step', async (_name, response) => {
    const { client, origin, exchange } = play({ decorators: [{ name: 'override', response }] })
    client.sends(GET)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\n')
    await client.receives('HTTP/1.1 404 Gone Fishing\r\nContent-Length: 6\r\n\r\ncustom')
    app.sends('nope')
    expect(await exchange()).toMatchObject({
      outcome: 'complete',
      response: { status: 404, bytes: 6 },
      originResponse: { status: 500, bytes: 4 },
    })
    client.sends(GET)
    await app.receivesUpTo('\r\n\r\n')
  })

  test.each([
    ['at once', (): Answer => ANSWER],
    ['after a while', () => later(ANSWER)],
  ])('answers in the origin’s place %s; the body it does not want is read away', async (_name, request) => {
    const { client, dials, exchanges } = play({ decorators: [{ name: 'answerer', request }] })
    client.sends('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc')
    await client.receives('HTTP/1.1 404 Gone Fishing\r\nContent-Length: 6\r\n\r\ncustom')
    client.sends(GET)
    await client.receives('HTTP/1.1 404 Gone Fishing\r\nContent-Length: 6\r\n\r\ncustom')
    await settled()
    expect(dials()).toBe(0)
    expect(exchanges).toMatchObject([{ request: { bytes: 3 } }, { request: { bytes: 0 } }])
  })

  test('an answer that came while it was still deciding is nobody’s: the app is asked on a fresh connection', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    let asked = 0
    const request = (): undefined | Promise<undefined> => (++asked === 1 ? undefined : promise)
    const scene = play({ decorators: [{ name: 'slow', request }] })
    const { client, origin, dials } = scene
    const first = await answered(scene)
    client.sends(GET)
    await settled()
    first.sends('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
    await settled()
    resolve(undefined)
    await settled()
    const second = await origin()
    await second.receivesUpTo('\r\n\r\n')
    second.sends(NOT_FOUND)
    await client.receives(NOT_FOUND)
    expect(dials()).toBe(2)
  })

  test.each([
    ['POST', 502],
    ['GET', 404],
  ])('a GET that it makes a %s, on a connection that the app is just closing: %i', async (method, status) => {
    const decorator: Decorator = { name: 'changer', request: () => ({ kind: 'request', method }) }
    const scene = play({ decorators: [decorator] })
    const { client, origin, exchanges } = scene
    const first = await answered(scene)
    client.sends(GET)
    await first.receivesUpTo('\r\n\r\n')
    first.finishes()
    await settled()
    if (method === 'GET') (await origin()).sends(NOT_FOUND)
    await settled()
    expect(exchanges.at(-1)?.response?.status).toBe(status)
  })

  test('changes the request and the head of the answer', async () => {
    const decorator: Decorator = {
      name: 'changer',
      request: ({ fields }) => ({ kind: 'request', target: '/b', fields: [...fields, field('X-New', '1')] }),
      response: () => ({ kind: 'response', status: 418, reason: 'Teapot' }),
    }
    const { client, origin, exchange } = play({ decorators: [decorator] })
    client.sends(GET)
    const app = await origin()
    await app.receives('GET /b HTTP/1.1\r\nHost: h\r\nX-New: 1\r\ntraceparent: T\r\n\r\n')
    app.sends(NOT_FOUND)
    await client.receives('HTTP/1.1 418 Teapot\r\nContent-Length: 4\r\n\r\nnope')
    expect(await exchange()).toMatchObject({ response: { status: 418 }, originResponse: { status: 404, bytes: 4 } })
  })

  test.each([
    [
      'throws',
      (): never => {
        throw new Error('boom')
      },
    ],
    [
      'rejects',
      () =>
        later(undefined).then(() => {
          throw new Error('boom')
        }),
    ],
  ])('that %s is bypassed and noted; the app’s own answer goes through', async (_name, response) => {
    const { client, origin, exchange } = play({ decorators: [{ name: 'bad', response }] })
    client.sends(GET)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(NOT_FOUND)
    app.finishes()
    await client.receives(NOT_FOUND)
    expect(await exchange()).toMatchObject({
      outcome: 'complete',
      response: { status: 404 },
      decorators: [{ name: 'bad', did: 'failed', message: 'boom' }],
    })
  })

  test('sees the body bytes of both ends, and the record', async () => {
    const seen: string[] = []
    const decorator: Decorator = {
      name: 'watcher',
      tap: (bytes, from) => {
        seen.push(`${from} ${Buffer.from(bytes).toString()}`)
      },
      end: ({ outcome }) => {
        seen.push(outcome)
      },
    }
    const { client, origin, exchange } = play({ decorators: [decorator] })
    client.sends('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc')
    const app = await origin()
    await app.receivesUpTo('abc')
    app.sends(NOT_FOUND)
    const record = await exchange()
    expect(seen).toEqual(['client abc', 'origin nope', 'complete'])
    expect(Object.isFrozen(record) && Object.isFrozen(record.request) && Object.isFrozen(record.marks)).toBe(true)
  })

  test('a replaced answer to HEAD has a length and no body', async () => {
    const { client, origin } = play({ decorators: [{ name: 'override', response: () => ANSWER }] })
    client.sends('HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n')
    await (await origin()).receivesUpTo('\r\n\r\n')
    ;(await origin()).sends('HTTP/1.1 404 Not Found\r\n\r\n')
    await client.receives('HTTP/1.1 404 Gone Fishing\r\nContent-Length: 6\r\n\r\n')
    await client.seesNothing()
  })
})
