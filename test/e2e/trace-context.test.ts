/**
 * The rules that W3C's Trace Context suite tests, 37 of level 1, 3 of several calls and the random flag of level 2, held
 * through real processes: a sidecar before a plain service and another before what the service calls.
 */

import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenOnFreePort } from '../support/mixed-traffic.ts'
import { startPod, type TraceContextPod, textOf } from '../support/trace-context.ts'

const TRACE = '12345678901234567890123456789012'
const PARENT = '1234567890123456'
const VALID = `00-${TRACE}-${PARENT}-00`

type Lines = readonly (readonly [name: string, value: string])[]

interface Context {
  readonly traceId: string
  readonly parentId: string
  readonly flags: number
  readonly state: string | undefined
}

let pod: TraceContextPod
let callbackPort: number
const received: IncomingMessage['rawHeaders'][] = []
const callback = createServer(async (request, response) => {
  await textOf(request)
  received.push(request.rawHeaders)
  response.end('{}')
})

beforeAll(async () => {
  callbackPort = await listenOnFreePort(callback)
  pod = await startPod({ ingress: 0, service: 0, egress: 0 }, `127.0.0.1:${callbackPort}`)
})
afterAll(async () => {
  await pod.close()
  callback.close().closeAllConnections()
})

/** Sends the fields as written, and returns the context of each call that came out at the other end. */
async function through(lines: Lines, calls = 1): Promise<Context[]> {
  received.length = 0
  const url = `http://127.0.0.1:${callbackPort}/callback`
  const body = JSON.stringify(Array.from({ length: calls }, () => ({ url, arguments: [] })))
  const fields = lines.map(([name, value]) => `${name}:${value}\r\n`).join('')
  const head = `POST /test HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${body.length}\r\n${fields}\r\n`
  const status = await answerTo(head + body)
  expect(status).toBe('200')
  expect(received).toHaveLength(calls)
  return received.map(contextOf)
}

function answerTo(request: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(pod.ingress, '127.0.0.1', () => socket.write(Buffer.from(request, 'latin1')))
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('end', () => resolve(text.split(' ', 2)[1])).on('error', reject)
  })
}

function contextOf(raw: readonly string[]): Context {
  const values = (name: string): string[] => raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name)
  const [traceparent, another] = values('traceparent')
  expect(another, 'one traceparent').toBeUndefined()
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '')
  expect(match, `traceparent ${traceparent}`).not.toBeNull()
  const [, traceId = '', parentId = '', flags = ''] = match ?? []
  expect(/^0+$/.test(traceId) || /^0+$/.test(parentId)).toBe(false)
  const states = values('tracestate')
  return {
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16),
    state: states.length === 0 ? undefined : states.join(','),
  }
}

async function one(lines: Lines): Promise<Context> {
  const [context] = await through(lines)
  if (context === undefined) throw new Error('no call came')
  return context
}

async function continues(lines: Lines): Promise<Context> {
  const context = await one(lines)
  expect(context.traceId).toBe(TRACE)
  expect(context.parentId).not.toBe(PARENT)
  return context
}

async function begins(lines: Lines): Promise<Context> {
  const context = await one(lines)
  expect(context.traceId).not.toBe(TRACE)
  return context
}

const parent = (value: string): Lines => [['traceparent', value]]
const state = (...values: readonly string[]): Lines => [
  ['traceparent', VALID],
  ...values.map((value) => ['tracestate', value] as const),
]

