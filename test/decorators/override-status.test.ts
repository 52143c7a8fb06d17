import { expect, it } from 'vitest'
import { overrideStatus } from '../../src/decorators/override-status.ts'
import { request, response } from './views.ts'

it('changes the status it is for and leaves others', () => {
  const decorator = overrideStatus(404, 410, 'Gone')
  expect(decorator.response?.(response(404), request())).toEqual({ kind: 'response', status: 410, reason: 'Gone' })
  expect(decorator.response?.(response(200), request())).toBeUndefined()
})
