/**
 * Figures as people read them: three digits are enough, and every one has its unit. Pure. The page is in English, so are its
 * decimal points; times of day are the reader's own (times.ts).
 */

/** A figure and its unit apart, so that a view may set them differently. */
export interface Figure {
  readonly value: string
  readonly unit: string
}

export const NOTHING = '–'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `0.42 ms`, `8.1 ms`, `182 ms`, `1.24 s`, `3 min 5 s`. */
export function durationFigure(ms: number): Figure {
  if (ms < 1_000) return { value: ms < 999.5 ? short(ms) : '1', unit: ms < 999.5 ? 'ms' : 's' }
  if (ms < MINUTE_MS) return { value: short(ms / 1_000), unit: 's' }
  return { value: spanWords(ms), unit: '' }
}

export function duration(ms: number): string {
  return text(durationFigure(ms))
}

/** Of ages and of how long ago, in at most two units: `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 1 h`. */
export function spanWords(ms: number): string {
  const whole = Math.max(0, Math.floor(ms))
  if (whole < MINUTE_MS) return `${Math.floor(whole / 1_000)} s`
  if (whole < HOUR_MS) return pair(whole, MINUTE_MS, 'min', 1_000, 's')
  if (whole < DAY_MS) return pair(whole, HOUR_MS, 'h', MINUTE_MS, 'min')
  return pair(whole, DAY_MS, 'd', HOUR_MS, 'h')
}

function pair(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs)
  return `${Math.floor(ms / bigMs)} ${big}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

export function bytesFigure(bytes: number): Figure {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_024
    unit++
  }
  return { value: unit === 0 ? String(Math.round(value)) : short(value), unit: BYTE_UNITS[unit] ?? '' }
}

export function bytes(count: number): string {
  return text(bytesFigure(count))
}

/** Of one, as per cent: `0 %`, `0.4 %`, `12 %`. What is not nothing never shows as 0, nor what is not all as 100. */
export function percent(ratio: number): string {
  if (ratio <= 0) return '0 %'
  const value = ratio * 100
  if (value < 0.1) return '< 0.1 %'
  if (value < 9.95) return `${value.toFixed(1).replace(/\.0$/, '')} %`
  if (ratio < 1 && value > 99) return '99 %'
  return `${Math.round(value)} %`
}

/** `0.4`, `43`, `1,240`. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0'
  if (perSecond < 0.05) return '< 0.1'
  return perSecond < 9.95 ? perSecond.toFixed(1).replace(/\.0$/, '') : count(Math.round(perSecond))
}

const WHOLE = new Intl.NumberFormat('en')

export function count(value: number): string {
  return WHOLE.format(value)
}

/** `1 request`, `2 requests`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function cores(value: number): string {
  return short(value)
}

/** Three significant digits at most; what is above 100 is whole. */
function short(value: number): string {
  if (value >= 99.95) return count(Math.round(value))
  if (value >= 9.995) return value.toFixed(1).replace(/\.0$/, '')
  return value.toFixed(2).replace(/0$/, '').replace(/\.0$/, '')
}

function text({ value, unit }: Figure): string {
  return unit === '' ? value : `${value} ${unit}`
}
