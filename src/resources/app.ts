/**
 * Finds the app: the process that owns the socket podspan connects to, and the cgroup that it stands in. It opens files of
 * /proc and nothing else; what it sees of them is told as a Sighting, the reason for what it does not see with it.
 *
 * The pid is found where the pod's containers share a pid namespace, and its files are readable for the same user alone.
 * The listening socket is always seen: the network namespace is the pod's.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { type CgroupPlace, findCgroup, namedCgroup, placeText, podCgroup } from './cgroup-place.ts'
import { hasOtherStates, type Listener, type LocalTarget, tcpListeners, unixListeners } from './listeners.ts'
import { isDead, parseProcessStat } from './process.ts'
import type { Scope } from './sample.ts'
import { textOf } from './text-of.ts'

/** What is known of the app without looking. */
export interface AppHint {
  readonly target: LocalTarget | undefined
  /** PODSPAN_TARGET_PID. */
  readonly pid?: number | undefined
  /** PODSPAN_CGROUP. */
  readonly cgroup?: string | undefined
}

/** Why the app's container is not to be seen. */
export type Obstacle =
  | 'not-local'
  | 'not-listening'
  | 'pids-not-shared'
  | 'other-user'
  | 'not-readable'
  | 'no-such-pid'
  | 'no-such-cgroup'
  | 'cgroup-not-visible'

export interface AppProcess {
  readonly pid: number
  /** Which of all processes that ever had this pid. */
  readonly startedJiffies: number
}

export interface Sighting {
  readonly scope: Scope
  readonly place: CgroupPlace | undefined
  readonly process: AppProcess | undefined
  readonly listeners: readonly Listener[]
  readonly obstacle: Obstacle | undefined
  readonly ownUid: number
  /** Of whoever listens; unknown when nobody does. */
  readonly appUid: number | undefined
}

/** The kernel writes a line of /proc/net/tcp with so many bytes. */
const LINE_BYTES = 150
/** More listening sockets than any pod has, and all the memory that a look may take. */
const LINES_MAX = 2_000

type TcpTarget = Extract<LocalTarget, { kind: 'tcp' }>

export function findApp({ target, pid, cgroup }: AppHint): Sighting {
  const listeners = target === undefined ? [] : listenersOf(target)
  const known = { listeners, ownUid: ownUid(), appUid: listeners[0]?.uid }
  const found = pid === undefined ? ownerOf(target, listeners) : named(pid, target, listeners)
  const owner = typeof found === 'string' ? undefined : found
  const about = { ...known, process: owner }
  const place = cgroup === undefined ? owner && placeOf(owner.pid) : placeNamed(cgroup)
  if (place !== undefined) return { ...about, place, scope: scopeOf(place), obstacle: undefined }
  const obstacle = typeof found === 'string' ? found : 'cgroup-not-visible'
  return { ...about, ...podSight(), obstacle: cgroup === undefined ? obstacle : 'no-such-cgroup' }
}

/** The sockets that podspan's connections reach now; none when nobody listens, or elsewhere. Of known ones, one is enough. */
export function listenersOf(target: LocalTarget, known: ReadonlySet<number> = new Set()): Listener[] {
  if (target.kind === 'unix') {
    const uid = ownerOfFile(target.path)
    return unixListeners(textOf('/proc/net/unix') ?? '', target.path).map((each) => ({ ...each, uid }))
  }
  return isLocal(target.host) ? listening(target, known) : []
}

/** It lives, and is still the one. */
export function isAlive({ pid, startedJiffies }: AppProcess): boolean {
  const stat = parseProcessStat(textOf(`/proc/${pid}/stat`))
  return stat !== undefined && !isDead(stat) && stat.startedJiffies === startedJiffies
}

/** Who made a unix socket is told by its file alone. */
function ownerOfFile(path: string): number | undefined {
  try {
    return statSync(path).uid
  } catch {
    return undefined
  }
}

function isLocal(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host))
}

/**
 * Read line by line, and no further than is needed: what comes behind the listening sockets is gathered from the table of all
 * connections of the node, which takes milliseconds however few are the pod's.
 */
function listening({ host, port }: TcpTarget, known: ReadonlySet<number>): Listener[] {
  let text = ''
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of lines(path)) {
      text += line
      if (hasOtherStates(line)) break
      if (known.size === 0) continue
      const found = tcpListeners(line, host, port)
      if (found.some(({ inode }) => known.has(inode))) return found
    }
  }
  return tcpListeners(text, host, port)
}

