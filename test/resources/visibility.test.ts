import { expect, it } from 'vitest'
import type { Obstacle, Sighting } from '../../src/resources/app.ts'
import { explain } from '../../src/resources/visibility.ts'

const sighting: Sighting = {
  scope: 'app',
  place: { version: 'v2', directory: '/proc/7/root/sys/fs/cgroup' },
  process: { pid: 7, startedJiffies: 1 },
  listeners: [{ inode: 1, uid: 1_001 }],
  obstacle: undefined,
  ownUid: 1_000,
  appUid: 1_001,
}
const blind: Sighting = { ...sighting, scope: 'none', place: undefined, process: undefined }

it('says in one line whose figures there are, and gives no advice where all is seen', () => {
  expect(explain(sighting)).toEqual({
    summary: "memory and CPU are those of the app's container (pid 7, cgroup v2)",
    advice: [],
  })
  expect(explain({ ...sighting, process: undefined }).summary).toContain("the app's container (cgroup v2)")
  expect(explain({ ...sighting, scope: 'shared' }).summary).toContain('pid 7, cgroup v2) and podspan share')
})

it('names both users where they are not the same', () => {
  const { summary, advice } = explain({ ...blind, obstacle: 'other-user' })
  expect(summary).toContain('uid 1001')
  expect(summary).toContain('uid 1000')
  expect(advice.join()).toContain('runAsUser: 1001')
})

it('says of a user whom it does not know nothing', () => {
  const hidden = { ...blind, obstacle: 'not-readable', appUid: undefined } as const
  expect(explain(hidden).summary).toContain('hidden from podspan, which runs as uid 1000')
})

const OBSTACLES: readonly [Obstacle, string][] = [
  ['not-local', 'not on this machine'],
  ['not-listening', 'nobody listens'],
  ['pids-not-shared', 'do not share their process ids'],
  ['not-readable', 'hidden'],
  ['no-such-pid', 'PODSPAN_TARGET_PID'],
  ['no-such-cgroup', 'PODSPAN_CGROUP'],
  ['cgroup-not-visible', 'not its cgroup'],
]
it.each(OBSTACLES)('%s: what is left, why, and what to do', (obstacle, cause) => {
  const none = explain({ ...blind, obstacle })
  expect(none.summary).toMatch(/^no memory and CPU of the app's container/)
  expect(none.summary).toContain(cause)
  expect(none.advice.length).toBeGreaterThan(1)
  const pod = explain({ ...blind, scope: 'pod', obstacle })
  expect(pod.summary).toMatch(/^memory and CPU are those of the whole pod: /)
})
