import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { type Finding, failed, ok, type Report, warning } from '../../src/check/finding.ts'
import { findingText, reportJson, summaryText } from '../../src/check/report.ts'

const FINDINGS: readonly Finding[] = [
  ok('target', 'it is there'),
  warning('traces, metrics', 'hm', 'do this', 'or that'),
  failed('logs', 'no', 'look'),
]
const report = (exitCode: Report['exitCode'], ...findings: Finding[]): Report => ({ version: '1', findings, exitCode })

test('for people: mark, what, how it is, and what to do below', () => {
  expect(FINDINGS.map((each) => findingText(each, false)).join('\n')).toBe(
    [
      'ok       target:       it is there',
      'warning  traces, metrics: hm',
      '         -> do this',
      '         -> or that',
      'failed   logs:         no',
      '         -> look',
    ].join('\n'),
  )
})

test('what others said is no command to a terminal', () => {
  const hostile = failed('traces', 'sends on to \u009b31m\u001b[2J', 'write \u009b')
  expect(findingText(hostile, false)).toMatch(/^[\x20-\x7e\n]*$/)
  expect(reportJson(report(1, hostile))).toMatch(/^[\x20-\x7e]*$/)
})

test('in colours the same stands in the same columns', () => {
  for (const each of FINDINGS) {
    const coloured = findingText(each, true)
    expect(coloured).not.toBe(findingText(each, false))
    expect(stripVTControlCharacters(coloured)).toBe(findingText(each, false))
  }
})

test.each([
  [report(0, ok('a', 'a')), 'All 1 are fine.'],
  [report(0, ok('a', 'a'), warning('b', 'b')), '0 failed, 1 warning, 1 fine.'],
  [report(1, ...FINDINGS, warning('b', 'b')), '1 failed, 2 warnings, 1 fine.'],
  [report(64, failed('settings', 'no')), 'The configuration is wrong, so nothing else was looked at.'],
])('its sum', (given, text) => {
  expect(summaryText(given)).toBe(text)
})

test('for programs: one JSON document', () => {
  expect(JSON.parse(reportJson(report(1, ...FINDINGS)))).toEqual({ version: '1', findings: FINDINGS, exitCode: 1 })
})
