/**
 * The manifests' pod for real, by a test that plays kubelet: podspan from its image, by the flags, variables and probes that
 * kustomize makes of manifests/, in 128 MiB and a fifth of a core; the app beside it; clients, a Jaeger and a Prometheus outside.
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Jaeger, missing, type Prometheus, startJaeger, startPrometheus, waitFor } from '../support/backends.ts'
import { availableCgroups } from '../support/cgroups.ts'
import { buildImage, type Image, missingForImages, type Rootfs } from '../support/image.ts'
import { type Load, startLoad } from '../support/load.ts'
import { environmentOf, FIELDS, type Manifest, type ManifestContainer, named, workload } from '../support/manifest.ts'
import { type Container, makePod, type Pod } from '../support/pod.ts'
import { statusOf } from '../support/status.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const APP = new URL('../support/pod-app.ts', import.meta.url).pathname
const MIB = 1_048_576
const UID = 1_000_660_000
const cgroups = availableCgroups()
const why =
  missingForImages() ??
  ['jaeger', 'prometheus', 'kustomize'].map(missing).find((each) => each !== undefined) ??
  ('why' in cgroups && process.env.CI === undefined ? cgroups.why : undefined)
if (why !== undefined) console.warn(`the pod: ${why}`)

const isAlive = (container: Container): Promise<boolean> =>
  Promise.race([container.exited.then(() => false), sleep(0).then(() => true)])

describe.skipIf(why !== undefined)('the pod', { timeout: 120_000 }, () => {
  let image: Image
  let rootfs: Rootfs
  let pod: Pod
  let jaeger: Jaeger
  let prometheus: Prometheus
  let cleanups: (() => unknown)[] = []

  beforeAll(async () => {
    image = await buildImage()
    rootfs = await image.mount()
    pod = makePod(['otel-collector', 'api.example.com'])
    // Jaeger where the manifests expect the collector. It takes traces alone, so metrics are told another way.
    jaeger = await startJaeger([4317, 4318, 16685, 16686, 13133], pod.outside)
    prometheus = await startPrometheus(readFileSync(`${ROOT}otel/prometheus/prometheus.yml`, 'utf8'), pod.outside)
  }, 600_000)
  afterEach(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup()
    cleanups = []
  })
  afterAll(async () => {
    await jaeger?.stop()
    await prometheus?.stop()
    await pod?.remove()
    await rootfs?.remove()
  })

  /** podspan as the manifest wants it, once its startup probe has passed. */
  async function startPodspan(manifest: Manifest): Promise<Container> {
    const container = named(manifest, 'podspan')
    const imageEnvironment = Object.fromEntries(image.config.Env.map((each) => each.split(/=(.*)/s).slice(0, 2)))
    const labels = Object.entries(manifest.spec.template.metadata.labels).map(([key, value]) => `${key}="${value}"\n`)
    const podspan = await pod.start({
      name: 'podspan',
      root: rootfs.path,
      command: [...image.config.Entrypoint, ...container.args],
      env: {
        ...imageEnvironment,
        ...environmentOf(container),
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: prometheus.otlpMetrics,
      },
      uid: UID,
      memoryBytes: 128 * MIB,
      cores: 0.2,
      files: { '/etc/podinfo/labels': labels.join(''), '/etc/podinfo/annotations': '' },
    })
    cleanups.push(() => podspan.kill('SIGKILL'))
    await startupPassed(container, podspan)
    return podspan
  }

  async function startupPassed({ startupProbe }: ManifestContainer, podspan: Container): Promise<void> {
    const { failureThreshold, httpGet, exec } = startupProbe
    for (let attempt = 0; attempt < failureThreshold; attempt++) {
      if (exec !== undefined && (await podspan.exec(exec.command)) === 0) return
      if (httpGet !== undefined && (await statusOf(`http://${pod.address}:${httpGet.port}${httpGet.path}`)) === 200)
        return
      await sleep(1_000)
    }
    throw new Error(`podspan did not start:\n${podspan.stderr()}`)
  }

  async function startApp(manifest: Manifest): Promise<Container> {
    const app = await pod.start({
      name: 'app',
      command: [process.execPath, APP],
      env: environmentOf(named(manifest, 'app')),
      uid: UID + 1,
      memoryBytes: 512 * MIB,
    })
    cleanups.push(() => app.kill('SIGKILL'))
    await expect.poll(app.stdout, { timeout: 20_000 }).toContain('listening')
    return app
  }

  /** Clients go on for as long as it takes until they hear of it. */
  async function endpointGone(load: Load): ReturnType<Load['stop']> {
    await sleep(1_000)
    return load.stop()
  }

  /** A native sidecar is told when the app is gone, with two seconds left; a plain one at once, while the app's hook sleeps. */
  async function kubeletStops(manifest: Manifest, app: Container, podspan: Container): Promise<void> {
    const isNative = manifest.spec.template.spec.initContainers !== undefined
    if (!isNative) podspan.kill('SIGTERM')
    const { preStop } = named(manifest, 'app').lifecycle
    await sleep(1_000 * (preStop.sleep?.seconds ?? Number(preStop.exec?.command[1])))
    // It outlives the app.
    expect(await isAlive(podspan)).toBe(true)
    app.kill('SIGTERM')
    expect(await app.exited).toBe(0)
    expect(await isAlive(podspan)).toBe(true)
    if (isNative) {
      podspan.kill('SIGTERM')
      void sleep(2_000, undefined, { ref: false }).then(() => podspan.kill('SIGKILL'))
    }
    expect(await podspan.exited, podspan.stderr()).toBe(0)
  }

  const url = (): string => `http://${pod.address}:8080`

  /** Counted from the line in which podspan accounts for itself at its end. */
  function booksOf(podspan: Container): { created: number; text: string } {
    const text = /stopped; (.*)/.exec(podspan.stderr())?.[1] ?? ''
    const [, created, exported] = /exchange (\d+) created, (\d+) exported/.exec(text) ?? []
    expect(exported, podspan.stderr()).toBe(created)
    return { created: Number(created), text }
  }

  function wasNeverShortOfMemory({ cgroup }: Container): void {
    const events = cgroup.read(cgroup.version === 'v1' ? 'memory.oom_control' : 'memory.events')
    expect(events).toMatch(/^oom_kill 0$/m)
    const peak = cgroup.read(cgroup.version === 'v1' ? 'memory.max_usage_in_bytes' : 'memory.peak')
    console.log(`podspan: ${Math.round(Number(peak) / MIB)} of 128 MiB at most`)
  }

  it('native sidecar: before the app, through its restart, after it; nobody sees any of it', async () => {
    const manifest = workload('manifests/base')
    expect(named(manifest, 'podspan').restartPolicy).toBe('Always')
    const podspan = await startPodspan(manifest)
    expect(await statusOf(`http://${pod.address}:8087/`)).toBe('ECONNREFUSED')
    const status = readFileSync(`/proc/${podspan.pid}/status`, 'utf8')
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^CapPrm:\t0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(new RegExp(`^Uid:\t${UID}\t`, 'm'))
    expect(status).toMatch(/^NSpid:.*\t1$/m)
    expect(podspan.cgroup.read('cgroup.procs').split('\n')).toContain(String(podspan.pid))
    expect(readFileSync(`/proc/${podspan.pid}/mounts`, 'utf8')).toMatch(/^\S+ \/ \S+ ro,/m)

    let app = await startApp(manifest)
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
    expect((await fetch(url(), { headers: { traceparent } })).status).toBe(200)

    // The app alone is restarted.
    app.kill('SIGTERM')
    expect(await app.exited).toBe(0)
    expect(await isAlive(podspan)).toBe(true)
    app = await startApp(manifest)
    const load = startLoad(url(), { kept: 6, fresh: 4 })
    cleanups.push(load.stop)
    await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(1_000)

    // The pod is deleted. Endpoints go on their own, and nobody waits for the other.
    const [{ answered, failures }] = await Promise.all([endpointGone(load), kubeletStops(manifest, app, podspan)])
    expect(failures).toEqual([])

    const books = booksOf(podspan)
    expect(books.created).toBe(answered + 1)
    expect(books.text).not.toMatch(/dropped/)
    wasNeverShortOfMemory(podspan)
    await isInJaeger(traceId)
    const counted = await waitFor(() =>
      prometheus.query('sum(http_server_request_duration_seconds_count{k8s_pod_name="shop-7d9f", service_name="app"})'),
    )
    expect(counted).toBe(answered + 1)
  })

  async function isInJaeger(traceId: string): Promise<void> {
    const trace = await jaeger.trace(traceId)
    const [process] = Object.values(trace?.processes ?? {})
    expect(process?.serviceName).toBe('app')
    const tags = Object.fromEntries((process?.tags ?? []).map(({ key, value }) => [key, value]))
    expect(tags).toMatchObject({
      'k8s.pod.name': 'shop-7d9f',
      'k8s.namespace.name': 'shops',
      'k8s.pod.uid': FIELDS['metadata.uid'],
      'k8s.node.name': 'node-3',
      'k8s.container.name': 'app',
    })
  }

  it('plain sidecar: told to stop at once, it stays for those who have not heard', async () => {
    const manifest = workload('manifests/overlays/plain-sidecar')
    expect(manifest.spec.template.spec.initContainers).toBeUndefined()
    const podspan = await startPodspan(manifest)
    const app = await startApp(manifest)
    const load = startLoad(url(), { kept: 6, fresh: 4 })
    cleanups.push(load.stop)
    await expect.poll(load.answered, { timeout: 60_000 }).toBeGreaterThan(200)

    const before = load.answered()
    const [{ answered, failures }] = await Promise.all([endpointGone(load), kubeletStops(manifest, app, podspan)])
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(before)
    expect(booksOf(podspan).created).toBe(answered)
    wasNeverShortOfMemory(podspan)
  })

  it('a Job that ends lets podspan end, and what it called is told', async () => {
    const api = await listen(
      createServer((_, answer) => answer.end('done')),
      pod.outside,
    )
    cleanups.push(() => api.close())
    const manifest = workload('manifests/overlays/job')
    const podspan = await startPodspan(manifest)
    const { port } = api.address() as AddressInfo
    const program = `
      for (let count = 0; count < 5; count++) console.log(await (await fetch('http://api.example.com:${port}/report')).text())`
    const job = await pod.start({
      name: 'job',
      command: [process.execPath, '--use-env-proxy', '--input-type=module', '--eval', program],
      env: environmentOf(named(manifest, 'app')),
      uid: UID + 1,
    })
    expect(await job.exited).toBe(0)
    expect(job.stdout()).toBe('done\n'.repeat(5))
    podspan.kill('SIGTERM')
    expect(await podspan.exited).toBe(0)
    expect(booksOf(podspan).created).toBe(5)
    const seen = await waitFor(() =>
      prometheus.query('sum(http_client_request_duration_seconds_count{service_name="job", k8s_pod_name="shop-7d9f"})'),
    )
    expect(seen).toBe(5)
  })
})

async function listen(server: Server, host: string): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return server
}
