import { describe, expect, it } from 'vitest'
import { type Chain, createChain } from '../../src/decorators/chain.ts'
import type { Answer, Decorator } from '../../src/decorators/decorator.ts'
import { field } from '../../src/http1/message.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { request, response } from './views.ts'

interface Stage {
  readonly chain: Chain
  readonly said: string[]
  /** Lets the time of every timer come. */
  expire(): void
  /** Timers that still run. */
  timers(): number
}

function stage(...decorators: Decorator[]): Stage {
  const said: string[] = []
  const waiting = new Set<() => void>()
  const clock = {
    after(_: number, callback: () => void): () => void {
      waiting.add(callback)
      return () => waiting.delete(callback)
    },
  }
  const limits = { ...DEFAULT_LIMITS, decoratorBodyBytesMax: 8 }
  return {
    chain: createChain(decorators, { clock, limits, report: (text) => said.push(text) }),
    said,
    expire: () => waiting.forEach((callback) => void callback()),
    timers: () => waiting.size,
  }
}

function answer(status: number, body = ''): Answer {
  return { kind: 'answer', status, reason: 'Mine', fields: [], body: Buffer.from(body) }
}

function throwing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

const NOTHING = { change: undefined, notes: [] }

describe('what it wants', () => {
  it.each([
    [[], [false, false, false]],
    [[{ name: 'a', request: () => undefined }], [true, false, false]],
    [
      [
        { name: 'a', response: () => undefined },
        { name: 'b', tap: () => undefined },
      ],
      [false, true, true],
    ],
    [[{ name: 'a', end: () => undefined }], [false, false, false]],
  ])('case %#', (decorators, wants) => {
    const { wantsRequest, wantsResponse, wantsTap } = stage(...decorators).chain
    expect([wantsRequest, wantsResponse, wantsTap]).toEqual(wants)
  })

  it('decides nothing when nobody has anything to say', () => {
    const { chain } = stage({ name: 'a', request: () => undefined, response: () => undefined })
    expect(chain.request(request())).toEqual(NOTHING)
    expect(chain.response(response(200), request())).toEqual(NOTHING)
  })
})

describe('requests', () => {
  it('adds changes up: later hooks, and the response hooks, see the same object with what the app sees', () => {
    const seen: unknown[] = []
    const watch = (view: object): undefined => void seen.push(view, { ...view })
    const add = (name: string): Decorator => ({
      name,
      request: ({ fields }) => ({ kind: 'request', fields: [...fields, field('X-By', name)] }),
    })
    const move: Decorator = { name: 'move', request: () => ({ kind: 'request', method: 'PUT', target: '/new' }) }
    const watcher: Decorator = { name: 'w', request: watch, response: (_, view) => watch(view) }
    const { chain } = stage(watcher, add('a'), move, add('b'), watcher)
    const view = request()
    const before = { ...view }
    const fields = [...view.fields, field('X-By', 'a'), field('X-By', 'b')]
    expect(chain.request(view)).toEqual({
      change: { kind: 'request', method: 'PUT', target: '/new', fields },
      notes: ['a', 'move', 'b'].map((name) => ({ name, did: 'changed-request' })),
    })
    expect(chain.response(response(200), view)).toEqual(NOTHING)
    const after = { ...before, method: 'PUT', target: '/new', fields }
    expect(seen.filter((_, at) => at % 2 === 1)).toEqual([before, after, after, after])
    for (const each of seen.filter((_, at) => at % 2 === 0)) expect(each).toBe(view)
  })

  it('stops at the first answer', () => {
    const { chain } = stage(
      { name: 'a', request: () => ({ kind: 'request', target: '/x' }) },
      { name: 'b', request: () => answer(401) },
      { name: 'c', request: throwing('asked') },
    )
    const notes = [{ name: 'a', did: 'changed-request' }, { name: 'b', did: 'answered' }] // biome-ignore format: one line
    expect(chain.request(request())).toEqual({ change: answer(401), notes })
  })
})

describe('responses', () => {
  it('lets later hooks see what earlier ones changed', () => {
    const statuses: number[] = []
    const { chain } = stage(
      { name: 'a', response: () => ({ kind: 'response', status: 410 }) },
      { name: 'b', response: ({ status }) => void statuses.push(status) },
      { name: 'c', response: () => ({ kind: 'response', reason: 'Gone' }) },
    )
    expect(chain.response(response(404), request())).toEqual({
      change: { kind: 'response', status: 410, reason: 'Gone' },
      notes: [
        { name: 'a', did: 'changed-response' },
        { name: 'c', did: 'changed-response' },
      ],
    })
    expect(statuses).toEqual([410])
  })

  it('takes the first answer and still shows the app`s own to who comes after', () => {
    const seen: number[] = []
    const { chain } = stage(
      { name: 'a', response: () => answer(404, 'mine') },
      { name: 'b', response: ({ status }) => void seen.push(status) },
      { name: 'c', response: () => answer(500) },
      { name: 'd', response: () => ({ kind: 'response', status: 201 }) },
    )
    expect(chain.response(response(200), request())).toEqual({
      change: answer(404, 'mine'),
      notes: [{ name: 'a', did: 'answered' }],
    })
    expect(seen).toEqual([200])
  })
})

