import { expect, it } from 'vitest'
import { initialState, type State } from '../../src/dashboard/state.ts'
import { titleOf } from '../../src/dashboard/title.ts'
import { about, aSecond } from '../support/seen.ts'

const NOW = 1_000_000
const live: State = { ...initialState(''), connection: { is: 'live' }, about: about(0) }

it('is the service, as soon as it is known', () => {
  expect(titleOf(initialState(''))).toBe('podspan')
  expect(titleOf(live)).toBe('shop - podspan')
})

it('counts what failed in the last minute, and nothing before it', () => {
  const traffic = [60_000, 59_000, 0].map((agoMs) => aSecond(NOW - agoMs, { requests: 900, errors: 600 }))
  expect(titleOf({ ...live, traffic })).toBe('(1,200 failed) shop - podspan')
  expect(titleOf({ ...live, traffic: [...traffic, aSecond(NOW + 60_000, { requests: 1 })] })).toBe('shop - podspan')
})

it('counts nothing while the sidecar is not heard', () => {
  const traffic = [aSecond(NOW, { requests: 9, errors: 6 })]
  expect(titleOf({ ...live, traffic, connection: { is: 'lost', atMs: NOW } })).toBe('shop - podspan')
})
