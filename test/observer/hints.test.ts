import { expect, test } from 'vitest'
import { instrumentedAppHint } from '../../src/observer/hints.ts'
import { exchangeOf } from '../support/observed.ts'

test('an app with spans of its own is told of once', () => {
  const said: string[] = []
  const hint = instrumentedAppHint((text) => said.push(text))
  hint(exchangeOf(1))
  expect(said).toEqual([])
  for (const id of [2, 3]) hint(exchangeOf(id, { appSpan: true }))
  expect(said).toEqual([expect.stringContaining('--app-instrumented')])
})
