/** The coming and going of a real process, seen by pid and, as another user, by its socket alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { AppWatch } from '../../src/resources/app-watch.ts'
import type { Visibility } from '../../src/resources/visibility.ts'
import { availableCgroups, makeCgroup } from '../support/cgroups.ts'
import { asUser, removed, startContained } from '../support/contained-app.ts'
import { ManualClock } from '../support/observed.ts'

const onLinux = it.runIf(process.platform === 'linux')
const asRoot = it.runIf(process.platform === 'linux' && process.getuid?.() === 0)
const SERVER = `require('net').createServer().listen({ port: +process.argv[1], host: '127.0.0.1' }, function () { console.log(this.address().port) })`
const WATCH = new URL('../support/watch-app.ts', import.meta.url).pathname
const HUNGRY = new URL('../support/hungry-app.ts', import.meta.url).pathname
const cgroups = availableCgroups()
const running: ChildProcess[] = []
const watches: AppWatch[] = []
afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop()
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

async function startApp(port = 0) {
  const child = spawn(process.execPath, ['-e', SERVER, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const [line] = await once(child.stdout, 'data')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { pid: child.pid ?? 0, port: Number(line), kill }
}

/** What a watch-app sees comes to be so; returns all that it sees then. */
function watched(watcher: ChildProcess) {
  let last = ''
  watcher.stdout?.setEncoding('utf8').on('data', (text: string) => {
    last = text.trimEnd().split('\n').at(-1) ?? ''
  })
  return async (expected: object) => {
    await expect.poll(() => JSON.parse(last || '{}'), { timeout: 20_000 }).toMatchObject(expected)
    return JSON.parse(last)
  }
}

function watchOf(port: number) {
  const clock = new ManualClock()
  const visible: Visibility[] = []
  const hint = { target: { kind: 'tcp', host: '127.0.0.1', port } } as const
  const onVisible = (visibility: Visibility) => void visible.push(visibility)
  const watch = new AppWatch({ hint, clock, killsEveryMs: 20, smapsEveryMs: 60_000, onVisible })
  watches.push(watch)
  return { clock, watch, visible }
}

onLinux(
  'an app that goes and comes again is another life, and its end a crash that lasts until it is back',
  async () => {
    const first = await startApp()
    const { clock, watch } = watchOf(first.port)
    expect(watch.look()).toMatchObject({ life: 1, process: { pid: first.pid }, app: { isUp: true, exits: 0 } })
    clock.block(1_000)
    watch.look()
    await first.kill()
    clock.block(1_000)
    expect(watch.look()).toMatchObject({
      life: 1,
      process: undefined,
      app: {
        isUp: false,
        exits: 1,
        crash: { count: 1, cause: 'app_exited', afterMonotonicMs: 1_000, seenMonotonicMs: 2_000 },
      },
    })
    clock.block(1_000)
    expect(watch.look().app).toMatchObject({ isUp: false, exits: 1 })
    expect(watch.look().app.crash).not.toHaveProperty('overMonotonicMs')
    const second = await startApp(first.port)
    // Looked for every two seconds.
    clock.block(999)
    expect(watch.look().app).toMatchObject({ isUp: false })
    clock.block(1)
    expect(watch.look()).toMatchObject({
      life: 2,
      process: { pid: second.pid },
      app: { isUp: true, exits: 1, crash: { count: 1, overMonotonicMs: 4_000 } },
    })
  },
)

onLinux('one that was restarted between two looks has gone all the same', async () => {
  const first = await startApp()
  const { clock, watch } = watchOf(first.port)
  await first.kill()
  const second = await startApp(first.port)
  clock.block(500)
  expect(watch.look()).toMatchObject({
    life: 2,
    process: { pid: second.pid },
    app: { isUp: true, exits: 1, crash: { cause: 'app_exited', seenMonotonicMs: 500, overMonotonicMs: 500 } },
  })
})

