import { expect, it } from 'vitest'
import { wantsColour } from '../src/config-colour.ts'

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '' }, false, false],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
  // Who does not want it is listened to first.
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
])('%j, terminal %s: %s', (env, isTty, expected) => {
  expect(wantsColour(env, isTty)).toBe(expected)
})
