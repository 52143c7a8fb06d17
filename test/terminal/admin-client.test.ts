import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { AdminClient, parsed, type Stream } from '../../src/terminal/admin-client.ts'
import { ANSWER_MS, PROGRESS_MS } from '../../src/terminal/bounds.ts'
import { type AdminServer, json, type Routes, startAdminServer } from '../support/admin-server.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { ManualClock } from '../support/observed.ts'

const open: AdminServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function start(routes: Routes, { isTty = false, clock = createClock() } = {}) {
  const server = await startAdminServer(routes)
  open.push(server)
  const terminal = fakeTerminal({ isTty })
  return { server, terminal, client: new AdminClient({ admin: server.url, terminal, clock }) }
}

/** A port where nobody listens, and where nobody will soon. */
async function deadUrl(): Promise<string> {
  const server = await startAdminServer({})
  await server.close()
  return server.url
}

function streamOf(changes: Partial<Stream> = {}): Stream & { readonly lines: string[] } {
  const lines: string[] = []
  const take = (line: string): boolean => Boolean(lines.push(line))
  return { path: '/a', opened: () => undefined, take, lines, ...changes }
}

describe('an answer', () => {
  it('is what it is', async () => {
    const { client, server } = await start({ '/a': json({ b: 'é' }) })
    expect(await client.json('/a?c=d', 'ConfigAnswer')).toEqual({ kind: 'answer', answer: { b: 'é' } })
    expect(server.asked).toEqual(['/a?c=d'])
  })

  it.each([
    [400, { kind: 'refused', exitCode: 64 }],
    [403, { kind: 'refused', exitCode: 69 }],
    [503, { kind: 'lost' }],
  ])(
    'that is no success (%i) is told in the words of the sidecar, without what a terminal obeys',
    async (status, end) => {
      const error = { type: 'x', message: 'not \u001b[31mhere' }
      const { client, server } = await start({ '/a': json({ error }, status) })
      const text = `${server.url} says no: not \\u001b[31mhere (${status})`
      expect(await client.json('/a', 'ConfigAnswer')).toEqual({ ...end, text })
    },
  )

  it.each<[string, Routes]>([
    ['a page', { '/a': (response) => response.end('<html>') }],
    ['a page, and nothing there', {}],
    ['an error that says nothing', { '/a': json({ error: {} }, 400) }],
    ['a number', { '/a': json(7) }],
  ])('of somebody else is told from podspan: %s', async (_, routes) => {
    const { client, server } = await start(routes)
    const text = expect.stringContaining(`what listens on ${server.url} is no admin port of podspan`)
    expect(await client.json('/a', 'ConfigAnswer')).toEqual({ kind: 'refused', exitCode: 69, text })
  })

  it('of somebody who speaks no HTTP is told from podspan', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = new AdminClient({ admin, terminal: fakeTerminal(), clock: createClock() })
    expect(await client.json('/a', 'ConfigAnswer')).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('no admin port'),
    })
    server.close()
  })

  it('that breaks off is lost', async () => {
    const { client } = await start({
      '/a'(response) {
        response.writeHead(200, { 'content-length': 100 }).write('{')
        setImmediate(() => response.destroy())
      },
    })
    expect(await client.json('/a', 'ConfigAnswer')).toMatchObject({
      kind: 'lost',
      text: expect.stringContaining('broke off: aborted'),
    })
  })

  it('of nobody says how to come to a sidecar', async () => {
    const admin = await deadUrl()
    const client = new AdminClient({ admin, terminal: fakeTerminal(), clock: createClock() })
    const ended = await client.json('/a', 'ConfigAnswer')
    expect(ended).toMatchObject({ kind: 'lost', text: expect.stringContaining(`nobody listens on ${admin}\n`) })
    expect(ended).toMatchObject({ text: expect.stringContaining(`port-forward pod/NAME ${new URL(admin).port}`) })
  })

  it.each([true, false])('that does not come is waited for so long, which is said to a person: %s', async (isTty) => {
    const clock = new ManualClock()
    const asked = Promise.withResolvers<void>()
    const { client, terminal, server } = await start({ '/a': () => asked.resolve() }, { isTty, clock })
    const ended = client.json('/a', 'ConfigAnswer')
    await asked.promise
    await clock.pass(PROGRESS_MS)
    expect(terminal.said()).toBe(isTty ? `waiting for ${server.url} to answer\n` : '')
    await clock.pass(ANSWER_MS - PROGRESS_MS)
    expect(await ended).toMatchObject({ kind: 'lost', text: expect.stringContaining('no answer within 5 s') })
    expect(clock.timers).toBe(0)
  })
})

describe('a stream', () => {
  it('is given line by line however it is cut, and lost when it ends', async () => {
    const bytes = Buffer.from('{"a":"é"}\n{"b":1}\n\n{"half')
    const { client } = await start({
      async '/a'(response) {
        for (const byte of bytes) {
          response.write(Buffer.of(byte))
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.end()
      },
    })
    const stream = streamOf()
    expect(await client.stream(stream)).toMatchObject({ kind: 'lost', text: expect.stringContaining('ended the conn') })
    expect(stream.lines).toEqual(['{"a":"é"}', '{"b":1}', ''])
  })

  it('ends at once when the person has had enough', async () => {
    const { client, terminal } = await start({ '/a': (response) => response.write('x\n') })
    const stream = streamOf({ take: () => Boolean(setImmediate(terminal.stop)) })
    expect(await client.stream(stream)).toEqual({ kind: 'stopped' })
    expect(await client.json('/a', 'ConfigAnswer')).toEqual({ kind: 'stopped' })
  })

  it('that is no sidecar\u2019s is left', async () => {
    const { client } = await start({ '/a': (response) => response.write('x\n') })
    expect(await client.stream(streamOf({ take: () => false }))).toMatchObject({ kind: 'refused', exitCode: 69 })
  })

  it('that is silent for longer than it may be is lost', async () => {
    const clock = new ManualClock()
    const { client } = await start({ '/a': (response) => response.write('x\n') }, { clock })
    const taken = Promise.withResolvers<void>()
    const take = (): boolean => {
      taken.resolve()
      return true
    }
    const ended = client.stream(streamOf({ take, silenceMs: 3_000 }))
    await taken.promise
    await clock.pass(2_999)
    await clock.pass(1)
    expect(await ended).toMatchObject({ kind: 'lost', text: expect.stringContaining('said nothing for 3 s') })
    expect(clock.timers).toBe(0)
  })

  it('hides no bug of who takes it', async () => {
    const { client } = await start({ '/a': (response) => response.write('x\n') })
    const take = (): boolean => {
      throw new RangeError('a bug')
    }
    await expect(client.stream(streamOf({ take }))).rejects.toThrow('a bug')
  })
})

it.each([
  ['{"a":1}', { a: 1 }],
  ['[]', []],
  ['7', undefined],
  ['null', undefined],
  ['{', undefined],
  ['', undefined],
])('of %j only an object is taken', (text, expected) => {
  expect(parsed(text)).toEqual(expected)
})