/** As the kernel makes them: what is not asked for is not made. No IPv6, no such file: then none. */
function* lines(path: string): Generator<string> {
  const bytes = Buffer.alloc(LINE_BYTES)
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    let rest = ''
    for (let read = 0; read < LINES_MAX; read++) {
      const length = readSync(file, bytes)
      if (length === 0) return
      rest += bytes.toString('latin1', 0, length)
      const end = rest.lastIndexOf('\n') + 1
      if (end > 0) yield rest.slice(0, end)
      rest = rest.slice(end)
    }
  } catch {
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The eldest process that holds one of the sockets: with a master and its workers all of them do. */
function ownerOf(target: LocalTarget | undefined, listeners: readonly Listener[]): AppProcess | Obstacle {
  if (target === undefined || (target.kind === 'tcp' && !isLocal(target.host))) return 'not-local'
  if (listeners.length === 0) return 'not-listening'
  const sockets = new Set(listeners.map(({ inode }) => `socket:[${inode}]`))
  let isDenied = false
  const owners = (entries('/proc') ?? []).flatMap((name) => {
    const pid = /^[0-9]+$/.test(name) ? Number(name) : 0
    const held = pid === 0 ? [] : holds(pid, sockets)
    if (held === undefined) isDenied = true
    const owner = held === true ? processOf(pid) : undefined
    return typeof owner === 'object' ? [owner] : []
  })
  const [eldest] = owners.toSorted((a, b) => a.startedJiffies - b.startedJiffies)
  if (eldest !== undefined) return eldest
  if (!isDenied) return 'pids-not-shared'
  const appUid = listeners[0]?.uid
  return appUid !== undefined && appUid !== ownUid() ? 'other-user' : 'not-readable'
}

/** Undefined: another user's, whose descriptors are hidden. */
function holds(pid: number, sockets: ReadonlySet<string>): boolean | undefined {
  const descriptors = entries(`/proc/${pid}/fd`)
  return descriptors?.some((descriptor) => {
    try {
      return sockets.has(readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    } catch {
      return false
    }
  })
}

/** Where the app's pids are not to be seen whoever has that one here is another: 1 is the app in its container, and podspan in its own. */
function named(pid: number, target: LocalTarget | undefined, listeners: readonly Listener[]): AppProcess | Obstacle {
  const isElsewhere = listeners.length > 0 && ownerOf(target, listeners) === 'pids-not-shared'
  return isElsewhere ? 'pids-not-shared' : processOf(pid)
}

function processOf(pid: number): AppProcess | Obstacle {
  const stat = parseProcessStat(textOf(`/proc/${pid}/stat`))
  return stat === undefined || isDead(stat) ? 'no-such-pid' : { pid, startedJiffies: stat.startedJiffies }
}

/** By the mounts of this container if they show it, else by the app's own, which are to be seen through its root. */
function placeOf(pid: number): CgroupPlace | undefined {
  const cgroup = textOf(`/proc/${pid}/cgroup`) ?? ''
  return (
    visible(findCgroup(cgroup, textOf('/proc/self/mountinfo') ?? '')) ??
    visible(findCgroup(cgroup, textOf(`/proc/${pid}/mountinfo`) ?? '', `/proc/${pid}/root`))
  )
}

function placeNamed(cgroup: string): CgroupPlace | undefined {
  return visible(namedCgroup(cgroup, textOf('/proc/self/mountinfo') ?? ''))
}

/** Where the directory can really be entered. */
function visible(place: CgroupPlace | undefined): CgroupPlace | undefined {
  return place !== undefined && entries(placeText(place)) !== undefined ? place : undefined
}

/** A cgroup has the figures of all below it: podspan's may be one of them. Under v1 a root is nobody's own, and it is the same for all. */
function scopeOf(place: CgroupPlace): Scope {
  const own = ownCgroup()
  const wanted = identityOf(place)
  let directory = own === undefined ? '' : placeText(own)
  while (directory !== '' && directoryIdentity(directory) !== wanted)
    directory = directory.slice(0, directory.lastIndexOf('/'))
  return directory === '' ? 'app' : 'shared'
}

function podSight(): Pick<Sighting, 'scope' | 'place'> {
  const own = ownCgroup()
  const place = own && visible(podCgroup(own))
  return place === undefined ? { scope: 'none', place } : { scope: 'pod', place }
}

function ownCgroup(): CgroupPlace | undefined {
  return findCgroup(textOf('/proc/self/cgroup') ?? '', textOf('/proc/self/mountinfo') ?? '')
}

/** Of a directory: the same cgroup may be reached by several ways, and another one may come to have its name. */
export function identityOf(place: CgroupPlace): string | undefined {
  return directoryIdentity(placeText(place))
}

function directoryIdentity(directory: string): string | undefined {
  try {
    const { dev, ino } = statSync(directory)
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

function ownUid(): number {
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(textOf('/proc/self/status') ?? '')?.[1] ?? 0)
}

function entries(path: string): string[] | undefined {
  try {
    return readdirSync(path)
  } catch {
    return undefined
  }
}