onLinux('one whose first thread has ended goes on with the others, and goes down once', async () => {
  // As every killed process is for a while: its first thread is dead, the last one still has the sockets.
  const threads = `import ctypes, platform, socket, sys, threading, time
s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)
threading.Thread(target=lambda: time.sleep(60)).start()
sys.stdin.readline()
ctypes.CDLL(None).syscall(93 if platform.machine() == 'aarch64' else 60, 0)`
  const child = spawn('python3', ['-c', threads], { stdio: ['pipe', 'pipe', 'inherit'] })
  running.push(child)
  const [line] = await once(child.stdout, 'data')
  const { watch } = watchOf(Number(line))
  expect(watch.look()).toMatchObject({ process: { pid: child.pid, threads: 2 }, app: { isUp: true } })
  child.stdin.write('\n')
  await expect.poll(() => readFileSync(`/proc/${child.pid}/stat`, 'utf8'), { timeout: 20_000 }).toMatch(/\) Z /)
  const { process: seen, app } = watch.look()
  expect(app).toEqual({ isUp: true, exits: 0, oomKills: 0 })
  expect(seen).toMatchObject({ pid: child.pid, threads: 2 })
  expect(seen).not.toHaveProperty('openFds')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(watch.look()).toMatchObject({ life: 1, app: { isUp: false, exits: 1, crash: { count: 1 } } })
})

onLinux('one that comes later than podspan is no crash, and is told of', async () => {
  const early = await startApp()
  await early.kill()
  const { clock, watch, visible } = watchOf(early.port)
  expect(watch.look().app).toEqual({ isUp: false, exits: 0, oomKills: 0 })
  await startApp(early.port)
  clock.block(2_000)
  expect(watch.look()).toMatchObject({ life: 1, app: { isUp: true, exits: 0 } })
  expect(watch.look().app).not.toHaveProperty('crash')
  expect(visible).toHaveLength(2)
  expect(visible[0]?.summary).toContain('nobody listens')
})

it.runIf('version' in cgroups)(
  'in a cgroup that it shares, a kill is the app’s only when the app has gone with it',
  async () => {
    const cgroup = makeCgroup(`podspan-${process.pid}-shared`, { memoryBytes: 160 * 1_048_576 })
    const inside = (before: string, ...command: string[]): ChildProcess => {
      const child = spawn('sh', ['-c', `${before} && ${cgroup.enter} && exec "$0" "$@"`, ...command], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      running.push(child)
      return child
    }
    const app = inside('true', process.execPath, '-e', SERVER, '0')
    const [line] = await once(app.stdout as NodeJS.ReadableStream, 'data')
    const sees = watched(inside('true', process.execPath, WATCH, '127.0.0.1', String(Number(line))))
    await sees({ scope: 'shared', app: { isUp: true, oomKills: 0 } })
    // The kernel takes the largest, and all three are of a size: this one says that it is the one.
    const other = inside(`echo 1000 > /proc/self/oom_score_adj`, process.execPath, HUNGRY, 'eat')
    expect(await once(other, 'exit')).toEqual([null, 'SIGKILL'])
    const { app: seen } = await sees({ app: { isUp: true, oomKills: 1 } })
    expect(seen).not.toHaveProperty('crash')
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    app.kill('SIGKILL')
    await sees({ app: { isUp: false, crash: { count: 1, cause: 'app_exited' } } })
    for (const child of running) child.kill('SIGKILL')
    await removed(cgroup)
  },
)

it.runIf('version' in cgroups)(
  'a kill is counted when the mounts by which the cgroup was seen have gone with the app',
  async () => {
    const app = await startContained({ memoryBytes: 96 * 1_048_576 }, { uid: 1_202 })
    const without = ['--mount', 'sh', '-c', 'umount -lR /sys/fs/cgroup && exec "$0" "$@"', ...asUser(1_202)]
    const watcher = spawn('unshare', [...without, process.execPath, WATCH, '127.0.0.1', String(app.port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.push(watcher)
    const sees = watched(watcher)
    await sees({ scope: 'app', pid: app.pid, app: { isUp: true, oomKills: 0 } })
    watcher.kill('SIGSTOP')
    fetch(`http://127.0.0.1:${app.port}/eat`).catch(() => {})
    await app.ended
    watcher.kill('SIGCONT')
    await sees({ app: { isUp: false, exits: 1, oomKills: 1, crash: { count: 1, cause: 'app_oom_killed' } } })
    await app.stop()
  },
)

asRoot("another user's app: its socket tells that it has gone and that another one has come", async () => {
  const first = await startApp()
  const [command = '', ...args] = [...asUser(1_202), process.execPath, WATCH, '127.0.0.1', String(first.port)]
  const watcher = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  running.push(watcher)
  const sees = watched(watcher)
  await sees({ scope: 'none', life: 1, pid: null, app: { isUp: true, exits: 0 } })
  await first.kill()
  await sees({ life: 1, app: { isUp: false, exits: 1, crash: { cause: 'app_exited' } } })
  await startApp(first.port)
  await sees({ life: 2, app: { isUp: true, exits: 1, crash: { overMonotonicMs: expect.any(Number) } } })
})
