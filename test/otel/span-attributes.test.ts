import { expect, test } from 'vitest'
import { serverOf } from '../../otel/span-attributes.ts'

test.each([
  ['shop', 'http', { address: 'shop', port: 80 }],
  ['shop', 'https', { address: 'shop', port: 443 }],
  ['shop:8080', 'http', { address: 'shop', port: 8080 }],
  ['[::1]:5', 'http', { address: '::1', port: 5 }],
  ['[::1]', 'http', { address: '::1', port: 80 }],
  ['', 'http', undefined],
  ['a:b:c', 'http', undefined],
  [undefined, 'http', undefined],
])('Host %s over %s', (host, scheme, expected) => {
  expect(serverOf(host, scheme)).toEqual(expected)
  // The one before is remembered, and must not answer for another.
  expect(serverOf('other', 'http')).toEqual({ address: 'other', port: 80 })
  expect(serverOf(host, scheme)).toEqual(expected)
})
