import { describe, expect, test } from 'vitest'
import { connectTo, isFailure, NO_TIME, resolve, talk, within } from '../../src/check/dial.ts'
import { askingFor, closing, desertedPort, raw, resetting, silent } from '../support/strangers.ts'

const { clock } = askingFor()
const never = new AbortController().signal
const soon = (): AbortSignal => within(clock, 100, never)

describe('a name', () => {
  test.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['10.0.0.7', ['10.0.0.7']],
    ['::1', ['::1']],
  ])('%s is %j, without asking anybody', async (host, addresses) => {
    expect(await resolve(host, never)).toEqual(addresses)
  })

  test('one that nobody knows', async () => {
    expect(await resolve('no-such-name.invalid', never)).toMatchObject({
      kind: 'failure',
      code: expect.stringMatching(/^E/),
    })
  })

  test('in the time there is', async () => {
    expect(await resolve('no-such-name.invalid', AbortSignal.abort())).toEqual({ kind: 'failure', code: NO_TIME })
  })
})

describe('a connection', () => {
  test('comes about, or says why it does not', async () => {
    const socket = await connectTo({ host: '127.0.0.1', port: await silent() }, never)
    expect(isFailure(socket)).toBe(false)
    if (!isFailure(socket)) socket.destroy()
    expect(await connectTo({ host: '127.0.0.1', port: await desertedPort() }, never)).toEqual({
      kind: 'failure',
      code: 'ECONNREFUSED',
    })
    expect(await connectTo({ path: '/no/such/socket' }, never)).toEqual({ kind: 'failure', code: 'ENOENT' })
  })

  test('waits no longer than it is told to', async () => {
    expect(await connectTo({ host: '127.0.0.1', port: 1 }, AbortSignal.abort())).toEqual({
      kind: 'failure',
      code: NO_TIME,
    })
  })
})

describe('a talk', () => {
  async function say(
    port: number,
    over = never,
    isEnough = (bytes: Buffer): boolean => bytes.length >= 5,
    bytesMax = 1_000,
  ) {
    const socket = await connectTo({ host: '127.0.0.1', port }, never)
    if (isFailure(socket)) throw new Error(socket.code)
    const { bytes, code } = await talk(socket, { say: 'hello', isEnough, bytesMax }, over)
    expect(socket.destroyed).toBe(true)
    return [bytes.toString(), code]
  }

  test('ends when it is enough, when the other side ends, and at its bound', async () => {
    expect(await say(await raw((socket) => void socket.on('data', (bytes) => socket.write(bytes))))).toEqual([
      'hello',
      undefined,
    ])
    expect(await say(await raw((socket) => void socket.end('by')))).toEqual(['by', undefined])
    const chatty = await raw((socket) => void socket.write('x'.repeat(100)))
    expect(await say(chatty, never, () => false, 50)).toEqual(['x'.repeat(100), undefined])
  })

  test('says why it broke off', async () => {
    expect(await say(await resetting())).toEqual(['', 'ECONNRESET'])
    expect(await say(await closing())).toEqual(['', undefined])
    expect(await say(await silent(), soon())).toEqual(['', NO_TIME])
    expect(await say(await silent(), AbortSignal.abort())).toEqual(['', NO_TIME])
  })
})

test('one end for all questions', () => {
  const stopped = new AbortController()
  const over = within(clock, 60_000, stopped.signal)
  expect(over.aborted).toBe(false)
  stopped.abort()
  expect(over.aborted).toBe(true)
})
