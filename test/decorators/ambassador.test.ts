import { describe, expect, it } from 'vitest'
import { ambassadorDecorator, type EventDecorator } from '../../src/decorators/ambassador.ts'
import type { Answer, Decorator } from '../../src/decorators/decorator.ts'
import { request, response } from './views.ts'

const RAW = '\nHTTP/1.0 404 Mine\n\nmine'
const MINE: Answer = { kind: 'answer', status: 404, reason: 'Mine', fields: [], body: new TextEncoder().encode('mine') }

function made(decorate: EventDecorator): { decorator: Decorator; said: string[] } {
  const said: string[] = []
  return { decorator: ambassadorDecorator('it', decorate, (text) => said.push(text)), said }
}

/** One request through both hooks, as the chain calls them. */
function pass({ decorator }: { decorator: Decorator }, status = 200, view = request()): [unknown, unknown] {
  return [decorator.request?.(view), decorator.response?.(response(status), view)]
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('events', () => {
  it('come with header and raw head, each once, and chain', () => {
    const seen: unknown[] = []
    const it = made(({ service, server }) => {
      expect(server.on('http:data', (...args) => seen.push('server', ...args))).toBe(server)
      service
        .on('http:data', (...args) => seen.push('service', ...args))
        .on('http:404', (header) => seen.push('404', header.status))
        .once('http:404', () => seen.push('404 once'))
        .on('http:200', () => seen.push('200'))
    })
    expect(pass(it, 404)).toEqual([undefined, undefined])
    expect(seen).toEqual([
      'server',
      { HTTPMethod: 'GET', HTTPResource: '/a?b' },
      'GET /a?b HTTP/1.1\r\nHost: app\r\n\r\n',
      'service',
      { status: '404', message: 'Reason' },
      'HTTP/1.1 404 Reason\r\nDate: now\r\n\r\n',
      '404',
      '404',
      '404 once',
    ])
  })

  it.each([
    ['server', 'http:404'],
    ['server', 'http:dta'],
    ['service', 'http:4040'],
    ['service', 'data'],
  ] as const)('%s has no event %s, and says so', (end, event) => {
    // Typed out of reach on purpose: decorators are often written without types.
    const it = made((ends) => void ends[end].on(event as 'http:data', () => undefined))
    expect(() => pass(it)).toThrow(`${end} has no event "${event}"`)
  })
})

describe('respond', () => {
  it('takes the place of the answer, from any handler of the service', () => {
    const it = made(({ service, server }) => void service.on('http:404', () => server.respond(RAW)))
    expect(pass(it, 404)).toEqual([undefined, MINE])
    expect(pass(it, 200)).toEqual([undefined, undefined])
  })

  it('answers in the place of the app, which is then not heard', () => {
    const heard: string[] = []
    const it = made(({ service, server }) => {
      server.on('http:data', () => server.respond(Buffer.from(RAW)))
      service.on('http:data', () => heard.push('service'))
    })
    expect(pass(it)).toEqual([MINE, undefined])
    expect(heard).toEqual([])
  })

  it('counts once: the first wins, and the second is said once', () => {
    const second = RAW.replace('404', '500')
    const it = made(({ service, server }) => {
      service.on('http:data', () => server.respond(RAW))
      service.on('http:404', () => server.respond(second))
    })
    for (let turn = 0; turn < 3; turn++) expect(pass(it, 404)).toEqual([undefined, MINE])
    expect(it.said).toEqual(['decorator it: an answer was ignored: there is one already, and the first wins'])
  })

  it('counts until the promise of the handler is done', async () => {
    const it = made(({ service, server }) => {
      service.on('http:404', async () => {
        await pause()
        server.respond(RAW)
      })
    })
    const [asked, answered] = pass(it, 404)
    expect(asked).toBeUndefined()
    expect(answered).toBeInstanceOf(Promise)
    expect(await answered).toEqual(MINE)
  })

  it('is too late afterwards, and that is said once and throws at nobody', async () => {
    const it = made(({ service, server }) => {
      service.on('http:404', () => void pause().then(() => server.respond('garbage')))
    })
    for (let turn = 0; turn < 3; turn++) expect(pass(it, 404)).toEqual([undefined, undefined])
    await pause()
    await pause()
    expect(it.said).toEqual([expect.stringContaining('after the handler was done')])
  })

  it('makes the hook fail when it is no response', () => {
    const late = made(({ service, server }) => void service.on('http:404', () => server.respond('<h1>')))
    expect(() => pass(late, 404)).toThrow('respond: line 1: not a status line')
    const early = made(({ server }) => void server.on('http:data', () => server.respond('<h1>')))
    expect(() => pass(early)).toThrow('respond: line 1: not a status line')
  })
})

describe('a decorator that fails', () => {
  const heard: string[] = []
  it.each<[what: string, decorate: EventDecorator]>([
    ['when called', () => fail()],
    ['when called, later', async () => fail()],
    ['in a handler', ({ server }) => void server.on('http:data', fail)],
    ['in a handler, later', ({ server }) => void server.on('http:data', async () => fail())],
    ['in the second of two', ({ server }) => void server.on('http:data', pause).on('http:data', fail)],
    ['by garbage', ({ server }) => void server.on('http:data', () => server.respond('?'))],
  ])('%s, fails the hook and is left alone for the rest of the request', async (_, decorate) => {
    const { decorator } = made((ends) => {
      ends.service.on('http:data', () => heard.push('service'))
      return decorate(ends)
    })
    const view = request()
    const asked = async (): Promise<unknown> => decorator.request?.(view)
    await expect(asked()).rejects.toThrow(/^(boom|respond: )/)
    expect(decorator.response?.(response(200), view)).toBeUndefined()
    expect(heard).toEqual([])
  })

  it('in the handler of the answer, fails that hook', async () => {
    const it = made(({ service, server }) => {
      service.on('http:data', () => server.respond(RAW)).on('http:404', fail)
    })
    expect(() => pass(it, 404)).toThrow('boom')
  })
})

it('waits for a decorator that sets itself up asynchronously', async () => {
  const { decorator } = made(async ({ service, server }) => {
    await pause()
    service.on('http:404', () => server.respond(RAW))
  })
  const view = request()
  expect(await decorator.request?.(view)).toBeUndefined()
  expect(decorator.response?.(response(404), view)).toEqual(MINE)
})

it('keeps 50 overlapping requests apart', async () => {
  const saved: string[] = []
  const { decorator } = made(({ service, server }) => {
    let asked = ''
    server.on('http:data', async ({ HTTPResource }) => {
      await pause()
      asked = HTTPResource
    })
    service.on('http:data', async ({ status }) => {
      await pause()
      saved.push(`${asked} ${status}`)
      if (status === '404') server.respond(`HTTP/1.1 404 Mine\n\n${asked}`)
    })
  })
  const views = Array.from({ length: 50 }, (_, at) => request(at, `/${at}`))
  const statusOf = (at: number): number => (at % 3 === 0 ? 404 : 200 + at)
  await Promise.all(views.map((view) => decorator.request?.(view)))
  const backwards = views.map((view, at) => [view, at] as const).reverse()
  const answers = await Promise.all(
    backwards.map(async ([view, at]) => [at, await decorator.response?.(response(statusOf(at)), view)] as const),
  )
  expect(saved.toSorted()).toEqual(views.map((_, at) => `/${at} ${statusOf(at)}`).toSorted())
  for (const [at, answer] of answers) {
    const body = answer?.kind === 'answer' ? Buffer.from(answer.body).toString() : undefined
    expect(body).toBe(at % 3 === 0 ? `/${at}` : undefined)
  }
})

function fail(): never {
  throw new Error('boom')
}
