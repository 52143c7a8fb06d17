import { describe, expect, it } from 'vitest'
import { caretUnder, EXAMPLES } from '../../src/dashboard/filter-words.ts'
import { filterFor } from '../../src/dashboard/routes.ts'
import { parseFilter } from '../../src/filter/filter.ts'

it.each([
  ['status>=500 && pth', 15, 'status>=500 && pth\n              ^'],
  ['x', 1, 'x\n^'],
  ['status>', 8, 'status>\n       ^'],
  ['ab', 99, 'ab\n  ^'],
  ['', 1, '\n^'],
])('has a caret under the column: %j at %s', (text, column, expected) => {
  expect(caretUnder(text, column)).toBe(expected)
})

it('shows the surroundings of a place in a long filter', () => {
  const text = `${'a'.repeat(100)}!${'b'.repeat(100)}`
  const [line = '', caret = ''] = caretUnder(text, 101).split('\n')
  expect(line).toBe(`…${'a'.repeat(40)}!${'b'.repeat(39)}…`)
  expect(line[caret.indexOf('^')]).toBe('!')
})

describe('what the page asks for by itself', () => {
  it.each(EXAMPLES.map(({ where }) => where))('is understood: %s', (where) => {
    expect(parseFilter(where)).toMatchObject({ ok: true })
  })

  it.each(['/users/{id}', '/a "quoted" one', '/back\\slash'])('is understood of the route %s', (route) => {
    const where = filterFor({ method: 'GET', route, count: 0, errors: 0, perSecond: 0, errorsPerSecond: 0 }) ?? ''
    const parsed = parseFilter(where)
    if (!parsed.ok) throw new Error(parsed.message)
    const request = { method: 'GET', path: '/x', route, scheme: 'http', httpVersion: '1.1', bytes: 0 }
    expect(parsed.matches({ request } as never)).toBe(true)
    expect(parsed.matches({ request: { ...request, route: '/other' } } as never)).toBe(false)
  })
})
