import { expect, test } from 'vitest'
import { requestBodyOf } from '../../src/admin/request-body.ts'
import type { Exchange } from '../../src/exchange.ts'
import { exchangeOf } from '../support/observed.ts'

const posted = (bytes: number, marks: Exchange['marks'] = { requestEnd: 1 }) =>
  exchangeOf(7, { request: { method: 'POST', path: '/a', scheme: 'http', httpVersion: '1.1', bytes }, marks })

test('a body that was kept is there, with what says how to read it', () => {
  const slab = Buffer.from('before{"a":1}after')
  const kept = { exchangeId: 7, bytes: slab.subarray(6, 13), contentType: 'application/json' }
  expect(requestBodyOf(posted(7), kept, 10)).toEqual({
    kept: true,
    base64: Buffer.from('{"a":1}').toString('base64'),
    contentType: 'application/json',
  })
})

test.each([
  ['nothing when there was none', posted(0), 10, undefined],
  ['nothing when no request was understood', exchangeOf(7, { request: undefined }), 10, undefined],
  ['that it was not asked for', posted(5), 0, { kept: false, why: 'off' }],
  ['that it was too large', posted(11), 10, { kept: false, why: 'too-large' }],
  ['that it never came', posted(0, {}), 10, { kept: false, why: 'incomplete' }],
  ['that it broke off', posted(5, {}), 10, { kept: false, why: 'incomplete' }],
  ['that there was no room', posted(5), 10, { kept: false, why: 'no-room' }],
])('without one it says %s', (_, exchange, bytesMax, expected) => {
  expect(requestBodyOf(exchange, undefined, bytesMax)).toEqual(expected)
})
