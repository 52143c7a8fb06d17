import { expect, it } from 'vitest'
import { timesIn } from '../../src/dashboard/times.ts'

const AT = Date.UTC(2026, 10, 7, 14, 3, 11, 482)

it('writes times as the reader does, in the zone of the reader', () => {
  const here = timesIn('en-GB', 'UTC')
  expect(here.second(AT)).toBe('14:03:11')
  expect(here.exact(AT)).toBe('14:03:11.482')
  expect(here.full(AT)).toBe('7 Nov 2026, 14:03:11.482 UTC')
  const there = timesIn('en-US', 'Asia/Kolkata')
  expect(there.second(AT)).toBe('19:33:11')
  expect(there.full(AT)).toBe('Nov 7, 2026, 19:33:11.482 GMT+5:30')
})

it('takes the locale and the zone of where it runs when none is said', () => {
  expect(timesIn().exact(AT)).toMatch(/\d\d.\d\d.\d\d.482/)
})
