/** Peers that make others wait (rows T), and bounds on what one connection may have: plays on the beat of the test. */
import { describe, expect, test, vi } from 'vitest'
import type { Limits } from '../../src/limits.ts'
import { type Play, play, settled } from '../support/play.ts'

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LIMITS: Partial<Limits> = { headMs: 1_000, idleMs: 5_000, bodyBytesPerSecondMin: 10, bodyWindowMs: 1_000 }

/** Lets the connection be looked at every half second up to this time. */
async function until(ms: number, { connection }: Play, each: () => void = () => {}): Promise<void> {
  await settled()
  for (let heardMs = 0; heardMs <= ms; heardMs += 500) {
    connection.look(heardMs)
    each()
    await settled()
  }
}

describe('slow clients', () => {
  test('T1 T2 T8 a head that trickles in is answered 408 in its time, whatever comes meanwhile', async () => {
    const scene = play({ limits: LIMITS })
    scene.client.sends('GET / HTTP/1.1\r\n')
    await until(1_000, scene, () => scene.client.sends('X'))
    expect(await scene.client.receivesUpTo('\r\n\r\n')).toMatch(/^HTTP\/1\.1 408 [\s\S]*Connection: close/)
    await scene.client.receivesUpTo('\n')
    await scene.client.seesEnd()
    expect(scene.exchanges).toMatchObject([{ outcome: 'timed-out', error: { type: 'head_timeout', at: 'client' } }])
    expect(scene.dials()).toBe(0)
  })

  test('T3 T4 a body that comes too slowly is answered 408, and the app sees a break', async () => {
    const scene = play({ limits: LIMITS })
    scene.client.sends(POST)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    await until(2_000, scene, () => scene.client.sends('x'))
    await scene.client.receivesUpTo('HTTP/1.1 408 ')
    await app.receivesAnything()
    await app.seesBreak()
    expect(await scene.exchange()).toMatchObject({
      outcome: 'timed-out',
      error: { type: 'body_too_slow', at: 'client' },
    })
  })

  test('a body that is fast enough may take its time', async () => {
    const scene = play({ limits: LIMITS })
    scene.client.sends(POST)
    await until(10_000, scene, () => scene.client.sends('x'.repeat(10)))
    expect(scene.exchanges).toEqual([])
  })

  test('a body whose answer has begun is a dialogue, and may be as slow as it likes', async () => {
    const scene = play({ limits: LIMITS })
    scene.client.sends(POST)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
    await until(10_000, scene)
    expect(scene.exchanges).toEqual([])
  })

  test('a body is not slow while we are the ones who do not take it', async () => {
    const slow = { name: 'slow', request: () => new Promise<undefined>(() => {}) }
    const scene = play({ limits: { ...LIMITS, decoratorMs: 60_000 }, decorators: [slow] })
    scene.client.sends(POST)
    await until(10_000, scene)
    expect(scene.exchanges).toEqual([])
  })

  test('T6 a kept connection without a request is closed without a word, one with requests is not', async () => {
    const scene = play({ limits: LIMITS })
    const { client, origin } = scene
    client.sends(GET)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    await client.receives(OK)
    scene.connection.look(0)
    scene.connection.look(4_500)
    expect(client.ended).toBe(false)
    scene.connection.look(5_000)
    await client.seesEnd()
    expect(scene.exchanges).toHaveLength(1)
  })

  test('T5 a client that leaves its answer lying is cut off, also after the last byte was written', async () => {
    const scene = play({ limits: { ...LIMITS, readerMs: 1_000 } })
    scene.client.sends(GET)
    scene.client.wire.pause()
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`)
    await until(1_500, scene)
    expect(await scene.exchange()).toMatchObject({ outcome: 'timed-out', error: { type: 'client_not_reading' } })
    await app.seesBreak()
  })
})

describe('a client that has ended its side', () => {
  test('P15 is taken for gone when no byte has come for it for a while, and the app hears of it', async () => {
    const scene = play({ limits: { halfClosedMs: 1_000 } })
    scene.client.sends(GET)
    scene.client.finishes()
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    await until(1_500, scene)
    await app.seesBreak()
    expect(await scene.exchange()).toMatchObject({ outcome: 'client-aborted', error: { type: 'closed', at: 'client' } })
  })

  test('C6 gets an answer that is in time', async () => {
    const scene = play({ limits: { halfClosedMs: 1_000 } })
    scene.client.sends(GET)
    scene.client.finishes()
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    await until(500, scene)
    app.sends(OK)
    await scene.client.receivesUpTo('ok')
    await scene.client.seesEnd()
  })

  test('and reads events is gone at once', async () => {
    const scene = play()
    scene.client.sends(GET)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
    await scene.client.receivesUpTo('\r\n\r\n')
    scene.client.finishes()
    await app.seesBreak()
    expect(await scene.exchange()).toMatchObject({ outcome: 'client-aborted' })
  })
})

describe('slow apps', () => {
  test('are waited for without end', async () => {
    const scene = play({ limits: LIMITS })
    scene.client.sends(GET)
    await (await scene.origin()).receivesUpTo('\r\n\r\n')
    await until(60_000, scene)
    expect(scene.exchanges).toEqual([])
  })

  test('get a 504 when a time is set, the client may go on, and a late answer reaches nobody (P8)', async () => {
    const scene = play({ limits: { ...LIMITS, responseHeadMs: 1_000 } })
    scene.client.sends(GET)
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    await until(1_000, scene)
    await scene.client.receivesUpTo('HTTP/1.1 504 ')
    await app.seesBreak()
    expect(await scene.exchange()).toMatchObject({
      outcome: 'timed-out',
      error: { type: 'response_head_timeout', at: 'origin' },
    })
    await scene.client.receivesAnything()
    scene.client.sends(GET)
    await (await scene.origin(2)).receivesUpTo('\r\n\r\n')
  })

  test('P5 P11 an app connection that is not needed is closed by us, before the app closes it under a request', async () => {
    const scene = play({ limits: { originIdleMs: 1_000 } })
    for (const turn of [1, 2]) {
      scene.client.sends(GET)
      const app = await scene.origin(turn)
      await app.receivesUpTo('\r\n\r\n')
      app.sends(OK)
      await scene.client.receives(OK)
      scene.connection.look(turn * 10_000)
      scene.connection.look(turn * 10_000 + 1_000)
    }
    expect(scene.exchanges).toMatchObject([{ outcome: 'complete' }, { outcome: 'complete' }])
  })

  test.each([60_000, 0])('an idle client is left in peace until it begins to ask, with idleMs %i', async (idleMs) => {
    const scene = play({ limits: { headMs: 1_000, idleMs, originIdleMs: 1_000 } })
    const look = vi.spyOn(scene.connection.outgoing, 'usedUp')
    await until(50_000, scene)
    // While it could still have been asking the app something.
    expect(look).toHaveBeenCalledTimes(3)
    scene.client.sends('GET / HT')
    await settled()
    scene.connection.look(50_500)
    scene.connection.look(51_500)
    expect(await scene.client.receivesUpTo('\r\n\r\n')).toMatch(/^HTTP\/1\.1 408 /)
  })

  test.each(['read at once', 'left lying for a while'])(
    'an idle client is gone in its time; its answer was %s',
    async (how) => {
      const scene = play({ limits: { idleMs: 60_000, originIdleMs: 1_000 } })
      if (how !== 'read at once') scene.client.wire.pause()
      scene.client.sends(GET)
      const app = await scene.origin()
      await app.receivesUpTo('\r\n\r\n')
      // The first part goes into the buffer of the client's end, and the second waits in ours.
      app.sends(`HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n${'x'.repeat(60_000)}`)
      await settled()
      app.sends('x'.repeat(30_000))
      await settled()
      expect(scene.connection.client.writableLength).toBe(how === 'read at once' ? 0 : 30_000)
      let looks = 0
      await until(59_500, scene, () => {
        if (++looks === 20) scene.client.wire.resume()
      })
      await scene.client.receivesUpTo('x'.repeat(90_000))
      expect(scene.client.ended).toBe(false)
      scene.connection.look(60_000)
      await scene.client.seesEnd()
    },
  )

  test('T7 an upgraded connection on which nothing moves is ended; one byte either way is enough', async () => {
    const scene = play({ limits: { tunnelIdleMs: 1_000 } })
    scene.client.sends('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    const app = await scene.origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    await until(5_000, scene, () => app.sends('.'))
    expect(scene.exchanges).toEqual([])
    scene.connection.look(6_500)
    scene.connection.look(7_500)
    expect(await scene.exchange()).toMatchObject({
      outcome: 'timed-out',
      error: { type: 'tunnel_idle', at: 'sidecar' },
    })
  })
})

describe('bounds', () => {
  test.each([
    ['a length', 'Content-Length: 11\r\n\r\n', 0],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n', 1],
  ])(
    'a body of more bytes than allowed, by %s: 413, and it never reaches the app whole',
    async (_name, rest, dials) => {
      const scene = play({ limits: { bodyBytesMax: 10 } })
      scene.client.sends(`POST / HTTP/1.1\r\nHost: h\r\n${rest}`)
      await scene.client.receivesUpTo('HTTP/1.1 413 ')
      await scene.client.receivesAnything()
      await scene.client.seesEnd()
      expect(scene.dials()).toBe(dials)
      expect(await scene.exchange()).toMatchObject({ outcome: 'refused-request', error: { type: 'body_too_large' } })
    },
  )

  test('the last request a connection may have is answered with a close', async () => {
    const { client, origin } = play({ limits: { requestsPerConnectionMax: 2 } })
    client.sends(GET)
    const app = await origin()
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    await client.receives(OK)
    client.sends(GET)
    await app.receivesUpTo('\r\n\r\n')
    app.sends(OK)
    expect(await client.receivesUpTo('ok')).toContain('\r\nConnection: close\r\n')
    await client.seesEnd()
  })

  test('one connection too many is told so', async () => {
    const { client, connection, exchange } = play()
    connection.turnAway()
    expect(await client.receivesUpTo('\r\n\r\n')).toMatch(/^HTTP\/1\.1 503 [\s\S]*Connection: close/)
    await client.receivesAnything()
    await client.seesEnd()
    expect(await exchange()).toMatchObject({ error: { type: 'too_many_connections', at: 'sidecar' } })
  })
})

test('what was read is said to be used up between two requests, and never while one or a tunnel is under way', async () => {
  const scene = play()
  let saidUsedUp = 0
  Object.assign(scene.connection.client, { usedUp: () => saidUsedUp++ })
  const look = (): number => {
    saidUsedUp = 0
    scene.connection.look(500)
    return saidUsedUp
  }
  expect(look()).toBe(1)
  scene.client.sends('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  const app = await scene.origin()
  await app.receivesUpTo('\r\n\r\n')
  expect(look()).toBe(0)
  app.sends('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  await scene.client.receivesUpTo('\r\n\r\n')
  expect(look()).toBe(0)
})
