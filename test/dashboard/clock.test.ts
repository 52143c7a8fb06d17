import { expect, it } from 'vitest'
import { browserClock } from '../../src/dashboard/clock.ts'

it('calls once, later, and not after it was told not to', async () => {
  const called: string[] = []
  const before = browserClock.wallMs()
  const cancel = browserClock.after(1, () => called.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => {
    browserClock.after(20, () => {
      called.push('called')
      resolve()
    })
    expect(called).toEqual([])
  })
  expect(called).toEqual(['called'])
  expect(browserClock.wallMs()).toBeGreaterThanOrEqual(before)
})
