import { expect, test } from 'vitest'
import { Figures } from '../../../bench/measure/figures.ts'
import { budgetTable, verdict } from '../../../bench/report/budgets.ts'

const of = (median: number) => ({ median, min: median, max: median, rounds: 1 })

test.each([
  ['at most, within', of(2), 2, false, 'met'],
  ['at most, beyond', of(2.01), 2, false, 'MISSED'],
  ['at least, within', of(6), 6, true, 'met'],
  ['at least, below', of(5.9), 6, true, 'MISSED'],
  ['nothing measured', undefined, 2, false, 'not measured'],
])('%s', (_, spread, limit, isAtLeast, said) => {
  expect(verdict(spread, limit, isAtLeast)).toBe(said)
})

test('the data thread alone is compared with all of nginx, round by round', () => {
  const figures = new Figures()
  for (const [round, nginxUs] of [10, 20].entries()) {
    figures.set('cpuUs get/0', 'nginx', round, nginxUs)
    figures.set('cpuUs get/0', 'podspan', round, nginxUs * 1.9)
    figures.set('dataUs get/0', 'podspan', round, nginxUs * 1.6)
  }
  const rows = budgetTable(figures).split('\n')
  expect(rows.find((row) => row.includes('the process'))).toMatch(/1\.90x \(1\.90\.\.1\.90\) \| +met/)
  expect(rows.find((row) => row.includes('the data thread'))).toMatch(/1\.60x \(1\.60\.\.1\.60\) \| +MISSED/)
})
