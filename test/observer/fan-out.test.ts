import { expect, test } from 'vitest'
import { FanOut } from '../../src/observer/fan-out.ts'
import { exchangeOf } from '../support/observed.ts'

test('a sink that throws is said once and counted, and the others get everything', () => {
  const said: string[] = []
  const taken: number[] = []
  const fanOut = new FanOut(
    [
      {
        name: 'the broken',
        take: () => {
          throw new Error('no')
        },
      },
      { name: 'the good', take: ({ id }) => taken.push(id) },
    ],
    (text) => said.push(text),
  )
  for (const id of [1, 2, 3]) fanOut.sink(exchangeOf(id))
  expect(taken).toEqual([1, 2, 3])
  expect(said).toEqual(['the broken failed on exchange 1; more failures are only counted: Error: no'])
  expect([...fanOut.failures]).toEqual([['the broken', 3]])
})
