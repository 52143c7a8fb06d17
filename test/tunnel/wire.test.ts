import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { abort, addressOf, codeOf, readFrom } from '../../src/tunnel/wire.ts'

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

test('from now on bytes go to the newest reader alone', () => {
  const wire = new PassThrough()
  const texts: string[] = []
  const reader = (name: string) => (bytes: Buffer) => texts.push(`${name} ${bytes}`) > 0
  readFrom(wire, reader('first'))
  readFrom(wire, reader('second'))
  wire.emit('data', Buffer.from('a'))
  expect(texts).toEqual(['second a'])
})

test('where a wire leads: an address and a port, a path, or unknown', () => {
  const wire = (parts: object): PassThrough => Object.assign(new PassThrough(), parts)
  expect(addressOf(wire({ unixPath: '/run/app.sock' }))).toEqual({ address: '/run/app.sock' })
  expect(addressOf(wire({ remoteAddress: '::1', remotePort: 80 }))).toEqual({ address: '::1', port: 80 })
  expect(addressOf(wire({}))).toEqual({ address: 'unknown' })
})
