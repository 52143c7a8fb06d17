import { describe, expect, it } from 'vitest'
import { checkAnswer, checkRequestChange, checkResponseChange } from '../../src/decorators/check.ts'
import type {
  Answer,
  RequestChange,
  RequestView,
  ResponseChange,
  ResponseView,
} from '../../src/decorators/decorator.ts'
import { type Field, field } from '../../src/http1/message.ts'

const own: Field = { name: 'X-Own', key: 'x-own', value: 'a', line: 'X-Own:   a  ' }
const request: RequestView = { exchangeId: 1, method: 'GET', target: '/', version: '1.1', fields: [own] }
const response: ResponseView = { version: '1.1', status: 200, reason: 'OK', fields: [own] }
const answer: Answer = { kind: 'answer', status: 200, reason: 'OK', fields: [], body: Buffer.from('ab') }

/** Decorators are often written without types. */
function untyped<T>(value: object): T {
  return value as T
}

describe('fields', () => {
  it('keeps those of the message byte for byte, and makes others from name and value alone', () => {
    const fields = untyped<Field[]>([own, { name: 'X-B', value: 'c' }, { ...own, line: 'X-Own: a\r\nX-Injected: b' }])
    const wanted = [own, field('X-B', 'c'), field('X-Own', 'a')]
    expect(checkRequestChange({ kind: 'request', fields }, request).fields).toEqual(wanted)
    expect(checkResponseChange({ kind: 'response', fields }, response).fields).toEqual(wanted)
    expect(checkAnswer({ ...answer, fields: [own] }, 10).fields).toEqual([field('X-Own', 'a')])
  })

  it.each([
    [[{ name: 'X', value: 'a\r\nb' }]],
    [[{ name: 'X\n', value: '' }]],
    [[{ name: 'X' }]],
    [[null]],
    ['X: y'],
    [{}],
  ])('refuses %j', (fields) => {
    expect(() => checkRequestChange(untyped({ kind: 'request', fields }), request)).toThrow(TypeError)
    expect(() => checkResponseChange(untyped({ kind: 'response', fields }), response)).toThrow(TypeError)
    expect(() => checkAnswer(untyped({ ...answer, fields }), 10)).toThrow(TypeError)
  })
})

it('takes over what was given, and nothing else', () => {
  const change = untyped<RequestChange>({ kind: 'request', method: 'PUT', target: '/b?c', version: '9.9' })
  expect(checkRequestChange(change, request)).toEqual({ kind: 'request', method: 'PUT', target: '/b?c' })
  const head = untyped<ResponseChange>({ kind: 'response', status: 404, reason: 'Gone', body: 'x' })
  expect(checkResponseChange(head, response)).toEqual({ kind: 'response', status: 404, reason: 'Gone' })
  expect(checkAnswer(answer, 2)).toEqual(answer)
})

describe('requests', () => {
  it.each([
    { method: 'G T' },
    { method: '' },
    { method: 'HEAD' },
    { target: '/a b' },
    { target: '/\r\nX: y' },
    { target: 7 },
  ])('refuses %j', (change) => {
    expect(() => checkRequestChange(untyped({ kind: 'request', ...change }), request)).toThrow(TypeError)
  })
})

describe('responses', () => {
  it.each([{ status: 99 }, { status: 101 }, { status: 600 }, { status: '404' }, { status: 200.5 }, { reason: 'a\nb' }])(
    'refuses %j, in a change and in an answer',
    (wrong) => {
      expect(() => checkResponseChange(untyped({ kind: 'response', ...wrong }), response)).toThrow(TypeError)
      expect(() => checkAnswer(untyped({ ...answer, ...wrong }), 10)).toThrow(TypeError)
    },
  )

  it.each([
    [200, 204],
    [200, 304],
    [204, 200],
    [304, 404],
  ])('refuses to turn %d into %d, whose end is found otherwise', (from, status) => {
    const view = { ...response, status: from }
    expect(() => checkResponseChange({ kind: 'response', status }, view)).toThrow('give a whole answer instead')
    expect(checkAnswer({ ...answer, status }, 10).status).toBe(status)
  })

  it('refuses a body that is no bytes, or too many of them', () => {
    expect(() => checkAnswer(untyped({ ...answer, body: 'text' }), 10)).toThrow('Uint8Array')
    expect(() => checkAnswer(answer, 1)).toThrow('an answer of 2 bytes; at most 1')
  })
})