describe('traceparent', () => {
  test('none begins a trace', async () => {
    expect((await one([])).state).toBeUndefined()
  })

  test('without tracestate', async () => {
    expect((await continues(parent(VALID))).state).toBeUndefined()
  })

  test('twice is none', async () => {
    const lines = [...parent(`00-${TRACE.replace(/2$/, '1')}-${PARENT}-01`), ...parent(`00-${TRACE}-${PARENT}-00`)]
    expect((await begins(lines)).traceId).not.toBe(TRACE.replace(/2$/, '1'))
  })

  test.each(['trace-parent', 'trace.parent'])('is not called %s', async (name) => {
    await begins([[name, VALID]])
  })

  test.each(['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'])('may be called %s', async (name) => {
    await continues([[name, VALID]])
  })

  test.each([
    ['version 00 has no more than its fields', `00-${TRACE}-${PARENT}-01.`],
    ['nor anything behind them', `00-${TRACE}-${PARENT}-01-what-the-future-will-be-like`],
    ['version cc ends its flags', `cc-${TRACE}-${PARENT}-01.what-the-future-will-be-like`],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['a version that is no number', `.0-${TRACE}-${PARENT}-01`],
    ['nor this', `0.-${TRACE}-${PARENT}-01`],
    ['a version of three digits', `000-${TRACE}-${PARENT}-01`],
    ['of four', `0000-${TRACE}-${PARENT}-01`],
    ['of one', `0-${TRACE}-${PARENT}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a trace id with a dot first', `00-.${TRACE.slice(1)}-${PARENT}-01`],
    ['or last', `00-${TRACE.slice(1)}.-${PARENT}-01`],
    ['a trace id that is too long', `00-${TRACE}3-${PARENT}-01`],
    ['too short', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a parent id with a dot first', `00-${TRACE}-.${PARENT.slice(1)}-01`],
    ['or last', `00-${TRACE}-${PARENT.slice(1)}.-01`],
    ['a parent id that is too long', `00-${TRACE}-${PARENT}7-01`],
    ['too short', `00-${TRACE}-${PARENT.slice(1)}-01`],
    ['flags that are no number', `00-${TRACE}-${PARENT}-.0`],
    ['nor these', `00-${TRACE}-${PARENT}-0.`],
    ['flags of three digits', `00-${TRACE}-${PARENT}-001`],
    ['of one', `00-${TRACE}-${PARENT}-1`],
    ['capitals', `00-${'A'.repeat(32)}-${PARENT}-01`],
  ])('invalid: %s', async (_name, value) => {
    await begins(parent(value))
  })

  test.each([`cc-${TRACE}-${PARENT}-01`, `cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`])(
    'a later version is read as far as this one goes: %s',
    async (value) => {
      await continues(parent(value))
    },
  )

  test.each([` ${VALID}`, `\t${VALID}`, `${VALID} `, `${VALID}\t`, `\t ${VALID} \t`])(
    'white space around it is none of it: %j',
    async (value) => {
      await continues(parent(value))
    },
  )
})

describe('tracestate', () => {
  test('without traceparent is dropped', async () => {
    expect((await one([['tracestate', 'foo=1']])).state).toBeUndefined()
    expect((await one([['tracestate', 'foo=1,bar=2']])).state).toBeUndefined()
  })

  test('with it is kept, in order', async () => {
    expect((await continues(state('foo=1,bar=2'))).state).toBe('foo=1,bar=2')
  })

  test.each(['trace-state', 'trace.state'])('is not called %s', async (name) => {
    expect(
      (
        await continues([
          ['traceparent', VALID],
          [name, 'foo=1'],
        ])
      ).state,
    ).toBeUndefined()
  })

  test.each(['TraceState', 'TrAcEsTaTe', 'TRACESTATE'])('may be called %s', async (name) => {
    expect(
      (
        await continues([
          ['traceparent', VALID],
          [name, 'foo=1'],
        ])
      ).state,
    ).toBe('foo=1')
  })

  test.each([
    ['empty is none', [''], undefined],
    ['empty first', ['', 'foo=1'], 'foo=1'],
    ['empty last', ['foo=1', ''], 'foo=1'],
    ['several lines are one list', ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'], 'foo=1,bar=2,rojo=1,congo=2,baz=3'],
    ['a key twice, alike', ['foo=1,foo=1'], 'foo=1'],
    ['a key twice', ['foo=1,foo=2'], 'foo=1'],
    ['a key on two lines', ['foo=1', 'foo=2'], 'foo=1'],
    ['white space', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'],
    ['white space and lines', ['foo=1\t \t', ' \tbar=2'], 'foo=1,bar=2'],
    ['a space in a key', ['foo =1'], undefined],
    ['capitals', ['FOO=1'], undefined],
    ['a dot', ['foo.bar=1'], undefined],
    ['a vendor without a name', ['foo@=1,bar=2'], undefined],
    ['a tenant without a name', ['@foo=1,bar=2'], undefined],
    ['two @', ['foo@@bar=1,bar=2'], undefined],
    ['two vendors', ['foo@bar@baz=1,bar=2'], undefined],
    ['an = in a value', ['foo=bar=baz'], undefined],
    ['no value', ['foo=,bar=3'], undefined],
    ['a key of 257', [`${'z'.repeat(257)}=1`], undefined],
    ['a tenant of 242', [`${'t'.repeat(242)}@v=1`], undefined],
    ['a vendor of 15', [`t@${'v'.repeat(15)}=1`], undefined],
  ] as const)('%s', async (_name, values, expected) => {
    expect((await continues(state(...values))).state).toBe(expected)
  })

  test('every character that is allowed', async () => {
    const key = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
    const value = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at))
      .filter((letter) => letter !== ',' && letter !== '=')
      .join('')
    for (const member of [`${key}=${value}`, `${key}@a-z0-9_-*/=${value}`]) {
      expect((await continues(state(member))).state).toBe(member)
    }
  })

  test('keys of the longest, and 32 members; a 33rd drops them all', async () => {
    const longest = [`${'z'.repeat(256)}=1`, `${'t'.repeat(241)}@${'v'.repeat(14)}=1`]
    for (const member of longest) expect((await continues(state(member))).state).toBe(member)
    const members = Array.from({ length: 32 }, (_, at) => `bar${String(at).padStart(2, '0')}=${at}`)
    expect((await continues(state(members.join(',')))).state).toBe(members.join(','))
    expect((await continues(state([...members, 'bar33=33'].join(',')))).state).toBeUndefined()
  })
})

describe('several calls of one request', () => {
  test.each([
    ['with a valid traceparent', parent(VALID), true],
    ['without one', [], false],
    ['with an illegal one', parent(`00-${TRACE}.-${PARENT}-01`), false],
  ] as const)('%s: one trace, a parent id each', async (_name, lines, isContinued) => {
    const contexts = await through(lines, 3)
    const [traceId, another] = new Set(contexts.map((context) => context.traceId))
    expect(another).toBeUndefined()
    expect(traceId === TRACE).toBe(isContinued)
    expect(new Set(contexts.map(({ parentId }) => parentId)).size).toBe(3)
  })
})

describe('flags', () => {
  test.each([0, 1, 2, 3])('%d: sampled and random are kept', async (flags) => {
    expect((await continues(parent(`00-${TRACE}-${PARENT}-0${flags}`))).flags).toBe(flags)
  })

  test('bits without a meaning are sent as zero; a new trace says that it is random', async () => {
    expect((await continues(parent(`00-${TRACE}-${PARENT}-ff`))).flags).toBe(3)
    expect((await one([])).flags & 2).toBe(2)
  })
})
