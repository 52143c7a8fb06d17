import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, countOf, findCgroup, parseCoreTimes, parseMeminfo } from '../../src/resources/proc.ts'

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

const mount = (root: string, point: string, type: string, options: string): string =>
  `30 24 0:26 ${root} ${point} ro,nosuid,nodev,noexec,relatime shared:9 master:4 - ${type} ${type} ${options}`

const V1_MEMBERS = [
  '12:cpu,cpuacct:/kubepods/pod1/c1',
  '4:memory:/kubepods/pod1/c1',
  '1:name=systemd:/kubepods/pod1/c1',
]
const V1_MOUNTS = [
  mount('/kubepods/pod1/c1', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
  mount('/kubepods/pod1/c1', '/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
]
const V1_DIRECTORIES = {
  version: 'v1',
  memory: '/sys/fs/cgroup/memory',
  cpu: '/sys/fs/cgroup/cpu,cpuacct',
  cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
}

describe('findCgroup', () => {
  it.each([
    [
      'v2 in a namespace of its own',
      ['0::/'],
      [mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate')],
      { version: 'v2', directory: '/sys/fs/cgroup' },
    ],
    [
      'v2 on the host',
      ['0::/system.slice/podspan.service'],
      [mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw')],
      { version: 'v2', directory: '/sys/fs/cgroup/system.slice/podspan.service' },
    ],
    [
      'v2 with a part of the hierarchy mounted',
      ['0::/kubepods/pod1/c1/inner'],
      [mount('/kubepods/pod1/c1', '/sys/fs/cgroup', 'cgroup2', 'rw')],
      { version: 'v2', directory: '/sys/fs/cgroup/inner' },
    ],
    ['v1 in a container', V1_MEMBERS, V1_MOUNTS, V1_DIRECTORIES],
    [
      'hybrid: memory is on v1, so v2 has none',
      [...V1_MEMBERS, '0::/kubepods/pod1/c1'],
      [...V1_MOUNTS, mount('/', '/sys/fs/cgroup/unified', 'cgroup2', 'rw')],
      V1_DIRECTORIES,
    ],
    [
      'hybrid: named hierarchies only, all controllers on v2',
      ['1:name=systemd:/c1', '0::/c1'],
      [
        mount('/', '/sys/fs/cgroup/systemd', 'cgroup', 'rw,name=systemd'),
        mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw'),
      ],
      { version: 'v2', directory: '/sys/fs/cgroup/c1' },
    ],
    [
      'v1 with controllers mounted apart, one not at all',
      ['3:cpuacct:/', '2:cpu:/', '4:memory:/a:b/c'],
      [mount('/', '/cg/memory', 'cgroup', 'rw,memory'), mount('/', '/cg/cpuacct', 'cgroup', 'rw,cpuacct')],
      { version: 'v1', memory: '/cg/memory/a:b/c', cpu: undefined, cpuacct: '/cg/cpuacct' },
    ],
    [
      'a mount point with a space in it',
      ['0::/c1'],
      [mount('/', '/my\\040cgroups', 'cgroup2', 'rw')],
      { version: 'v2', directory: '/my cgroups/c1' },
    ],
    [
      'the mount that shows this cgroup, of several',
      ['0::/pod1/c1'],
      [mount('/pod1/c10', '/other', 'cgroup2', 'rw'), mount('/pod1/c1', '/own', 'cgroup2', 'rw')],
      { version: 'v2', directory: '/own' },
    ],
    ['a cgroup outside of the namespace', ['0::/../c2'], [mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw')], undefined],
    ['a mount from outside of the namespace', ['0::/'], [mount('/..', '/sys/fs/cgroup', 'cgroup2', 'rw')], undefined],
    ['nothing mounted', ['0::/c1'], [mount('/', '/proc', 'proc', 'rw')], undefined],
    ['no texts', [], [], undefined],
  ])('%s', (_, members, mounts, place) => {
    expect(findCgroup(`${members.join('\n')}\n`, `${mounts.join('\n')}\n`)).toEqual(place)
  })
})

it('takes any text without throwing', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9:/ .\-\n]*$/))
  fc.assert(
    fc.property(text, text, (a, b) => {
      findCgroup(a, b)
      parseMeminfo(a)
      parseCoreTimes(a)
    }),
  )
})
