import { describe, expect, test } from 'vitest'
import { type Field, field } from '../../src/http1/message.ts'
import { FORWARDING_FIELDS, withForwarding, withVia } from '../../src/tunnel/forwarding.ts'
import { play } from '../support/play.ts'

const HOP = { peerAddress: '10.0.0.7', version: '1.1' } as const
const lines = (fields: readonly Field[]): string[] => fields.map(({ line }) => line)

describe('a request', () => {
  test('is left alone unless asked', () => {
    const fields = [field('Host', 'h'), field('X-Forwarded-For', '1.2.3.4')]
    expect(lines(withForwarding(fields, [], HOP))).toEqual(lines(fields))
  })

  test('says what this hop knows, after the host it was sent to', () => {
    expect(lines(withForwarding([field('Host', 'h:80')], FORWARDING_FIELDS, HOP))).toEqual([
      'Host: h:80',
      'Via: 1.1 podspan',
      'Forwarded: for=10.0.0.7;host="h:80";proto=http',
      'X-Forwarded-For: 10.0.0.7',
    ])
  })

  test('keeps the hops before, on the last line of the name', () => {
    const fields = [field('x-forwarded-for', 'a'), field('X-Forwarded-FOR', 'b'), field('via', ''), field('A', '1')]
    expect(lines(withForwarding(fields, ['via', 'x-forwarded-for'], HOP))).toEqual([
      'x-forwarded-for: a',
      'X-Forwarded-FOR: b, 10.0.0.7',
      'via: 1.1 podspan',
      'A: 1',
    ])
  })

  test('an IPv6 address is quoted where the grammar asks for it', () => {
    const hop = { peerAddress: '::1', version: '1.0' } as const
    expect(lines(withForwarding([], ['forwarded', 'via', 'x-forwarded-for'], hop))).toEqual([
      'Forwarded: for="[::1]";proto=http',
      'Via: 1.0 podspan',
      'X-Forwarded-For: ::1',
    ])
  })
})

test('an answer has Via only', () => {
  expect(lines(withVia([], FORWARDING_FIELDS, '1.1'))).toEqual(['Via: 1.1 podspan'])
  expect(withVia([], ['forwarded'], '1.1')).toEqual([])
})

test('through the tunnel', async () => {
  const { client, origin } = play({ forwarding: ['via', 'x-forwarded-for'] })
  client.sends('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  const app = await origin()
  await app.receives('GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 podspan\r\nX-Forwarded-For: unknown\r\n')
  app.sends('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  await client.receives('HTTP/1.1 200 OK\r\nVia: 1.1 podspan\r\nContent-Length: 0\r\n\r\n')
})
