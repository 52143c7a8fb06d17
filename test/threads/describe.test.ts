import { expect, test } from 'vitest'
import { describe } from '../../src/threads/describe.ts'

test('the message and where it was thrown, in one line; anything else as text', () => {
  expect(describe(new Error('no more'))).toMatch(/^no more \(at .+describe\.test\.ts.+\)$/)
  const bare = new Error('bare')
  bare.stack = ''
  expect(describe(bare)).toBe('bare')
  expect(describe('a text')).toBe('a text')
})
