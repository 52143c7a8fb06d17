import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containerFigures, present, usageCores } from '../../src/resources/cgroup.ts'
import type { CgroupPlace } from '../../src/resources/cgroup-place.ts'

const PSI = (some: string, full: string): string =>
  `some avg10=0.00 avg60=1.20 avg300=0.30 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n`

const V2: CgroupPlace = { version: 'v2', directory: '/cg' }
const V2_FILES: Readonly<Record<string, string>> = {
  '/cg/memory.current': '134217728\n',
  '/cg/memory.max': '268435456\n',
  '/cg/memory.high': '201326592\n',
  '/cg/memory.peak': '150000000\n',
  '/cg/memory.stat':
    'anon 67108864\nfile 60000000\ninactive_anon 1\ninactive_file 33554432\nactive_file 2\npgfault 1000\npgmajfault 100\n',
  '/cg/memory.events': 'low 0\nhigh 3\nmax 4\noom 2\noom_kill 1\noom_group_kill 0\n',
  '/cg/cpu.stat':
    'usage_usec 12500000\nuser_usec 10000000\nsystem_usec 2500000\nnr_periods 70\nnr_throttled 7\nthrottled_usec 350000\n',
  '/cg/cpu.pressure': PSI('2000000', '1000000'),
  '/cg/memory.pressure': PSI('500000', '0'),
  '/cg/io.pressure': PSI('0', '0'),
  '/cg/pids.current': '12\n',
  '/cg/pids.max': '100\n',
  '/cg/io.stat': '8:0 rbytes=1000 wbytes=10 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=24 wbytes=2 rios=1 wios=1\n',
  '/cg/cpu.max': '150000 100000\n',
}
const V2_SAMPLE = {
  cgroup: 'v2',
  memory: {
    usageBytes: 134_217_728,
    limitBytes: 268_435_456,
    highBytes: 201_326_592,
    peakBytes: 150_000_000,
    workingSetBytes: 100_663_296,
    rssBytes: 67_108_864,
    minorFaults: 900,
    majorFaults: 100,
    highEvents: 3,
    maxEvents: 4,
    oomEvents: 2,
    oomKills: 1,
  },
  cpu: {
    timeSeconds: 12.5,
    userSeconds: 10,
    systemSeconds: 2.5,
    limitCores: 1.5,
    periods: 70,
    throttledPeriods: 7,
    throttledSeconds: 0.35,
  },
  pressure: {
    cpu: { someSeconds: 2, fullSeconds: 1 },
    memory: { someSeconds: 0.5, fullSeconds: 0 },
    io: { someSeconds: 0, fullSeconds: 0 },
  },
  pids: { current: 12, limit: 100 },
  io: { readBytes: 1_024, writeBytes: 12 },
}

const V1: CgroupPlace = {
  version: 'v1',
  memory: '/mem',
  cpu: '/cpu',
  cpuacct: '/acct',
  pids: '/pids',
  blkio: '/blkio',
  unified: '/unified',
}
const V1_FILES: Readonly<Record<string, string>> = {
  '/mem/memory.usage_in_bytes': '134217728\n',
  '/mem/memory.limit_in_bytes': '268435456\n',
  // The figures without `total_` leave out the cgroups below.
  '/mem/memory.stat':
    'rss 1\ninactive_file 2\npgfault 7\ntotal_rss 67108864\ntotal_inactive_file 33554432\ntotal_pgfault 1000\ntotal_pgmajfault 100\n',
  '/mem/memory.max_usage_in_bytes': '150000000\n',
  '/mem/memory.failcnt': '4\n',
  '/mem/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
  '/cpu/cpu.stat': 'nr_periods 70\nnr_throttled 7\nthrottled_time 350000000\nnr_bursts 0\nburst_time 0\n',
  '/unified/cpu.pressure': PSI('2000000', '1000000'),
  '/unified/memory.pressure': PSI('500000', '0'),
  '/unified/io.pressure': PSI('0', '0'),
  '/pids/pids.current': '12\n',
  '/pids/pids.max': '100\n',
  '/blkio/blkio.throttle.io_service_bytes_recursive':
    '8:0 Read 1000\n8:0 Write 10\n8:0 Sync 1010\n8:0 Async 0\n8:0 Total 1010\n8:16 Read 24\n8:16 Write 2\nTotal 1036\n',
  '/cpu/cpu.cfs_quota_us': '150000\n',
  '/cpu/cpu.cfs_period_us': '100000\n',
  '/acct/cpuacct.usage': '12500000000\n',
  '/acct/cpuacct.stat': 'user 1000\nsystem 250\n',
}
const { highBytes: _high, highEvents: _events, oomEvents: _oom, ...V1_MEMORY } = V2_SAMPLE.memory
const V1_SAMPLE = { ...V2_SAMPLE, cgroup: 'v1', memory: V1_MEMORY }

