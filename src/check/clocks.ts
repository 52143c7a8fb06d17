/**
 * Whether others' clocks agree with ours: a Date field tells whole seconds, and the answer was on its way for a while, so what is
 * known is an interval. Only what lies outside of it is a difference. Pure.
 */
import { type Finding, ok, type TimeTold, warning } from './finding.ts'

/** Spans of one trace then stand in an order that never was; less is what unsynchronised machines are apart anyway. */
const SKEW_MS_MAX = 2_000
/** What a Date field leaves out. */
const ROUNDING_MS = 1_000

export function clockFindings(told: readonly TimeTold[]): Finding[] {
  const readings = told.flatMap((each) => {
    const skewMs = skewOf(each)
    return skewMs === undefined ? [] : [{ by: each.by, skewMs }]
  })
  const wrong = readings.filter(({ skewMs }) => Math.abs(skewMs) > SKEW_MS_MAX)
  // Three signals have one collector.
  const seen = new Map(wrong.map((each) => [each.by, each]))
  if (seen.size > 0) return [...seen.values()].map(skewed)
  const by = [...new Set(readings.map((each) => each.by))]
  return by.length === 0 ? [] : [ok('clock', `agrees with that of ${by.join(' and ')}, to the second`)]
}

/** How far the other clock is ahead, in ms, at least; 0 when both may be right. Undefined when it told no time. */
export function skewOf({ date, askedAtMs, heardAtMs }: TimeTold): number | undefined {
  const toldMs = Date.parse(date)
  if (Number.isNaN(toldMs)) return undefined
  const leastMs = toldMs - heardAtMs
  const mostMs = toldMs + ROUNDING_MS - askedAtMs
  return leastMs > 0 ? leastMs : Math.min(0, mostMs)
}

function skewed({ by, skewMs }: { readonly by: string; readonly skewMs: number }): Finding {
  const seconds = (Math.abs(skewMs) / 1e3).toFixed(1)
  return warning(
    'clock',
    `that of ${by} is ${skewMs > 0 ? 'ahead' : 'behind'} by ${seconds} s or a second more`,
    'spans of the two stand in the wrong order then: look at the time of both machines (NTP, chrony)',
  )
}