describe('a decorator that fails is bypassed, and the others go on', () => {
  const others: Decorator[] = [{ name: 'good', request: () => ({ kind: 'request', target: '/good' }) }]
  it.each<[what: string, hook: unknown, message: RegExp]>([
    ['throws', throwing('boom'), /^boom$/],
    ['rejects', () => Promise.reject(new Error('later')), /^later$/],
    ['gives a text', () => 'hello', /^a request hook gives nothing, or/],
    ['gives a change of the other kind', () => ({ kind: 'response', status: 200 }), /^a request hook gives/],
    ['gives a field with a line end', () => ({ kind: 'request', fields: [field('X', 'a\r\nY: b')] }), /value of X/],
    ['answers with too much', () => answer(200, 'x'.repeat(9)), /at most 8/],
    ['is no function', 'hello', /not a function/],
    ['gives a promise of nonsense', async () => 7, /^a request hook gives/],
  ])('%s', async (_, hook, message) => {
    const bad = { name: 'bad', request: hook } as unknown as Decorator
    const { chain, said, timers } = stage(bad, ...others)
    for (let turn = 0; turn < 3; turn++) {
      expect(await chain.request(request())).toEqual({
        change: { kind: 'request', target: '/good' },
        notes: [
          { name: 'bad', did: 'failed', message: expect.stringMatching(message) },
          { name: 'good', did: 'changed-request' },
        ],
      })
    }
    expect(said).toEqual([expect.stringContaining('decorator bad failed and was bypassed')])
    expect(timers()).toBe(0)
  })

  it('null is nothing', () => {
    const { chain } = stage({ name: 'a', request: () => null } as unknown as Decorator)
    expect(chain.request(request())).toEqual(NOTHING)
  })
})

describe('promises', () => {
  it('is synchronous until the first one, keeps the order, and leaves no timer behind', async () => {
    const order: string[] = []
    const { chain, timers } = stage(
      { name: 'a', response: () => void order.push('a') },
      {
        name: 'b',
        async response() {
          await Promise.resolve()
          order.push('b')
          return { kind: 'response', status: 500 }
        },
      },
      { name: 'c', response: ({ status }) => void order.push(`c ${status}`) },
    )
    const verdict = chain.response(response(200), request())
    expect(verdict).toBeInstanceOf(Promise)
    expect(order).toEqual(['a'])
    expect(timers()).toBe(1)
    expect((await verdict).change).toEqual({ kind: 'response', status: 500 })
    expect(order).toEqual(['a', 'b', 'c 500'])
    expect(timers()).toBe(0)
  })

  it('stops at an answer that was waited for', async () => {
    const { chain } = stage({ name: 'a', request: async () => answer(403) }, { name: 'b', request: throwing('asked') })
    expect(await chain.request(request())).toEqual({ change: answer(403), notes: [{ name: 'a', did: 'answered' }] })
  })

  it('bypasses one that never decides, and what it says later is not heard', async () => {
    let decide: (late: Answer) => void = () => {}
    const late = new Promise<Answer>((resolve) => {
      decide = resolve
    })
    const stuck = stage({ name: 'stuck', request: () => late }, { name: 'b', request: () => undefined })
    const verdict = stuck.chain.request(request())
    stuck.expire()
    decide(answer(200))
    const message = `it had not decided after ${DEFAULT_LIMITS.decoratorMs} ms`
    expect(await verdict).toEqual({ change: undefined, notes: [{ name: 'stuck', did: 'failed', message }] })
  })
})

describe('hooks that watch', () => {
  it('are all called, and cannot fail the request, not even by a promise', async () => {
    const seen: unknown[] = []
    const rejecting = (async () => throwing('async')()) as () => void
    const { chain, said } = stage(
      { name: 'a', tap: throwing('tap'), end: throwing('end') },
      { name: 'b', tap: rejecting, end: rejecting },
      { name: 'c', tap: (...args) => void seen.push(args), end: (exchange) => void seen.push(exchange) },
    )
    const bytes = Buffer.from('x')
    const exchange = { marks: { requestEnd: 1 } } as Parameters<Chain['end']>[0]
    chain.tap(bytes, 'origin', 7)
    chain.end(exchange)
    await Promise.resolve()
    expect(seen).toEqual([[bytes, 'origin', 7], exchange])
    expect(Object.isFrozen(exchange) && Object.isFrozen(exchange.marks)).toBe(true)
    expect(said.map((text) => text.replace(/ \(.*/, ''))).toEqual([
      'decorator a failed and was bypassed: tap',
      'decorator a failed and was bypassed: end',
      'decorator b failed and was bypassed: async',
    ])
  })
})