const figures = (place: CgroupPlace, files: Readonly<Record<string, string>>) =>
  containerFigures(place, (path) => files[path])
const without = (files: Readonly<Record<string, string>>, path: string) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name !== path))

describe('containerFigures', () => {
  it('tells the same of the same container under v1 and v2', () => {
    expect(figures(V2, V2_FILES)).toEqual(V2_SAMPLE)
    expect(figures(V1, V1_FILES)).toEqual(V1_SAMPLE)
  })

  it.each([
    ['v2', V2, V2_FILES, { '/cg/memory.max': 'max\n', '/cg/cpu.max': 'max 100000\n' }],
    ['v1', V1, V1_FILES, { '/mem/memory.limit_in_bytes': '9223372036854771712\n', '/cpu/cpu.cfs_quota_us': '-1\n' }],
  ] as const)('has no limit where %s says there is none', (_, place, files, unlimited) => {
    const { memory, cpu } = figures(place, { ...files, ...unlimited })
    expect(memory).not.toHaveProperty('limitBytes')
    expect(cpu).not.toHaveProperty('limitCores')
    expect(memory.usageBytes).toBe(134_217_728)
    expect(cpu.timeSeconds).toBe(12.5)
  })

  it.each([
    ['/cg/memory.current', V2, V2_FILES, ['memory.usageBytes', 'memory.workingSetBytes']],
    ['/cg/memory.max', V2, V2_FILES, ['memory.limitBytes']],
    [
      '/cg/memory.stat',
      V2,
      V2_FILES,
      ['memory.workingSetBytes', 'memory.rssBytes', 'memory.minorFaults', 'memory.majorFaults'],
    ],
    ['/cg/memory.high', V2, V2_FILES, ['memory.highBytes']],
    ['/cg/memory.peak', V2, V2_FILES, ['memory.peakBytes']],
    [
      '/cg/memory.events',
      V2,
      V2_FILES,
      ['memory.highEvents', 'memory.maxEvents', 'memory.oomEvents', 'memory.oomKills'],
    ],
    ['/cg/cpu.pressure', V2, V2_FILES, ['pressure.cpu']],
    ['/cg/pids.max', V2, V2_FILES, ['pids.limit']],
    ['/cg/io.stat', V2, V2_FILES, ['io.readBytes', 'io.writeBytes']],
    [
      '/cg/cpu.stat',
      V2,
      V2_FILES,
      [
        'cpu.timeSeconds',
        'cpu.userSeconds',
        'cpu.systemSeconds',
        'cpu.periods',
        'cpu.throttledPeriods',
        'cpu.throttledSeconds',
      ],
    ],
    ['/cg/cpu.max', V2, V2_FILES, ['cpu.limitCores']],
    ['/mem/memory.usage_in_bytes', V1, V1_FILES, ['memory.usageBytes', 'memory.workingSetBytes']],
    ['/mem/memory.limit_in_bytes', V1, V1_FILES, ['memory.limitBytes']],
    [
      '/mem/memory.stat',
      V1,
      V1_FILES,
      ['memory.workingSetBytes', 'memory.rssBytes', 'memory.minorFaults', 'memory.majorFaults'],
    ],
    ['/mem/memory.oom_control', V1, V1_FILES, ['memory.oomKills']],
    ['/cpu/cpu.stat', V1, V1_FILES, ['cpu.periods', 'cpu.throttledPeriods', 'cpu.throttledSeconds']],
    ['/unified/memory.pressure', V1, V1_FILES, ['pressure.memory']],
    ['/pids/pids.current', V1, V1_FILES, ['pids.current']],
    ['/blkio/blkio.throttle.io_service_bytes_recursive', V1, V1_FILES, ['io.readBytes', 'io.writeBytes']],
    ['/cpu/cpu.cfs_quota_us', V1, V1_FILES, ['cpu.limitCores']],
    ['/cpu/cpu.cfs_period_us', V1, V1_FILES, ['cpu.limitCores']],
    ['/acct/cpuacct.usage', V1, V1_FILES, ['cpu.timeSeconds']],
    ['/acct/cpuacct.stat', V1, V1_FILES, ['cpu.userSeconds', 'cpu.systemSeconds']],
  ] as const)('without or with a malformed %s, only its figures are absent', (path, place, files, absent) => {
    const expected = flat(figures(place, files))
    for (const name of absent) delete expected[name]
    expect(flat(figures(place, without(files, path)))).toEqual(expected)
    for (const text of ['', '\n', 'nonsense', 'usage_usec many\nanon -3\n', '1e3', '99999999999999999999999']) {
      expect(flat(figures(place, { ...files, [path]: text })), text).toEqual(expected)
    }
  })

  it('has what is there when a v1 controller is not', () => {
    const { memory, cpu } = figures({ ...V1, cpu: undefined, cpuacct: undefined }, V1_FILES)
    expect(memory).toEqual(V1_SAMPLE.memory)
    expect(cpu).toEqual({})
  })

  it('does not divide by a period of zero', () => {
    expect(figures(V2, { ...V2_FILES, '/cg/cpu.max': '150000 0\n' }).cpu).not.toHaveProperty('limitCores')
  })

  it('says a working set of 0 when the cache has grown between two reads', () => {
    expect(figures(V2, { ...V2_FILES, '/cg/memory.current': '1000\n' }).memory.workingSetBytes).toBe(0)
  })

  it('still counts CPU time beyond 2^53 nanoseconds (104 days of one core)', () => {
    const { cpu } = figures(V1, { ...V1_FILES, '/acct/cpuacct.usage': '20000000000000000123\n' })
    expect(cpu.timeSeconds).toBeCloseTo(2e10, 0)
  })

  it('never holds a figure that is not a number from 0 up, whatever the files say', () => {
    fc.assert(
      fc.property(fc.constantFrom(V1, V2), fc.infiniteStream(fc.string()), (place, texts) => {
        const { memory, cpu } = containerFigures(place, () => texts.next().value)
        for (const figure of Object.values({ ...memory, ...cpu })) expect(figure).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('usageCores', () => {
  it.each([
    ['half a core', [1_000, 10], [3_000, 11], 0.5],
    ['four cores', [0, 0], [250, 1], 4],
    ['an idle container: a true zero', [0, 5], [1_000, 5], 0],
    ['a counter that went back', [0, 5], [1_000, 4], undefined],
    ['no time between', [1_000, 5], [1_000, 6], undefined],
    ['no figure before', [0, undefined], [1_000, 4], undefined],
    ['no figure now', [0, 4], [1_000, undefined], undefined],
  ] as const)('%s', (_, [at0, time0], [at1, time1], cores) => {
    expect(usageCores({ atMs: at0, timeSeconds: time0 }, { atMs: at1, timeSeconds: time1 })).toBe(cores)
  })
})

it('present keeps a zero and leaves out what is undefined', () => {
  expect(Object.keys(present({ a: 0, b: undefined, c: 1 }))).toEqual(['a', 'c'])
})

function flat({ cgroup: _cgroup, ...parts }: ReturnType<typeof containerFigures>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, figures]) =>
      Object.entries(figures).map(([name, value]) => [`${part}.${name}`, value]),
    ),
  )
}
