/**
 * podspan's image, built from the Dockerfile as README.md says, and its root file system on this machine. Where no image registry
 * can be reached its base is made by node-image.sh. Needs root, buildah and debootstrap; knows nothing of what runs in it.
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = new URL('../..', import.meta.url).pathname
const BACKENDS = process.env.BACKENDS_DIR ?? join(homedir(), '.cache/podspan/backends')
/** Kept between runs: the base takes a minute. */
const STORAGE = join(BACKENDS, 'images')
const BUILDAH = ['--root', join(STORAGE, 'root'), '--runroot', join(STORAGE, 'run'), '--storage-driver', 'vfs']

/** As `missing` of backends.ts says it. */
export function missingForImages(): string | undefined {
  if (process.env.CI !== undefined) return undefined
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'skipped: no root on Linux'
  for (const command of ['buildah', 'debootstrap', 'flock']) {
    try {
      execFileSync('which', [command])
    } catch {
      return `skipped: ${command} is not installed`
    }
  }
  return undefined
}

/** What the image says of itself, in the words of its format. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly WorkingDir: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck?: { readonly Test: readonly string[] }
}

export interface Image {
  readonly config: ImageConfig
  /** The digests of its layers. */
  readonly layers: readonly string[]
  /** `157 MB`. */
  readonly size: string
  /** A new copy of its files; podspan's own are never changed by what runs, since it runs with a read-only root. */
  mount(): Promise<Rootfs>
}

export interface Rootfs {
  readonly path: string
  remove(): Promise<void>
}

/** The image of the sources as they are: test files wait for the first of them to build it. */
export async function buildImage(): Promise<Image> {
  const name = `localhost/podspan-test:${sourcesHash()}`
  await build(name)
  return inspect(name)
}

/** The digests of the layers of one more, for which every step is done again. */
export async function rebuiltLayers(): Promise<readonly string[]> {
  const name = `localhost/podspan-again:${process.pid}`
  await build(name)
  const { layers } = await inspect(name)
  await buildah('rmi', name)
  return layers
}

/** Of all that a build reads. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').match(/(?<=^!).+/gm) ?? []
  const patterns = ['Dockerfile', '.dockerignore', ...allowed.flatMap((path) => [path, `${path}/**`])]
  for (const path of globSync(patterns, { cwd: ROOT }).sort()) {
    if (statSync(join(ROOT, path)).isFile()) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)))
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * Nothing when there is one of the name; those of older sources go. One layer: each other would copy the build stage's gigabyte once
 * more.
 */
const BUILD = `
buildah() { command buildah $BUILDAH "$@"; }
buildah inspect --type image $NAME >/dev/null 2>&1 && exit 0
bash test/support/node-image.sh $STORAGE
buildah images --noheading --format '{{.Name}}:{{.Tag}}' | grep "^\${NAME%:*}:" | while read -r old; do buildah rmi "$old"; done
buildah bud --isolation chroot --format docker --timestamp 0 --build-arg NODE_IMAGE=localhost/podspan-node --tag $NAME .
`

async function build(name: string): Promise<void> {
  mkdirSync(STORAGE, { recursive: true })
  const env = { ...process.env, NAME: name, STORAGE, BUILDAH: BUILDAH.join(' ') }
  await run('flock', [join(STORAGE, 'lock'), 'sh', '-euc', BUILD], { cwd: ROOT, env, maxBuffer: 16 * 1_048_576 })
}

async function inspect(name: string): Promise<Image> {
  const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', name)) as {
    Docker: { config: ImageConfig; rootfs: { diff_ids: string[] } }
  }
  return {
    config: Docker.config,
    layers: Docker.rootfs.diff_ids,
    size: (await buildah('images', '--format', '{{.Size}}', name)).trim(),
    async mount() {
      const container = (await buildah('from', '--pull-never', name)).trim()
      const path = (await buildah('mount', container)).trim()
      return { path, remove: async () => void (await buildah('rm', container)) }
    },
  }
}

async function buildah(...args: string[]): Promise<string> {
  return (await run('buildah', [...BUILDAH, ...args], { maxBuffer: 16 * 1_048_576 })).stdout
}
