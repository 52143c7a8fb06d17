/** The image as README.md says to build it: what is in it, that it is the same when built again, and that it runs as anybody. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sbom } from '../../sbom.ts'
import { buildImage, type Image, missingForImages, type Rootfs, rebuiltLayers } from '../support/image.ts'
import { type Container, makePod, type Pod } from '../support/pod.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const { version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
/** As OpenShift gives one to a namespace. */
const UID = 1_000_650_000
const why = missingForImages()
if (why !== undefined) console.warn(`the image: ${why}`)

describe.skipIf(why !== undefined)('the image', { timeout: 60_000 }, () => {
  let image: Image
  let rootfs: Rootfs
  let pod: Pod
  /** What there is before anything is mounted into it. */
  let paths: readonly string[]
  let environment: Record<string, string>

  beforeAll(async () => {
    image = await buildImage()
    rootfs = await image.mount()
    paths = readdirSync(rootfs.path, { recursive: true, encoding: 'utf8' })
    environment = Object.fromEntries(image.config.Env.map((each) => each.split(/=(.*)/s).slice(0, 2)))
    pod = makePod()
  }, 600_000)
  afterAll(async () => {
    await pod?.remove()
    await rootfs?.remove()
  })

  const run = (command: readonly string[], env: Record<string, string> = {}): Promise<Container> =>
    pod.start({ name: 'podspan', root: rootfs.path, command, env: { ...environment, ...env }, uid: UID })

  it('has Node, its libraries, podspan and nothing else', () => {
    const files = paths.filter((path) => !lstatSync(join(rootfs.path, path)).isDirectory())
    const own = files.filter((path) => !path.startsWith('podspan/'))
    const programs = ['usr/local/bin/node', 'usr/local/bin/podspan']
    expect(own.filter((path) => !/^(?:usr\/)?lib(?:64)?\/.*\.so[.\d]*$/.test(path)).sort()).toEqual(programs)
    const others = files.filter((path) => path.startsWith('podspan/') && !/\.(?:js|json|css|html|svg|txt)$/.test(path))
    expect(others).toEqual(['podspan/LICENSE'])
  })

  it('has nothing that anybody but root may write, and nothing setuid', () => {
    expect(paths.length).toBeGreaterThan(50)
    const wrong = paths.filter((path) => {
      const { mode, uid, gid } = lstatSync(join(rootfs.path, path))
      const isLink = (mode & 0o170_000) === 0o120_000
      return (!isLink && (mode & 0o6_022) !== 0) || uid !== 0 || gid !== 0
    })
    expect(wrong).toEqual([])
  })

  it('says what it is, runs as a number that is not root, and knows its health', () => {
    const { User, Labels, Entrypoint, Healthcheck, WorkingDir } = image.config
    expect(User).toMatch(/^[1-9]\d*$/)
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'podspan',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': license,
    })
    expect(Healthcheck?.Test).toEqual(['CMD', 'podspan', 'health'])
    // Exec form: no shell between the runtime and Node.
    expect([Entrypoint[0], Entrypoint.at(-1), WorkingDir]).toEqual(['node', '/podspan/main.js', '/podspan'])
  })

  it('has its bill of materials in it, with this Node and every library', () => {
    const bill: Sbom = JSON.parse(readFileSync(join(rootfs.path, 'podspan/sbom.cdx.json'), 'utf8'))
    const named = bill.components.map(({ name, version: of = '' }) => `${name} ${of}`)
    expect(named).toContain(`node ${process.version.slice(1)}`)
    expect(named).toEqual(expect.arrayContaining([expect.stringMatching(/^libc6 2\./), expect.stringMatching(/^ws /)]))
    expect(bill.components.filter((each) => each.version === undefined)).toEqual([])
  })

  it('tells its version as anybody, with nothing but its own files', async () => {
    const container = await run(['podspan', '--version'])
    expect([await container.exited, container.stdout()]).toEqual([0, `podspan ${version}\n`])
  })

  it('runs, and answers its HEALTHCHECK from inside', async () => {
    const started = performance.now()
    const container = await run([...image.config.Entrypoint, '--port', '8080', '--target', '8087'])
    await expect.poll(container.stderr, { timeout: 30_000, interval: 5 }).toContain('listening on')
    const listensMs = Math.round(performance.now() - started)
    const [, ...check] = image.config.Healthcheck?.Test ?? []
    expect(await container.exec(check)).toBe(0)
    expect((await fetch(`http://${pod.address}:8080/`)).status).toBe(502)
    // One second more for what starts late.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const residentKib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${container.pid}/status`, 'utf8'))?.[1])
    console.log(
      `image: ${image.size}, listens after ${listensMs} ms, ${Math.round(residentKib / 1_024)} MB resident idle`,
    )
    container.kill('SIGTERM')
    expect(await container.exited).toBe(0)
    expect(container.stderr()).toContain('stopped')
  })

  it('is unhealthy where nothing listens', async () => {
    const container = await run(['podspan', 'health'])
    expect(await container.exited).toBe(1)
  })

  it('shows the demo', async () => {
    const container = await run([...image.config.Entrypoint, 'demo', '--port', '8090'])
    await expect.poll(container.stderr, { timeout: 30_000 }).toContain('listening on')
    expect((await fetch(`http://${pod.address}:8090/products/7`)).status).toBe(200)
    container.kill('SIGTERM')
    expect(await container.exited).toBe(0)
  })

  it('has the same layers when it is built again from nothing', { timeout: 600_000 }, async () => {
    expect(await rebuiltLayers()).toEqual(image.layers)
  })
})
