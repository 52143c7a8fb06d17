/**
 * A pod without a kubelet: one network namespace with an address that this machine reaches, and containers in it, each with a root
 * file system that is read-only, a process namespace of its own, a cgroup, and no privilege. Needs root; knows nothing of podspan.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeCgroup, type TestCgroup } from './cgroups.ts'
import { removed } from './contained-app.ts'

export interface Pod {
  /** What clients and the kubelet connect to. */
  readonly address: string
  /** What is outside, for those inside. */
  readonly outside: string
  start(container: ContainerSpec): Promise<Container>
  remove(): Promise<void>
}

export interface ContainerSpec {
  readonly name: string
  /** A root file system; without one the container sees this machine's. */
  readonly root?: string
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Its group is root's, as on OpenShift. */
  readonly uid: number
  readonly memoryBytes?: number
  readonly cores?: number
  /** By path in the container. */
  readonly files?: Readonly<Record<string, string>>
}

export interface Container {
  /** Of its process 1, seen from here. */
  readonly pid: number
  readonly cgroup: TestCgroup
  stdout(): string
  stderr(): string
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>
  kill(signal: NodeJS.Signals): void
  /** Runs a command beside it, in its namespaces and as its user: the exit code. */
  exec(command: readonly string[]): Promise<number>
}

let count = 0

/** `hosts`: names that lead out of the pod to this machine. */
export function makePod(hosts: readonly string[] = []): Pod {
  const index = (process.pid * 4 + count++) % 16_000
  const name = `podspan${process.pid}n${count}`
  const device = `ps${process.pid}n${count}`
  const network = `169.254.${1 + (index >> 6)}.`
  const [outside, address] = [1, 2].map((host) => `${network}${(index & 63) * 4 + host}`) as [string, string]
  const folder = mkdtempSync(join(tmpdir(), 'podspan-pod-'))
  ip('netns', 'add', name)
  ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  ip('address', 'add', `${outside}/30`, 'dev', device)
  ip('link', 'set', device, 'up')
  ip('-n', name, 'address', 'add', `${address}/30`, 'dev', 'eth0')
  for (const each of ['eth0', 'lo']) ip('-n', name, 'link', 'set', each, 'up')
  const containers: Container[] = []
  const etcHosts = ['127.0.0.1 localhost', ...hosts.map((host) => `${outside} ${host}`), ''].join('\n')
  return {
    address,
    outside,
    async start(spec) {
      const files = spec.root === undefined ? {} : { '/etc/hosts': etcHosts, ...spec.files }
      const container = await startContainer(name, join(folder, `${containers.length}`), { ...spec, files })
      containers.push(container)
      return container
    },
    async remove() {
      for (const { kill, exited, cgroup } of containers) {
        kill('SIGKILL')
        await exited
        await removed(cgroup)
      }
      ip('netns', 'delete', name)
      rmSync(folder, { recursive: true })
    },
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args)
}

/**
 * What a runtime does: mounts that only the container sees, then its user, then its command as process 1. The environment is the
 * container's alone, its PATH too: this machine's programs are named by their paths.
 */
const RUNTIME = `
chroot=$(command -v chroot)
mount --make-rprivate /
if [ "$ROOT" != / ]; then
  mount --bind "$ROOT" "$ROOT"
  while read -r from to; do mount --bind "$from" "$ROOT$to"; mount -o remount,bind,ro "$ROOT$to"; done <"$FILES"
  mount -o remount,bind,ro,nosuid,nodev "$ROOT"
fi
mount -t proc proc "$ROOT/proc"
if [ "$ROOT" = / ]; then :
elif [ -e /sys/fs/cgroup/memory ]; then
  for each in memory cpu cpuacct; do mount -t cgroup -o "ro,$each" cgroup "$ROOT/sys/fs/cgroup/$each"; done
else mount -t cgroup2 -o ro cgroup2 "$ROOT/sys/fs/cgroup"
fi
exec env -i "$@"
`

async function startContainer(namespace: string, folder: string, spec: ContainerSpec): Promise<Container> {
  const { name, root = '/', command, env, uid, memoryBytes, cores, files = {} } = spec
  prepare(root, folder, files)
  const limits = { ...(memoryBytes === undefined ? {} : { memoryBytes }), ...(cores === undefined ? {} : { cores }) }
  const cgroup = makeCgroup(`${namespace}-${name}-${++count}`, limits)
  const chroot = execFileSync('which', ['chroot'], { encoding: 'utf8' }).trim()
  const asUser = [...assignments(env), chroot, `--userspec=${uid}:0`, '--groups=', root, ...command]
  const unshare = ['unshare', '--mount', '--pid', '--cgroup', '--fork', '--kill-child']
  const runtime = ['setpriv', '--no-new-privs', 'nsenter', `--net=/run/netns/${namespace}`, ...unshare]
  const line = [...runtime, 'sh', '-euc', RUNTIME, 'sh', ...asUser]
  const child = spawn('sh', ['-c', `${cgroup.enter} && exec "$@"`, 'sh', ...line], {
    env: { PATH: process.env.PATH, ROOT: root, FILES: join(folder, 'files') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  const exited = once(child, 'close').then(([code, signal]) => code ?? signal)
  const pid = await Promise.race([processOne(child), exited])
  if (child.exitCode !== null) throw new Error(`${name} ended with ${pid}:\n${text.stderr}`)
  const inside = ['nsenter', `--target=${pid}`, '--mount', '--pid', '--net', '--cgroup']
  return {
    pid,
    cgroup,
    exited,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    kill(signal) {
      const isThere = child.exitCode === null && child.signalCode === null && existsSync(`/proc/${pid}`)
      if (isThere) process.kill(pid, signal)
    },
    async exec(words) {
      const beside = [...assignments(env), chroot, `--userspec=${uid}:0`, '--groups=', root, ...words]
      const args = ['-c', `${cgroup.enter} && exec "$@"`, 'sh', ...inside, 'env', '-i', ...beside]
      const [code] = await once(spawn('sh', args, { stdio: 'ignore' }), 'exit')
      return code
    },
  }
}

const assignments = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([key, value]) => `${key}=${value}`)

/** The places where something is mounted, as a runtime makes them, and the list of files for RUNTIME. */
function prepare(root: string, folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { mode: 0o755 })
  writeFileSync(join(folder, 'files'), '')
  if (root === '/') return
  for (const each of ['proc', ...['memory', 'cpu', 'cpuacct'].map((name) => `sys/fs/cgroup/${name}`)])
    mkdirSync(join(root, each), { recursive: true })
  for (const [index, [path, text]] of Object.entries(files).entries()) {
    const from = join(folder, `file-${index}`)
    writeFileSync(from, text, { mode: 0o644 })
    mkdirSync(dirname(join(root, path)), { recursive: true })
    if (!existsSync(join(root, path))) writeFileSync(join(root, path), '')
    appendFileSync(join(folder, 'files'), `${from} ${path}\n`)
  }
}

/** unshare's only child, once it has left the shell that mounts. */
async function processOne({ pid }: ChildProcess): Promise<number> {
  for (;;) {
    const children = existsSync(`/proc/${pid}/task/${pid}/children`)
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
      : ''
    if (children !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'unshare\n') return Number(children)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
