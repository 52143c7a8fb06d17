/** What was found → text for people, or one JSON document for programs. Pure. What others said is printable ASCII here. */
import { createColors } from 'picocolors'
import { asciiJson } from '../json.ts'
import { printable } from '../printable.ts'
import type { Finding, Mark, Report } from './finding.ts'

const MARK_CHARS = 9
const ABOUT_CHARS = 13
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red' } as const

/** One finding, its advice below it. */
export function findingText({ about, mark, found, advice }: Finding, isColoured: boolean): string {
  const shown = createColors(isColoured)[COLOURS[mark]](mark)
  const indent = ' '.repeat(MARK_CHARS)
  const first = `${shown}${' '.repeat(MARK_CHARS - mark.length)}${`${about}:`.padEnd(ABOUT_CHARS)} ${printable(found)}`
  return [first, ...advice.map((each) => `${indent}-> ${printable(each)}`)].join('\n')
}

/** The last line. */
export function summaryText({ findings, exitCode }: Report): string {
  if (exitCode === 64) return 'The configuration is wrong, so nothing else was looked at.'
  const count = (mark: Mark): number => findings.filter((each) => each.mark === mark).length
  const [bad, odd] = [count('failed'), count('warning')]
  if (bad === 0 && odd === 0) return `All ${findings.length} are fine.`
  return `${bad} failed, ${odd} ${odd === 1 ? 'warning' : 'warnings'}, ${count('ok')} fine.`
}

export function reportJson(report: Report): string {
  return asciiJson(report)
}
