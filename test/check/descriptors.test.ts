import { expect, test } from 'vitest'
import { checkDescriptors, descriptorFindings } from '../../src/check/descriptors.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

const text = (soft: string): string =>
  `Max processes             1024                 1024                 processes \nMax open files            ${soft}                 1048576              files     \n`
const LIMITS = {
  ...DEFAULT_LIMITS,
  connectionsMax: 1_000,
  connectionsRefusedMax: 10,
  healthConnectionsMax: 10,
  adminConnectionsMax: 10,
}

test.each([
  ['unlimited', 'ok'],
  ['1048576', 'ok'],
  ['2130', 'ok'],
  ['2129', 'warning'],
  ['20', 'warning'],
])('%s descriptors for 1000 clients: %s', (soft, mark) => {
  expect(descriptorFindings(text(soft), LIMITS)[0]?.mark).toBe(mark)
})

test('the bound that is proposed fits', () => {
  const [finding] = descriptorFindings(text('1024'), LIMITS)
  const fitting = Number(/connectionsMax=(\d+)/.exec(finding?.advice.join() ?? '')?.[1])
  expect(fitting).toBe(447)
  expect(descriptorFindings(text('1024'), { ...LIMITS, connectionsMax: fitting })[0]?.mark).toBe('ok')
})

test('this very process is looked at, and where there is no /proc nothing is said', () => {
  expect(checkDescriptors(DEFAULT_LIMITS)).toMatchObject([{ about: 'descriptors' }])
  expect(descriptorFindings('', DEFAULT_LIMITS)).toEqual([])
})
