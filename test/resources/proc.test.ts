import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, countOf, lineOf, parseCoreTimes, parseMeminfo } from '../../src/resources/proc.ts'

describe('countOf and bytesOf', () => {
  it.each([
    ['0\n', 0, 0],
    ['104857600\n', 104_857_600, 104_857_600],
    ['9007199254740991', 9_007_199_254_740_991, 9_007_199_254_740_991],
    // v1's "no limit", with pages of 4 KiB and of 64 KiB.
    ['9223372036854771712\n', Number(9_223_372_036_854_771_712n), undefined],
    ['9223372036854710272', Number(9_223_372_036_854_710_272n), undefined],
    ['18446744073709551615', Number(18_446_744_073_709_551_615n), undefined],
    ['999999999999999999999999', undefined, undefined],
    ['max\n', undefined, undefined],
    ['-1\n', undefined, undefined],
    ['1.5', undefined, undefined],
    ['0x10', undefined, undefined],
    ['1 2', undefined, undefined],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
  ])('%j is the count %s and the size %s', (text, count, bytes) => {
    expect(countOf(text)).toBe(count)
    expect(bytesOf(text)).toBe(bytes)
  })
})

describe('lineOf', () => {
  const text = 'oom 3\noom_kill 4\nhigh 5\nempty \nlast 6'
  it.each([
    ['oom ', '3'],
    ['oom_kill ', '4'],
    ['empty ', ''],
    ['last ', '6'],
    // In the middle of a line it is no name.
    ['kill ', undefined],
    ['om ', undefined],
    ['none ', undefined],
  ])('behind %j stands %j', (start, expected) => {
    expect(lineOf(text, start)).toBe(expected)
    expect(lineOf(`${text}\n`, start)).toBe(expected)
  })

  it('has nothing to tell of a file that is not there, or is empty', () => {
    expect([lineOf(undefined, 'oom '), lineOf('', 'oom ')]).toEqual([undefined, undefined])
  })
})

const MEMINFO = `MemTotal:       16315412 kB
MemFree:          482132 kB
MemAvailable:    9120044 kB
Buffers:          402112 kB
HugePages_Total:       0
`

describe('parseMeminfo', () => {
  it('tells the three figures in bytes', () => {
    expect(parseMeminfo(MEMINFO)).toEqual({
      totalBytes: 16_315_412 * 1_024,
      freeBytes: 482_132 * 1_024,
      availableBytes: 9_120_044 * 1_024,
    })
  })

  it.each(['MemTotal', 'MemFree', 'MemAvailable'])('is undefined without %s, or with one that is no number', (name) => {
    expect(parseMeminfo(MEMINFO.replace(new RegExp(`^${name}:.*\n`, 'm'), ''))).toBeUndefined()
    expect(parseMeminfo(MEMINFO.replace(new RegExp(`^(${name}: +).*`, 'm'), '$1many kB'))).toBeUndefined()
    expect(
      parseMeminfo(MEMINFO.replace(new RegExp(`^(${name}: +).*`, 'm'), '$199999999999999999999 kB')),
    ).toBeUndefined()
  })
})

describe('parseCoreTimes', () => {
  it.each([
    [
      'all columns of today, the sum left out',
      'cpu  3 5 7 9 11 13 0 0 0 0\ncpu0 1 2 3 4 5 6 0 0 0 0\ncpu11 2 3 4 5 6 7 0 0 0 0\nintr 81 0 0\nctxt 9\n',
      [
        { user: 10, nice: 20, sys: 30, idle: 40, irq: 60 },
        { user: 20, nice: 30, sys: 40, idle: 50, irq: 70 },
      ],
    ],
    ['a kernel with fewer columns', 'cpu0 1 2 3 4\n', []],
    [
      'a column that is no number',
      'cpu0 1 2 x 4 5 6 7\ncpu1 1 1 1 1 1 1 1\n',
      [{ user: 10, nice: 10, sys: 10, idle: 10, irq: 10 }],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, times) => {
    expect(parseCoreTimes(text)).toEqual(times)
  })
})

it('takes any text without throwing', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9:/ .\-\n]*$/))
  fc.assert(
    fc.property(text, (a) => {
      parseMeminfo(a)
      parseCoreTimes(a)
    }),
  )
})
