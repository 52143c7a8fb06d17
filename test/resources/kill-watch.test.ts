/** Kills, counted from files that look like a cgroup's; test/e2e/container.test.ts has them counted from a real one. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClock } from '../../src/clock.ts'
import type { CgroupPlace } from '../../src/resources/cgroup-place.ts'
import { type Kill, KillWatch } from '../../src/resources/kill-watch.ts'
import { ManualClock } from '../support/observed.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kill-watch-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const none = { cpu: undefined, cpuacct: undefined, pids: undefined, blkio: undefined, unified: undefined }
const v1 = (name: string): CgroupPlace => ({ version: 'v1', memory: join(folder, name), ...none })
const v2 = (name: string): CgroupPlace => ({ version: 'v2', directory: join(folder, name) })

function kills(name: string, count: number): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'memory.oom_control'), `oom_kill_disable 0\nunder_oom 0\noom_kill ${count}\n`)
  writeFileSync(join(folder, name, 'memory.events'), `low 0\nhigh 0\nmax 9\noom 1\noom_kill ${count}\n`)
}

function start(clock = new ManualClock()) {
  const seen: Kill[] = []
  const watch = new KillWatch({ clock, everyMs: 20, onKill: (kill) => void seen.push(kill) })
  return { clock, watch, seen }
}

it('v1: looks every so often, and says between which looks it was', async () => {
  const { clock, watch, seen } = start()
  kills('a', 3)
  watch.follow({ place: v1('a'), scope: 'app' })
  await clock.pass(50)
  expect(seen).toEqual([])
  kills('a', 5)
  await clock.pass(20)
  expect(seen).toEqual([{ afterMs: 40, seenMs: 60 }])
  expect(watch.count).toBe(2)
  watch.stop()
  expect(clock.timers).toBe(0)
})

it('v2: is woken by the kernel, and sets no timer', async () => {
  const { clock, watch, seen } = start()
  kills('a', 0)
  watch.follow({ place: v2('a'), scope: 'app' })
  expect(clock.timers).toBe(0)
  kills('a', 1)
  await expect.poll(() => seen, { timeout: 20_000 }).toHaveLength(1)
  expect(watch.count).toBe(1)
  watch.stop()
})

it('keeps its count when the cgroup is removed, and goes on with the next one, which starts at zero', () => {
  const { watch, seen } = start()
  kills('a', 1)
  watch.follow({ place: v1('a'), scope: 'app' })
  kills('a', 2)
  watch.read()
  rmSync(join(folder, 'a'), { recursive: true })
  watch.read()
  kills('b', 0)
  watch.follow({ place: v1('b'), scope: 'app' })
  kills('b', 1)
  watch.read()
  expect(watch.count).toBe(2)
  expect(seen).toHaveLength(2)
})

it('reads on when the path of the cgroup has gone, and when another cgroup has it, that one', () => {
  const { watch, seen } = start()
  kills('a', 1)
  watch.follow({ place: v1('a'), scope: 'app' })
  renameSync(join(folder, 'a'), join(folder, 'b'))
  kills('b', 2)
  watch.read()
  expect(seen).toHaveLength(1)
  watch.follow({ place: v1('a'), scope: 'app' })
  kills('a', 5)
  watch.read()
  kills('a', 6)
  watch.read()
  expect(watch.count).toBe(2)
})

it('a cgroup of the same name that was made anew has fewer: that is no kill', () => {
  const { watch, seen } = start()
  kills('a', 7)
  watch.follow({ place: v1('a'), scope: 'app' })
  kills('a', 0)
  watch.read()
  kills('a', 1)
  watch.read()
  expect(seen).toHaveLength(1)
})

it('in a whole pod a kill may be anybody’s', async () => {
  const { clock, watch, seen } = start()
  kills('a', 0)
  watch.follow({ place: v1('a'), scope: 'pod' })
  kills('a', 1)
  watch.read()
  await clock.pass(100)
  expect([seen, watch.count, clock.timers]).toEqual([[], 0, 0])
})

it('no cgroup, no files, no memory controller: nothing happens', async () => {
  const { watch } = start(createClock() as unknown as ManualClock)
  for (const place of [undefined, v1('absent'), v2('absent'), { version: 'v1', memory: undefined, ...none } as const]) {
    watch.follow({ place, scope: 'app' })
    watch.read()
  }
  watch.stop()
  expect(watch.count).toBe(0)
})
