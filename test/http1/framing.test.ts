import { expect, test } from 'vitest'
import { requestFraming, responseFraming } from '../../src/http1/framing.ts'
import { field } from '../../src/http1/message.ts'

test('a request without framing fields has no body, an answer lasts until the close', () => {
  expect(requestFraming([], '1.1')).toEqual({ kind: 'none' })
  expect(responseFraming([], '1.1', 200, 'GET')).toEqual({
    framing: { kind: 'until-close' },
    declared: { kind: 'until-close' },
  })
})

test.each([
  ['HEAD', 200, 'length'],
  ['GET', 304, 'length'],
  ['GET', 204, 'none'],
  ['GET', 103, 'none'],
])('%s %i carries no body; its fields may still say %s', (method, status, declared) => {
  const result = responseFraming([field('Content-Length', '7')], '1.1', status, method)
  expect(result).toMatchObject({ framing: { kind: 'none' }, declared: { kind: declared } })
})
