/**
 * Where the files of a cgroup stand: /proc/PID/cgroup and /proc/PID/mountinfo → directories. Pure: it opens no file.
 *
 * The kernel writes both texts as the reader's own cgroup namespace sees them, whoever's they are: what lies outside of it
 * begins with `/..`.
 */

/** Directories whose files hold the figures of one cgroup. Under v1 each controller may stand elsewhere, or nowhere. */
export type CgroupPlace =
  | { readonly version: 'v2'; readonly directory: string }
  | ({ readonly version: 'v1' } & Readonly<Record<Controller, string | undefined>>)

/** `unified`: the v2 hierarchy that a hybrid host mounts beside; it has no controllers, but pressure. */
const CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids', 'blkio', 'unified'] as const
type Controller = (typeof CONTROLLERS)[number]

/**
 * Undefined when it can't be seen. A hybrid host mounts both; a controller works in one hierarchy only, so where v1 has
 * memory, v2 has no figures of it. `root` is where the mounts are seen from: /proc/PID/root for those of another process.
 */
export function findCgroup(cgroup: string, mountinfo: string, root = ''): CgroupPlace | undefined {
  const mounts = parseMounts(mountinfo).map((mount) => ({ ...mount, point: `${root}${mount.point}` }))
  const paths = parseMemberships(cgroup)
  if (!isV1(mounts) || !paths.has('memory')) return placeV2(mounts, paths.get(''))
  const pathOf = (controller: Controller): string | undefined => paths.get(controller === 'unified' ? '' : controller)
  return placeV1(mounts, (controller) => ownPath(pathOf(controller), paths.get('memory')))
}

/** Where its memory has a cgroup of its own, a controller without one counts the whole machine, and would be told as the app's. */
function ownPath(path: string | undefined, memory: string | undefined): string | undefined {
  return path === '/' && memory !== '/' ? undefined : path
}

/** The cgroup that a person named: a directory, or a path as /proc/PID/cgroup has it. */
export function namedCgroup(name: string, mountinfo: string): CgroupPlace | undefined {
  const mounts = parseMounts(mountinfo)
  const holder = mounts.filter(({ type, point }) => isCgroup(type) && isWithin(name, point)).at(-1)
  const path =
    holder === undefined ? name : `${holder.root === '/' ? '' : holder.root}${name.slice(holder.point.length)}`
  return isV1(mounts) ? placeV1(mounts, () => path || '/') : placeV2(mounts, path || '/')
}

/** A kubelet's names, with both of its drivers: `pod<uid>`, `kubepods-burstable-pod<uid>.slice`. */
const POD = /^(?:kubepods(?:-[a-z]+)?-)?pod[0-9a-f][0-9a-f_-]{31,35}(?:\.slice)?$/i

/** The pod that a container's cgroup stands in; undefined where it is no pod's, or the pod's is not to be seen. */
export function podCgroup(place: CgroupPlace): CgroupPlace | undefined {
  if (place.version === 'v2') {
    const directory = podDirectory(place.directory)
    return directory === undefined ? undefined : { version: 'v2', directory }
  }
  const pod = v1Of((controller) => podDirectory(place[controller]))
  return pod.memory === undefined ? undefined : pod
}

/** Two texts of the same cgroup are the same. */
export function placeText(place: CgroupPlace): string {
  return place.version === 'v2' ? place.directory : (place.memory ?? '')
}

function podDirectory(directory: string | undefined): string | undefined {
  const names = directory?.split('/') ?? []
  const at = names.findIndex((name) => POD.test(name))
  // The pod itself is no container in it.
  return at === -1 || at === names.length - 1 ? undefined : names.slice(0, at + 1).join('/')
}

interface Mount {
  /** Which part of the hierarchy is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

function isCgroup(type: string): boolean {
  return type === 'cgroup' || type === 'cgroup2'
}

function isV1(mounts: readonly Mount[]): boolean {
  return mounts.some(({ type, options }) => type === 'cgroup' && options.includes('memory'))
}

function placeV1(mounts: readonly Mount[], pathOf: (controller: Controller) => string | undefined): CgroupPlace {
  return v1Of((controller) =>
    directoryOf(
      pathOf(controller),
      mounts.filter(({ type, options }) =>
        controller === 'unified' ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller),
      ),
    ),
  )
}

function placeV2(mounts: readonly Mount[], path: string | undefined): CgroupPlace | undefined {
  const unified = mounts.filter(({ type }) => type === 'cgroup2')
  const directory = directoryOf(path, unified)
  return directory === undefined ? undefined : { version: 'v2', directory }
}

function v1Of(directoryOf: (controller: Controller) => string | undefined): Extract<CgroupPlace, { version: 'v1' }> {
  const [memory, cpu, cpuacct, pids, blkio, unified] = CONTROLLERS.map(directoryOf)
  return { version: 'v1', memory, cpu, cpuacct, pids, blkio, unified }
}

/** proc_pid_mountinfo(5): `id parent major:minor root point options optional... - type source superoptions`. */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root, point] = before.split(' ')
    const [type = '', , options = ''] = after.split(' ')
    return root && point
      ? [{ root: octalDecoded(root), point: octalDecoded(point), type, options: options.split(',') }]
      : []
  })
}

/** Space, tab, newline and backslash are written as three octal digits. */
function octalDecoded(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** cgroups(7): `id:controllers:path`, a line for each hierarchy. v2 has no controllers in its line: its key is ''. */
function parseMemberships(text: string): ReadonlyMap<string, string> {
  const members = [...text.matchAll(/^\d+:([^:]*):(\/.*)$/gm)]
  return new Map(members.flatMap(([, names = '', path = '']) => names.split(',').map((name) => [name, path] as const)))
}

/** The path counts from the root of the hierarchy, and a container often sees only a part of that mounted. */
function directoryOf(path: string | undefined, mounts: readonly Mount[]): string | undefined {
  for (const { root, point } of path === undefined ? [] : mounts) {
    const base = root === '/' ? '' : root
    const below = path !== undefined && isWithin(path, base) ? path.slice(base.length) : undefined
    // `/..` left over: outside of what this mount shows. Following it would read somebody else's figures.
    if (below !== undefined && !`${below}/`.includes('/../')) return `${point}${below}`.replace(/\/$/, '')
  }
  return undefined
}

function isWithin(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`)
}
