import { expect, test } from 'vitest'
import { ownUsage, readOwnUsage } from '../../src/resources/own.ts'

test('the fields are found behind a name that may hold anything', () => {
  const stat = `7 (a) b (c) S 1 1 1 0 -1 0 0 0 0 0 250 50 0 0 20 0 1 0 1 1 1`
  expect(ownUsage(stat, 'Name:\tx\nVmRSS:\t  1234 kB\n')).toEqual({
    residentBytes: 1_263_616,
    userSeconds: 2.5,
    systemSeconds: 0.5,
  })
})

test('of this very process', () => {
  const usage = readOwnUsage()
  expect(usage?.residentBytes).toBeGreaterThan(10_000_000)
  expect(usage?.userSeconds).toBeGreaterThan(0)
})
