/** Whose cgroup: real processes, users and namespaces, and podspan's own look at them without any privilege. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { availableCgroups, inside, makeCgroup } from '../support/cgroups.ts'

const cgroups = availableCgroups()
const isRoot = process.platform === 'linux' && process.getuid?.() === 0
if (!isRoot) console.warn('discovery of the app: skipped, it takes root on Linux to be other users')

const FIND = new URL('../support/find-app.ts', import.meta.url).pathname
const SERVER = `require('net').createServer().listen({ port: +process.argv[1], host: '127.0.0.1' }, function () { console.log(this.address().port) })`
const as = (uid: number): string[] => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
const running: ChildProcess[] = []
afterAll(() => running.forEach((child) => void child.kill('SIGKILL')))

async function startApp(uid: number, { enter = 'true', port = 0 } = {}): Promise<{ pid: number; port: number }> {
  const command = `${enter} && exec ${as(uid).join(' ')} ${process.execPath} -e "${SERVER}" ${port}`
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const [line] = await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, port: Number(line) }
}

const find = (port: number, ...before: string[]) => findNamed(port, [], ...before)
const findNamed = (port: number, named: readonly string[], ...before: string[]) => {
  const [command = '', ...args] = [...before, process.execPath, FIND, '127.0.0.1', String(port), ...named]
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8' }))
}

describe.runIf(isRoot)('unprivileged', () => {
  it('finds the app of the same user, by the socket it listens on', async () => {
    const app = await startApp(1_201)
    const seen = find(app.port, ...as(1_201))
    expect(seen).toMatchObject({ scope: 'shared', process: { pid: app.pid }, ownUid: 1_201, appUid: 1_201 })
    expect(seen).not.toHaveProperty('obstacle')
  })

  it("falls back before another user's app, and names both users", async () => {
    const app = await startApp(1_201)
    const seen = find(app.port, ...as(1_202))
    expect(seen).toMatchObject({ scope: 'none', obstacle: 'other-user', ownUid: 1_202, appUid: 1_201 })
    expect(seen.summary).toContain('the app runs as uid 1201, podspan as uid 1202')
    expect(seen).not.toHaveProperty('process')
    expect(seen).not.toHaveProperty('place')
  })

  it("knows another user's app by the file of its unix socket, too", async () => {
    const path = join(tmpdir(), `podspan-${process.pid}.sock`)
    const script = `require('net').createServer().listen(process.argv[1], () => console.log('there'))`
    const [command = '', ...args] = [...as(1_201), process.execPath, '-e', script, path]
    const app = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    running.push(app)
    await once(app.stdout, 'data')
    const seen = (uid: number) => findNamed(0, [], ...['env', `FIND_UNIX=${path}`], ...as(uid))
    expect(seen(1_201)).toMatchObject({ scope: 'shared', process: { pid: app.pid } })
    expect(seen(1_202)).toMatchObject({ scope: 'none', obstacle: 'other-user', ownUid: 1_202, appUid: 1_201 })
    app.kill('SIGKILL')
    rmSync(path, { force: true })
  })

  it('reads on through a thousand others that listen, and no others', async () => {
    const app = await startApp(1_201)
    const others = Array.from({ length: 1_000 }, () => createServer())
    await Promise.all(others.map((each) => once(each.listen(0, '127.0.0.1'), 'listening')))
    expect(find(app.port, ...as(1_201)).process.pid).toBe(app.pid)
    for (const each of others) each.close()
  })

  it('tells two apps of one pod apart by their ports', async () => {
    const [one, other] = [await startApp(1_201), await startApp(1_201)]
    expect(find(one.port, ...as(1_201)).process.pid).toBe(one.pid)
    expect(find(other.port, ...as(1_201)).process.pid).toBe(other.pid)
  })

  it('says that nobody listens', async () => {
    const app = await startApp(1_201)
    running.at(-1)?.kill('SIGKILL')
    await once(running.at(-1) as ChildProcess, 'exit')
    expect(find(app.port, ...as(1_201))).toMatchObject({ scope: 'none', obstacle: 'not-listening' })
  })
})

describe.runIf(isRoot)('namespaces', () => {
  it('sees the socket and not the process from another pid namespace', async () => {
    const app = await startApp(1_201)
    const seen = find(app.port, 'unshare', '--pid', '--fork', '--mount-proc', ...as(1_201))
    expect(seen).toMatchObject({ scope: 'none', obstacle: 'pids-not-shared', appUid: 1_201 })
    expect(seen.advice.join()).toContain('shareProcessNamespace: true')
  })

  it('takes no process of another pid namespace for the app, whoever says so: 1 is podspan itself there', async () => {
    const app = await startApp(1_201)
    const own = ['unshare', '--pid', '--fork', '--mount-proc', ...as(1_201)]
    const seen = findNamed(app.port, ['1'], ...own)
    expect(seen).toMatchObject({ scope: 'none', obstacle: 'pids-not-shared' })
    expect(seen).not.toHaveProperty('process')
    expect(seen.advice.join()).not.toContain('PODSPAN_TARGET_PID')
  })

  it('believes who names a process, where it is to be seen', async () => {
    const [one, other] = [await startApp(1_201), await startApp(1_202)]
    expect(findNamed(one.port, [String(other.pid)], ...as(1_201))).toMatchObject({ process: { pid: other.pid } })
  })

  it('does not take the app of another network namespace for its own, whatever its port', async () => {
    const outside = await startApp(1_201)
    expect(find(outside.port, 'unshare', '--net', ...as(1_201))).toMatchObject({
      scope: 'none',
      obstacle: 'not-listening',
    })
    // Both on one port, each in a network of its own: each finds the one that it can connect to.
    const script = `ip link set lo up; ${as(1_201).join(' ')} ${process.execPath} -e "${SERVER}" ${outside.port} >&2 &
      until grep -q ' 0A ' /proc/net/tcp; do sleep 0.05; done
      ${as(1_201).join(' ')} ${process.execPath} ${FIND} 127.0.0.1 ${outside.port}; kill $!`
    const inside = JSON.parse(
      execFileSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8', stdio: 'pipe' }),
    )
    expect(inside.process.pid).toBeGreaterThan(0)
    expect(inside.process.pid).not.toBe(outside.pid)
  })
})

describe.runIf('version' in cgroups)('cgroups', { timeout: 60_000 }, () => {
  it("finds the app's own, without privilege, by podspan's mounts and by the app's where podspan has none", async () => {
    const cgroup = makeCgroup(`podspan-app-${process.pid}`, {})
    const app = await startApp(1_201, { enter: cgroup.enter })
    try {
      const seen = find(app.port, ...as(1_201))
      expect(seen).toMatchObject({ scope: 'app', process: { pid: app.pid }, place: { version: cgroup.version } })
      expect(seen.place.memory ?? seen.place.directory).toBe(cgroup.directory)
      const without = ['unshare', '--mount', 'sh', '-c', 'umount -lR /sys/fs/cgroup && exec "$0" "$@"', ...as(1_201)]
      const through = find(app.port, ...without)
      expect(through).toMatchObject({ scope: 'app', process: { pid: app.pid } })
      expect(through.place.memory ?? through.place.directory).toBe(`/proc/${app.pid}/root${cgroup.directory}`)
    } finally {
      await ended(app)
      cgroup.remove()
    }
  })

  it("falls back to the pod's, where the node's hierarchy is shown and the app is another user's", async () => {
    const pod = `kubepods/burstable/pod0d2b1a9e-6d59-4c62-9a5c-${String(process.pid).padStart(12, '0')}`
    const [mine, its] = [makeCgroup(`${pod}/podspan`, {}), makeCgroup(`${pod}/app`, {})]
    const app = await startApp(1_201, { enter: its.enter })
    try {
      const seen = find(app.port, ...inside(mine), ...as(1_202))
      expect(seen).toMatchObject({ scope: 'pod', obstacle: 'other-user' })
      expect(seen.place.memory ?? seen.place.directory).toBe(dirname(its.directory))
      expect(seen.summary).toContain('those of the whole pod: the app runs as uid 1201')
      // The same user's is the container's own again.
      expect(find(app.port, ...inside(mine), ...as(1_201))).toMatchObject({ scope: 'app', process: { pid: app.pid } })
    } finally {
      await ended(app)
      for (const name of [`${pod}/podspan`, `${pod}/app`, pod, dirname(pod), 'kubepods']) makeCgroup(name, {}).remove()
    }
  })

  it("takes a cgroup that has podspan's own in it for a shared one, whoever names it", async () => {
    const outer = `podspan-outer-${process.pid}`
    const [whole, mine] = [makeCgroup(outer, {}), makeCgroup(`${outer}/podspan`, {})]
    const app = await startApp(1_201, { enter: whole.enter })
    try {
      for (const named of [[], ['', whole.directory], ['', `/${outer}`]])
        expect(findNamed(app.port, named, ...inside(mine), ...as(1_201)), named.join()).toMatchObject({
          scope: 'shared',
          process: { pid: app.pid },
        })
      expect(findNamed(app.port, ['', `/${outer}/podspan`], ...as(1_201))).toMatchObject({ scope: 'app' })
    } finally {
      await ended(app)
      for (const each of [mine, whole]) each.remove()
    }
  })
})

async function ended({ pid }: { readonly pid: number }): Promise<void> {
  const child = running.find((each) => each.pid === pid)
  child?.kill('SIGKILL')
  if (child !== undefined) await once(child, 'exit')
}
