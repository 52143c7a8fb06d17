/**
 * Texts that kernels wrote (6.18 with v1 and a v2 hierarchy beside, 6.1 with v2): of an app with limits that was throttled and had one
 * process killed, as it is seen on the host, in its own container, and from the container beside it.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containerFigures, oomKillsOf } from '../../src/resources/cgroup.ts'
import { type CgroupPlace, findCgroup } from '../../src/resources/cgroup-place.ts'
import captured from '../support/captured-cgroups.json' with { type: 'json' }

interface Texts {
  readonly cgroup: string
  readonly mountinfo: string
}

const { v1, v2 } = captured
const placeIn = ({ cgroup, mountinfo }: Texts, root?: string): CgroupPlace | undefined =>
  findCgroup(cgroup, mountinfo, root)
const v1At = (directoryOf: (controller: string) => string): CgroupPlace => ({
  version: 'v1',
  memory: directoryOf('memory'),
  cpu: directoryOf('cpu'),
  cpuacct: directoryOf('cpuacct'),
  pids: directoryOf('pids'),
  blkio: directoryOf('blkio'),
  unified: directoryOf('unified'),
})

describe('where it is', () => {
  it.each([
    ['v2, on the host', placeIn(v2.outside), '/sys/fs/cgroup/apps/app'],
    ['v2, in its own container', placeIn(v2.inside), '/sys/fs/cgroup'],
    ['v2, from the container beside', placeIn(v2.beside, '/proc/7/root'), '/proc/7/root/sys/fs/cgroup'],
  ])('%s', (_, place, directory) => {
    expect(place).toEqual({ version: 'v2', directory })
  })

  it.each([
    ['hybrid, on the host', placeIn(v1.outside), v1At((name) => `/sys/fs/cgroup/${name}/apps/app`)],
    ['hybrid, in its own container', placeIn(v1.inside), v1At((name) => `/sys/fs/cgroup/${name}`)],
    [
      'hybrid, from the container beside',
      placeIn(v1.beside, '/proc/7/root'),
      v1At((name) => `/proc/7/root/sys/fs/cgroup/${name}`),
    ],
    // As without cgroup namespaces: the paths are the host's, and only a part of each hierarchy is mounted.
    ['v1, in a container', placeIn(v1.bound), { ...v1At((name) => `/sys/fs/cgroup/${name}`), unified: undefined }],
  ])('%s', (_, place, expected) => {
    expect(place).toEqual(expected)
  })

  it('is not seen by the mounts of the container beside', () => {
    for (const { beside, inside } of [v1, v2]) {
      const place = findCgroup(beside.cgroup, inside.mountinfo)
      expect(place?.version === 'v1' ? place.memory : place).toBeUndefined()
    }
  })
})

const reader = (files: Readonly<Record<string, string>>) => (path: string) =>
  files[path.slice(path.lastIndexOf('/') + 1)]
const V1_PLACE = v1At((name) => `/${name}`)
const V2_PLACE: CgroupPlace = { version: 'v2', directory: '/app' }

describe('what it says', () => {
  it('v1, with the pressure of the hierarchy beside', () => {
    expect(containerFigures(V1_PLACE, reader(v1.files))).toEqual({
      cgroup: 'v1',
      memory: {
        usageBytes: 30_687_232,
        limitBytes: 100_663_296,
        peakBytes: 100_663_296,
        workingSetBytes: 30_687_232,
        rssBytes: 29_175_808,
        minorFaults: 29_362,
        majorFaults: 0,
        maxEvents: 1_610,
        oomKills: 1,
      },
      cpu: {
        timeSeconds: 2.235380391,
        userSeconds: 0.43,
        systemSeconds: 1.79,
        limitCores: 0.2,
        periods: 113,
        throttledPeriods: 108,
        throttledSeconds: 5.034431353,
      },
      pressure: {
        cpu: { someSeconds: 5.967113, fullSeconds: 5.957744 },
        memory: { someSeconds: 0.024762, fullSeconds: 0.02306 },
        io: { someSeconds: 0.001567, fullSeconds: 0.001567 },
      },
      pids: { current: 7, limit: 64 },
      io: {},
    })
    expect(oomKillsOf(v1.files['memory.oom_control'])).toBe(1)
  })

  it('v2, of a kernel without pressure', () => {
    expect(containerFigures(V2_PLACE, reader(v2.files))).toEqual({
      cgroup: 'v2',
      memory: {
        usageBytes: 27_049_984,
        limitBytes: 100_663_296,
        highBytes: 94_371_840,
        peakBytes: 100_663_296,
        workingSetBytes: 27_049_984,
        rssBytes: 26_423_296,
        minorFaults: 34_496,
        majorFaults: 41,
        highEvents: 359,
        maxEvents: 19,
        oomEvents: 1,
        oomKills: 1,
      },
      cpu: {
        timeSeconds: 8.54,
        userSeconds: 8.436693,
        systemSeconds: 0.103306,
        limitCores: 0.2,
        periods: 439,
        throttledPeriods: 417,
        throttledSeconds: 33.5,
      },
      pressure: {},
      pids: { current: 7, limit: 64 },
      io: { readBytes: 4_505_600, writeBytes: 8_003_584 },
    })
    expect(oomKillsOf(v2.files['memory.events'])).toBe(1)
  })

  it.each([
    ['v1', V1_PLACE, v1.files],
    ['v2', V2_PLACE, v2.files],
  ] as const)('%s: whichever text breaks off wherever, the others are told as they are', (_, place, files) => {
    const whole = containerFigures(place, reader(files))
    const names = Object.keys(files)
    const property = fc.property(
      fc.constantFrom(...names),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (name, share) => {
        const text: string = files[name as keyof typeof files]
        const torn = { ...files, [name]: text.slice(0, Math.floor(text.length * share)) }
        const { memory, cpu, pids } = containerFigures(place, reader(torn))
        for (const figure of Object.values({ ...memory, ...cpu, ...pids })) expect(figure).toBeGreaterThanOrEqual(0)
        if (!name.startsWith('memory.')) expect(memory).toEqual(whole.memory)
        if (!name.startsWith('cpu')) expect(cpu).toEqual(whole.cpu)
        if (!name.startsWith('pids.')) expect(pids).toEqual(whole.pids)
      },
    )
    fc.assert(property, { numRuns: 300 })
  })
})
