import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { abort, codeOf } from '../../src/tunnel/wire.ts'

test('abort resets where the transport can, and destroys where it cannot', () => {
  const plain = new PassThrough()
  abort(plain)
  expect(plain.destroyed).toBe(true)
  let reset = false
  abort(
    Object.assign(new PassThrough(), {
      resetAndDestroy: () => {
        reset = true
      },
    }),
  )
  expect(reset).toBe(true)
})

test('codeOf prefers the system’s code', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBe('EPIPE')
  expect(codeOf(new TypeError('x'))).toBe('TypeError')
})
