import { expect, it } from 'vitest'
import { setHeaders } from '../../src/decorators/set-headers.ts'
import { field } from '../../src/http1/message.ts'
import { request, response } from './views.ts'

it('takes the place of fields of the same name, whatever their case', () => {
  const view = { ...response(200), fields: [field('x-frame-options', 'ALLOW'), field('Date', 'now')] }
  expect(setHeaders({ 'X-Frame-Options': 'DENY' }).response?.(view, request())).toEqual({
    kind: 'response',
    fields: [field('Date', 'now'), field('X-Frame-Options', 'DENY')],
  })
})

it('refuses what no field may hold', () => {
  expect(() => setHeaders({ X: 'a\r\nY: b' })).toThrow('the value of X')
})
