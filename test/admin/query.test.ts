import { expect, test } from 'vitest'
import { type Allowed, readQuery } from '../../src/admin/query.ts'
import { exchangeOf } from '../support/observed.ts'

const ALL: Allowed = { parameters: ['where', 'limit', 'format', 'follow'], formats: ['json', 'otlp'] }

function read(text: string, allowed = ALL) {
  const asked = readQuery(text, allowed)
  return 'kind' in asked ? JSON.parse(asked.body.toString()).error : asked
}

test('reads what is allowed', () => {
  const asked = read('where=status%3E%3D500%20%26%26%20path^%3D"/a"&limit=20&format=otlp&follow')
  expect(asked).toMatchObject({ where: 'status>=500 && path^="/a"', limit: 20, format: 'otlp', follow: true })
  expect(asked.matches(exchangeOf(1))).toBe(false)
  expect(asked.matches(exchangeOf(1, { response: { status: 500, reason: '', bytes: 0 } }))).toBe(true)
})

test('asked for nothing it asks for all', () => {
  const asked = read('')
  expect(asked).toMatchObject({ where: undefined, limit: undefined, format: undefined, follow: false })
  expect(asked.matches(exchangeOf(1))).toBe(true)
})

test.each([
  ['size=1', 'bad_query', 'where, limit, format, follow'],
  ['limit=1&limit=2', 'bad_query', 'twice'],
  ['limit=-1', 'bad_query', 'whole number'],
  ['limit=1e3', 'bad_query', 'whole number'],
  ['limit=99999999', 'bad_query', 'whole number'],
  ['format=xml', 'bad_query', 'json, otlp'],
  ['follow=maybe', 'bad_query', 'follow'],
  ['where=status >', 'bad_filter', 'where: '],
])('%s is %s, and says what is allowed', (query, type, word) => {
  expect(read(query)).toMatchObject({ type, message: expect.stringContaining(word) })
})

test('a wrong filter says where', () => {
  expect(read('where=status%20%3E%3E%201').column).toBeTypeOf('number')
  expect(read('where=%22')).toMatchObject({ type: 'bad_filter', column: 1 })
})

test('where nothing may be asked that is said', () => {
  expect(read('where=1', { parameters: [] })).toMatchObject({
    type: 'bad_query',
    message: expect.stringContaining('none'),
  })
})
