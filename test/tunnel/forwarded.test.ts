import { expect, test } from 'vitest'
import { field } from '../../src/http1/message.ts'
import { forwardedOf } from '../../src/tunnel/forwarded.ts'

const XFF = 'X-Forwarded-For'

test.each([
  ['nobody is trusted', 0, [field(XFF, '1.1.1.1')], undefined],
  ['nothing is said', 1, [], undefined],
  ['one proxy: its entry is the last', 1, [field(XFF, '6.6.6.6, 1.1.1.1')], { for: '1.1.1.1' }],
  ['two proxies: what the outer one wrote', 2, [field(XFF, '6.6.6.6, 1.1.1.1, 10.0.0.1')], { for: '1.1.1.1' }],
  ['several lines are one list', 2, [field(XFF, '6.6.6.6'), field(XFF, '1.1.1.1,10.0.0.1')], { for: '1.1.1.1' }],
  ['fewer entries than hops', 3, [field(XFF, '1.1.1.1')], { for: '1.1.1.1' }],
  ['a port', 1, [field(XFF, '1.1.1.1:1234')], { for: '1.1.1.1' }],
  ['IPv6', 1, [field(XFF, '2001:db8::1')], { for: '2001:db8::1' }],
  ['IPv6 with a port', 1, [field(XFF, '[2001:db8::1]:80')], { for: '2001:db8::1' }],
  [
    'scheme and host',
    1,
    [field('X-Forwarded-Proto', 'HTTPS'), field('X-Forwarded-Host', 'shop.example')],
    { proto: 'https', host: 'shop.example' },
  ],
  ['a scheme that is none', 1, [field('X-Forwarded-Proto', 'javascript')], undefined],
  [
    'Forwarded, and nothing else beside it',
    1,
    [field('Forwarded', 'for=6.6.6.6, for="[2001:db8::1]:80";Proto=https;host="a,b"'), field(XFF, '1.1.1.1')],
    { for: '2001:db8::1', proto: 'https', host: 'a,b' },
  ],
  ['Forwarded that makes no sense', 1, [field('Forwarded', ';;=,"')], undefined],
])('%s', (_name, hops, fields, expected) => {
  expect(forwardedOf(fields, hops)).toEqual(expected)
})
