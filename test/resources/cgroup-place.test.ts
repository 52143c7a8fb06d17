import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCgroup, namedCgroup, podCgroup } from '../../src/resources/cgroup-place.ts'

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
const NOWHERE = {
  version: 'v1',
  memory: undefined,
  cpu: undefined,
  cpuacct: undefined,
  pids: undefined,
  blkio: undefined,
  unified: undefined,
}
const V1_DIRECTORIES = {
  ...NOWHERE,
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
      { ...V1_DIRECTORIES, unified: '/sys/fs/cgroup/unified/kubepods/pod1/c1' },
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
      ['3:cpuacct:/d', '2:cpu:/', '4:memory:/a:b/c'],
      [mount('/', '/cg/memory', 'cgroup', 'rw,memory'), mount('/', '/cg/cpuacct', 'cgroup', 'rw,cpuacct')],
      { ...NOWHERE, memory: '/cg/memory/a:b/c', cpuacct: '/cg/cpuacct/d' },
    ],
    [
      'v1 with memory of its own, and CPU time and pressure counted with everybody’s',
      ['3:cpuacct:/', '2:cpu:/c', '4:memory:/c', '0::/'],
      [
        ...['memory', 'cpu', 'cpuacct'].map((name) => mount('/', `/cg/${name}`, 'cgroup', `rw,${name}`)),
        mount('/', '/cg/unified', 'cgroup2', 'rw'),
      ],
      { ...NOWHERE, memory: '/cg/memory/c', cpu: '/cg/cpu/c' },
    ],
    [
      'v1 in a namespace of its own, where every path is the root',
      ['3:cpuacct:/', '4:memory:/'],
      [mount('/', '/cg/memory', 'cgroup', 'rw,memory'), mount('/', '/cg/cpuacct', 'cgroup', 'rw,cpuacct')],
      { ...NOWHERE, memory: '/cg/memory', cpuacct: '/cg/cpuacct' },
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

describe("findCgroup of another process's, seen through /proc/PID/root", () => {
  const find = (member: string, ...mounts: string[]) =>
    findCgroup(`${member}\n`, `${mounts.join('\n')}\n`, '/proc/7/root')

  it('is at the root of its own mount, both outside of our namespace', () => {
    expect(find('0::/../c2', mount('/../c2', '/sys/fs/cgroup', 'cgroup2', 'rw'))).toEqual({
      version: 'v2',
      directory: '/proc/7/root/sys/fs/cgroup',
    })
    expect(find('0::/../../pod2/c2/inner', mount('/../../pod2/c2', '/sys/fs/cgroup', 'cgroup2', 'rw'))).toEqual({
      version: 'v2',
      directory: '/proc/7/root/sys/fs/cgroup/inner',
    })
  })

  it.each([
    ['0::/../c2', mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw')],
    ['0::/../../c2', mount('/..', '/sys/fs/cgroup', 'cgroup2', 'rw')],
    ['0::/../c22', mount('/../c2', '/sys/fs/cgroup', 'cgroup2', 'rw')],
  ])('never leaves what the mount shows: %s in %s', (member, where) => {
    expect(find(member, where)).toBeUndefined()
  })
})

const UID = '0d2b1a9e-6d59-4c62-9a5c-3f9a4a1f2b3c'
describe('podCgroup', () => {
  it.each([
    [`/cg/kubepods/burstable/pod${UID}/c1`, `/cg/kubepods/burstable/pod${UID}`],
    [
      `/cg/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID.replaceAll('-', '_')}.slice/crio-1.scope/container`,
      `/cg/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID.replaceAll('-', '_')}.slice`,
    ],
    [
      `/cg/kubepods.slice/kubepods-pod${'a'.repeat(32)}.slice/c1`,
      `/cg/kubepods.slice/kubepods-pod${'a'.repeat(32)}.slice`,
    ],
    [`/cg/kubepods/burstable/pod${UID}`, undefined],
    ['/cg/system.slice/podman-7.scope', undefined],
    ['/cg/podium/c1', undefined],
    ['/cg', undefined],
  ])('of %s is %s', (directory, pod) => {
    expect(podCgroup({ version: 'v2', directory })).toEqual(pod && { version: 'v2', directory: pod })
    expect(podCgroup({ ...NOWHERE, version: 'v1', memory: directory, cpu: '/x' })).toEqual(
      pod && { ...NOWHERE, memory: pod },
    )
  })
})

describe('namedCgroup', () => {
  const v2 = mount('/', '/sys/fs/cgroup', 'cgroup2', 'rw')
  it.each([
    ['/sys/fs/cgroup/app.slice', v2, { version: 'v2', directory: '/sys/fs/cgroup/app.slice' }],
    ['/app.slice', v2, { version: 'v2', directory: '/sys/fs/cgroup/app.slice' }],
    ['/sys/fs/cgroup', v2, { version: 'v2', directory: '/sys/fs/cgroup' }],
    ['/../other', v2, undefined],
    ['/x', '', undefined],
  ])('%s', (name, mounts, place) => {
    expect(namedCgroup(name, `${mounts}\n`)).toEqual(place)
  })

  it('is the same path in every controller of v1, whichever directory of them was named', () => {
    const mounts = [mount('/', '/cg/memory', 'cgroup', 'rw,memory'), mount('/', '/cg/cpu', 'cgroup', 'rw,cpu,cpuacct')]
    const place = { ...NOWHERE, memory: '/cg/memory/app', cpu: '/cg/cpu/app', cpuacct: '/cg/cpu/app' }
    for (const name of ['/app', '/cg/memory/app', '/cg/cpu/app'])
      expect(namedCgroup(name, `${mounts.join('\n')}\n`), name).toEqual(place)
  })
})

it('takes any text without throwing', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9:/ .\-\n]*$/))
  fc.assert(fc.property(text, text, (a, b) => void [findCgroup(a, b), findCgroup(a, b, '/r'), namedCgroup(a, b)]))
})
