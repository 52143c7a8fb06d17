import { expect, test } from 'vitest'
import { type Knock, refusalOf } from '../../src/admin/guard.ts'

function typeOf(changes: Partial<Knock>): string | undefined {
  const knock = { method: 'GET', hosts: ['localhost:4199'], origin: undefined, fetchSite: undefined, ...changes }
  return refusalOf(knock)?.type
}

test.each([
  'localhost',
  'localhost:4199',
  'LocalHost:1',
  '127.0.0.1',
  '127.0.0.1:4199',
  '10.1.2.3:80',
  '[::1]',
  '[::1]:4199',
])('lets in who asks for %s', (host) => expect(typeOf({ hosts: [host] })).toBeUndefined())

test.each([
  'evil.example',
  'evil.example:4199',
  'localhost.evil.example',
  'evil.localhost',
  '127.0.0.1.evil.example',
  '127.0.0.1@evil.example',
  'localhost:4199@evil.example',
  'localhost,evil.example',
  '::1',
  'localhost:',
  '',
])('turns away who asks for %s: DNS rebinding cannot do without a name', (host) => {
  expect(typeOf({ hosts: [host] })).toBe('foreign_host')
})

test('takes one Host, not two and not none', () => {
  expect(typeOf({ hosts: [] })).toBe('bad_host')
  expect(typeOf({ hosts: ['localhost', 'evil.example'] })).toBe('bad_host')
})

test.each([
  ['http://localhost:4199', undefined],
  ['http://localhost', 'foreign_origin'],
  ['https://localhost:4199', 'foreign_origin'],
  ['http://127.0.0.1:4199', 'foreign_origin'],
  ['http://evil.example', 'foreign_origin'],
  ['null', 'foreign_origin'],
  ['', 'foreign_origin'],
])('a page of %j: %s', (origin, type) => expect(typeOf({ origin })).toBe(type))

test.each([
  ['none', undefined],
  ['same-origin', undefined],
  ['same-site', 'cross_site'],
  ['cross-site', 'cross_site'],
  ['anything', 'cross_site'],
])('a browser that says %s: %s', (fetchSite, type) => expect(typeOf({ fetchSite })).toBe(type))

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get'])('there is no %s', (method) => {
  expect(typeOf({ method })).toBe('method_not_allowed')
})
