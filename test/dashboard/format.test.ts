import { describe, expect, it } from 'vitest'
import {
  bytes,
  bytesFigure,
  cores,
  count,
  counted,
  duration,
  durationFigure,
  percent,
  rate,
  spanWords,
} from '../../src/dashboard/format.ts'

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [0.042, '0.04 ms'],
    [0.42, '0.42 ms'],
    [8.1, '8.1 ms'],
    [9.996, '10 ms'],
    [42.04, '42 ms'],
    [99.96, '100 ms'],
    [182.4, '182 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_240, '1.24 s'],
    [59_999, '60 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
  ])('of %s is %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it('has its unit apart', () => {
    expect(durationFigure(1_500)).toEqual({ value: '1.5', unit: 's' })
    expect(durationFigure(12)).toEqual({ value: '12', unit: 'ms' })
    expect(durationFigure(61_000)).toEqual({ value: '1 min 1 s', unit: '' })
  })
})

it.each([
  [-5, '0 s'],
  [900, '0 s'],
  [12_900, '12 s'],
  [7_800_000, '2 h 10 min'],
  [7_200_000, '2 h'],
  [349_200_000, '4 d 1 h'],
])('an age of %s is %s', (ms, text) => {
  expect(spanWords(ms)).toBe(text)
})

it.each([
  [0, '0 B'],
  [812, '812 B'],
  [1_000, '0.98 KiB'],
  [1_024, '1 KiB'],
  [536_870_912, '512 MiB'],
  [3e15, '2,728 TiB'],
])('%s bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text)
  const { value: figure, unit } = bytesFigure(value)
  expect(`${figure} ${unit}`).toBe(text)
})

it.each([
  [0, '0 %'],
  [0.0004, '< 0.1 %'],
  [0.004, '0.4 %'],
  [0.02, '2 %'],
  [0.0994, '9.9 %'],
  [0.123, '12 %'],
  [0.9999, '99 %'],
  [1, '100 %'],
  [2.4, '240 %'],
])('a share of %s is %s', (ratio, text) => {
  expect(percent(ratio)).toBe(text)
})

it.each([
  [0, '0'],
  [0.01, '< 0.1'],
  [0.42, '0.4'],
  [3, '3'],
  [43.2, '43'],
  [1_240.4, '1,240'],
])('a rate of %s is %s', (perSecond, text) => {
  expect(rate(perSecond)).toBe(text)
})

it('counts in words', () => {
  expect(count(1_234_567)).toBe('1,234,567')
  expect(counted(1, 'request')).toBe('1 request')
  expect(counted(2, 'request')).toBe('2 requests')
  expect(counted(0, 'entry', 'entries')).toBe('0 entries')
  expect(cores(0.62)).toBe('0.62')
})
