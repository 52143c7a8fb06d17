/** When to try again what could not be delivered: `Retry-After`, and pauses that grow. Pure: it sends nothing and knows no clock. */
import type { Limits } from './limits.ts'

/** RFC 9110 §10.2.3: seconds or a date. Anything else is as if it were not there. */
export function parseRetryAfter(text: string | undefined, wallMs: number): number | undefined {
  const value = text?.trim() ?? ''
  if (/^[0-9]{1,10}$/.test(value)) return Number(value) * 1e3
  // Date.parse takes nearly anything; all three forms of an HTTP date begin with the day's name.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallMs)
}

const GROWTH = 1.5
/** Of the pause, either way: senders that failed together do not come back together. */
const JITTER = 0.2

/** `attempt` counts from 0; `random` is from 0 to 1. */
export function pauseMs(attempt: number, retryAfterMs: number | undefined, limits: Limits, random: number): number {
  const grown = (fromMs: number): number => Math.min(fromMs * GROWTH ** attempt, limits.exportPauseMsMax)
  const jitter = 1 + JITTER * (2 * random - 1)
  if (retryAfterMs === undefined) return Math.max(limits.exportPauseMsMin, grown(limits.exportPauseMs) * jitter)
  // Never before the time it named; and one that says 0 for ever is asked less and less often.
  const floor = grown(limits.exportPauseMsMin)
  return Math.max(Math.min(retryAfterMs, limits.retryAfterMsMax), floor) * (1 + JITTER * random)
}
