import { expect, it } from 'vitest'
import { isDead, parseProcessStat, processFigures } from '../../src/resources/process.ts'

const STAT =
  '24794 (a) b (c) S 24792 24792 21286 0 -1 4194304 118 0 5 0 250 50 0 0 20 0 11 0 3096097 3133440 406 18446744073709551615 0 0'
const TEXTS: Readonly<Record<string, string>> = {
  stat: STAT,
  status:
    'Name:\tx\nVmSize:\t  3060 kB\nVmRSS:\t  1740 kB\nThreads:\t11\nvoluntary_ctxt_switches:\t432\nnonvoluntary_ctxt_switches:\t7\n',
  limits:
    'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            20000                40000                files     \n',
  smaps_rollup:
    '561886787000-7ffdfddbf000 ---p 00000000 00:00 0    [rollup]\nRss:  1740 kB\nPss:   222 kB\nPss_Dirty:  116 kB\n',
}
const figures = (texts: Readonly<Record<string, string>>) =>
  processFigures({ pid: 7, read: (name) => texts[name], openFds: 9, uptime: '30970.97 1.0\n' })

it('tells the figures behind a name that may hold anything', () => {
  expect(figures(TEXTS)).toEqual({
    pid: 7,
    uptimeSeconds: expect.closeTo(10, 5),
    residentBytes: 1_781_760,
    virtualBytes: 3_133_440,
    proportionalBytes: 227_328,
    userSeconds: 2.5,
    systemSeconds: 0.5,
    threads: 11,
    minorFaults: 118,
    majorFaults: 5,
    openFds: 9,
    openFdsMax: 20_000,
    voluntarySwitches: 432,
    involuntarySwitches: 7,
  })
})

it('leaves out what is hidden from another user, and a limit that is none', () => {
  const known = figures({ stat: STAT, limits: 'Max open files   unlimited   unlimited   files\n' })
  expect(known).toMatchObject({ threads: 11, userSeconds: 2.5 })
  for (const name of ['residentBytes', 'proportionalBytes', 'openFdsMax', 'voluntarySwitches'])
    expect(known).not.toHaveProperty(name)
})

it.each(['', '24794 (x) S 1 2 3', 'nonsense', STAT.replace(' 118 ', ' many ')])('of %j there is no process', (stat) => {
  expect(figures({ ...TEXTS, stat })).toBeUndefined()
})

it('one that nobody has asked for yet is dead, and one whose first thread alone has ended is not', () => {
  const ending = STAT.replace(') S', ') Z')
  expect(isDead(parseProcessStat(ending) ?? ({} as never))).toBe(false)
  expect(figures({ ...TEXTS, stat: ending })).toMatchObject({ pid: 7, threads: 11 })
  const zombie = ending.replace(' 20 0 11 0 ', ' 20 0 1 0 ')
  expect(isDead(parseProcessStat(zombie) ?? ({} as never))).toBe(true)
  expect(figures({ ...TEXTS, stat: zombie })).toBeUndefined()
})
