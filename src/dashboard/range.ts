/** How much of the past the charts show. Pure. */

export type Minutes = '1' | '5' | '15'

export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
  /** At most sixty points a chart: what is less than a step is its mean, and single seconds are noise where little passes. */
  readonly stepMs: number
}

export const RANGES: readonly { readonly value: Minutes; readonly label: string }[] = [
  { value: '1', label: '1 min' },
  { value: '5', label: '5 min' },
  { value: '15', label: '15 min' },
]

const MINUTE_MS = 60_000
const STEPS_MS = [
  { lengthMs: 2 * MINUTE_MS, stepMs: 2_000 },
  { lengthMs: 5 * MINUTE_MS, stepMs: 5_000 },
]
const STEP_MAX_MS = 15_000

/** So many minutes, or less where less was seen: `firstMs` is the first point there is. */
export function rangeUntil(toMs: number, minutes: Minutes, firstMs: number): TimeRange {
  const seenMs = Math.max(MINUTE_MS, toMs - firstMs)
  const lengthMs = Math.min(Number(minutes) * MINUTE_MS, seenMs)
  const stepMs = STEPS_MS.find((each) => lengthMs <= each.lengthMs)?.stepMs ?? STEP_MAX_MS
  return { fromMs: toMs - lengthMs, toMs, stepMs }
}

/** What one point of a chart stands for. */
export function stepWords({ stepMs }: TimeRange): string {
  return `means of ${stepMs / 1_000} s`
}
