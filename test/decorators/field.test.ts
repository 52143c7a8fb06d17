import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTarget, isText, isToken, makeField } from '../../src/decorators/field.ts'

describe('makeField', () => {
  it.each([
    ['X-A', ' b\t', { name: 'X-A', key: 'x-a', value: 'b', line: 'X-A: b' }],
    ['Empty', '', { name: 'Empty', key: 'empty', value: '', line: 'Empty: ' }],
    ['obs', 'caf\xe9', { name: 'obs', key: 'obs', value: 'caf\xe9', line: 'obs: caf\xe9' }],
  ])('makes %s of %j', (name, value, field) => {
    expect(makeField(name, value)).toEqual(field)
  })

  it.each([
    ['', 'a'],
    ['a b', 'a'],
    ['a:', 'a'],
    ['a\r\nX', 'a'],
    ['a', 'b\r\nX: y'],
    ['a', 'b\nc'],
    ['a', 'b\0'],
    ['a', '\u2028'],
    ['a', '\u010d\u010a'], // whose low bytes are CR and LF
  ])('refuses %j: %j', (name, value) => {
    expect(makeField(name, value)).toBeTypeOf('string')
  })

  it('never lets a line end through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const made = makeField(name, value)
        if (typeof made !== 'string')
          expect(Buffer.from(made.line, 'latin1').toString('latin1')).not.toMatch(/[\r\n\0]/)
      }),
    )
  })
})

describe('start lines', () => {
  it.each([
    ['isToken', isToken, ['GET', 'M-SEARCH'], ['', 'G ET', 'GET\n', 'G(']],
    ['isText', isText, ['', 'Not Found', 'caf\xe9', 'a\tb'], ['a\r', 'a\n', '\x7f', '\u0100']],
    ['isTarget', isTarget, ['/', '/a?b=%0d', '*'], ['', '/a b', '/a\r\n', '/\t', '/\u0100']],
  ] as const)('%s', (_, check, good, bad) => {
    expect(good.map((text) => check(text))).toEqual(good.map(() => true))
    expect(bad.map((text) => check(text))).toEqual(bad.map(() => false))
  })
})
