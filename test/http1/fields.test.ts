import { expect, test } from 'vitest'
import { connectionOptions, endToEndFields, keepsAlive, parseFields, upgradeOf } from '../../src/http1/fields.ts'
import { field } from '../../src/http1/message.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

test('white space around a value is not part of it, but of the line', () => {
  const line = `X-A:\t ${'\t'.repeat(400)}v v \t`
  expect(parseFields(line, DEFAULT_LIMITS)).toEqual([{ name: 'X-A', key: 'x-a', value: 'v v', line }])
})

test('hop-by-hop fields go, all others stay in order, case and bytes', () => {
  const fields = [
    field('B', '1'),
    field('Connection', 'x-hop, close'),
    field('X-Hop', '1'),
    field('TE', 'trailers'),
    field('Keep-Alive', '1'),
    field('a', '2'),
    field('Content-Length', '5'),
    field('B', '3'),
  ]
  expect(endToEndFields(fields).map(({ line }) => line)).toEqual(['B: 1', 'a: 2', 'B: 3'])
})

test.each([
  ['1.1', '', true],
  ['1.1', 'close', false],
  ['1.1', 'Keep-Alive, Close', false],
  ['1.0', '', false],
  ['1.0', 'keep-alive', true],
])('HTTP/%s with "%s" keeps alive: %s', (version, value, keeps) => {
  expect(keepsAlive(connectionOptions([field('Connection', value)]), version)).toBe(keeps)
})

test.each([
  ['1.1', 'upgrade', 'websocket', 'websocket'],
  ['1.1', 'keep-alive', 'websocket', undefined],
  ['1.0', 'upgrade', 'websocket', undefined],
  ['1.1', 'Upgrade, HTTP2-Settings', 'h2c', undefined],
  ['1.1', 'upgrade', 'h2c, websocket', 'websocket'],
])('HTTP/%s, Connection: %s, Upgrade: %s → %s', (version, connection, upgrade, expected) => {
  expect(upgradeOf([field('Upgrade', upgrade)], connectionOptions([field('Connection', connection)]), version)).toBe(
    expected,
  )
})
