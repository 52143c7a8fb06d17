import { expect, it } from 'vitest'
import { after, isThenable } from '../../src/decorators/promised.ts'

it('goes on at once when there is nothing to wait for', () => {
  expect(after(undefined, () => 'done')).toBe('done')
})

it('waits otherwise, for foreign thenables too', async () => {
  const order: string[] = []
  const waited = Promise.resolve().then(() => void order.push('first'))
  const result = after(waited, () => {
    order.push('second')
    return 'done'
  })
  expect(result).toBeInstanceOf(Promise)
  expect(await result).toBe('done')
  expect(order).toEqual(['first', 'second'])
})

it.each([
  [Promise.resolve(), true],
  // biome-ignore lint/suspicious/noThenProperty: a promise of another library looks like this
  [{ then: (): void => {} }, true],
  // biome-ignore lint/suspicious/noThenProperty: and this is none
  [{ then: 1 }, false],
  [null, false],
  [undefined, false],
  ['then', false],
])('tells a thenable: case %#', (value, is) => {
  expect(isThenable<unknown>(value)).toBe(is)
})
