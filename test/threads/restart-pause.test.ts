import { expect, test } from 'vitest'
import { RestartPause } from '../../src/threads/restart-pause.ts'

test('each pause is twice the one before, up to the bound, and short again after a long life', () => {
  const pause = new RestartPause(5, 30)
  const pauses = [0, 29, 30, 0, 0, 31, 0].map((livedMs) => pause.after(livedMs))
  expect(pauses).toEqual([5, 10, 20, 30, 30, 5, 10])
})
