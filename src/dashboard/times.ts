/** Times of day as the reader's browser writes them. It is told the time and never asks for it. */

const CLOCK_TIME: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
}

export interface Times {
  /** `14:03:11` */
  second(atMs: number): string
  /** `14:03:11.482` */
  exact(atMs: number): string
  /** `27 Nov 2026, 14:03:11.482 UTC` */
  full(atMs: number): string
}

/** Undefined is the browser's own locale and zone. */
export function timesIn(locale?: string, timeZone?: string): Times {
  const options = { ...CLOCK_TIME, ...(timeZone === undefined ? {} : { timeZone }) }
  const second = new Intl.DateTimeFormat(locale, options)
  const exact = new Intl.DateTimeFormat(locale, { ...options, fractionalSecondDigits: 3 })
  const full = new Intl.DateTimeFormat(locale, {
    ...options,
    fractionalSecondDigits: 3,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZoneName: 'short',
  })
  return {
    second: (atMs) => second.format(atMs),
    exact: (atMs) => exact.format(atMs),
    full: (atMs) => full.format(atMs),
  }
}
