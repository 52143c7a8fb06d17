/**
 * An app in a real cgroup with limits, podspan before it without privilege, a real Collector behind: what it tells of the
 * container, of the kill, and afterwards from the black box.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/observer/black-box-report.ts'
import { type Collector, missing, startCollector, waitFor } from '../support/backends.ts'
import { availableCgroups, inside, makeCgroup, type TestCgroup } from '../support/cgroups.ts'
import { asUser, type ContainedApp, removed, startContained } from '../support/contained-app.ts'
import { type RunningSidecar, runToEnd, startSidecar } from '../support/sidecar.ts'

const MIB = 1_048_576
const LIMITS = { memoryBytes: 96 * MIB, cores: 0.3 }
const UID = 1_201
const cgroups = availableCgroups()
const why = 'why' in cgroups ? cgroups.why : missing('otelcol')
if (why !== undefined) console.warn(`a container's resources: skipped, ${why}`)

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
interface Item {
  readonly attributes: readonly Attribute[]
  readonly traceId?: string
  readonly eventName?: string
  readonly body?: { readonly stringValue: string }
}

describe.skipIf(why !== undefined)('a container', { timeout: 120_000 }, () => {
  let collector: Collector
  let folder: string
  let app: ContainedApp
  let sidecar: RunningSidecar
  let own: TestCgroup
  let box: string
  let service = 'contained-0'
  let count = 0

  beforeAll(async () => {
    collector = await startCollector()
    folder = mkdtempSync(join(tmpdir(), 'podspan-box-'))
    own = makeCgroup(`podspan-${process.pid}-own`, {})
    chmodSync(folder, 0o777)
  })
  afterEach(async () => {
    await sidecar?.stop('SIGKILL')
    await app?.stop()
  })
  afterAll(async () => {
    await collector?.stop()
    if (own !== undefined) await removed(own)
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  async function start(args: readonly string[] = []): Promise<void> {
    app = await startContained(LIMITS, { uid: UID })
    service = `contained-${++count}`
    box = join(folder, service)
    sidecar = await startSidecar({
      by: [...inside(own), ...asUser(UID)],
      args: ['--port', '0', '--target', `127.0.0.1:${app.port}`, '--black-box', box, ...args],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpHttp,
        OTEL_SERVICE_NAME: service,
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_BSP_SCHEDULE_DELAY: '200',
      },
    })
    await said('those of the app')
  }

  const said = async (text: string) =>
    expect(await waitFor(() => (sidecar.stderr().includes(text) ? true : undefined)), sidecar.stderr()).toBe(true)

  /** The answer's status, or why there was none. */
  const get = (path: string): Promise<number> =>
    fetch(`http://127.0.0.1:${sidecar.port}${path}`).then(async (response) => {
      await response.text()
      return response.status
    })

  /** Everything of that kind that the Collector got of this service. */
  function received(name: 'spans' | 'logRecords' | 'metrics'): Item[] {
    const within = (value: unknown): Item[] => {
      if (Array.isArray(value)) return value.flatMap(within)
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([key, each]) => (key === name ? (each as Item[]) : within(each)))
    }
    return collector
      .received()
      .flatMap((line) => [line.resourceSpans, line.resourceLogs, line.resourceMetrics].flat())
      .filter((group) => JSON.stringify(group ?? {}).includes(`"${service}"`))
      .flatMap(within)
  }

  const attributeOf = (item: Item | undefined, key: string): unknown =>
    Object.values(item?.attributes.find((each) => each.key === key)?.value ?? {})[0]
  const spanOf = (path: string) =>
    waitFor(() => received('spans').find((span) => String(attributeOf(span, 'url.path')) === path))

  async function blackBox(): Promise<RunReport> {
    const { code, stdout } = await runToEnd({ args: ['dump', box, '--json'] })
    expect(code).toBe(0)
    return JSON.parse(stdout).runs.at(-1)
  }

  /** The black box of a sidecar that runs comes to tell that. */
  const told = async (isTold: (run: RunReport) => boolean) =>
    expect(await waitFor(async () => isTold(await blackBox()) || undefined)).toBe(true)

  test('its limit, its usage, its throttling and its process are the kernel’s own figures', async () => {
    await start()
    await get('/hold?mib=16')
    for (let each = 0; each < 30; each++) await get('/fast')
    await get('/burn?ms=600')
    await sleep(1_300)
    const usage = Number(app.cgroup.read(app.cgroup.version === 'v2' ? 'memory.current' : 'memory.usage_in_bytes'))
    const status = readFileSync(`/proc/${app.pid}/status`, 'utf8')
    const ps = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(app.pid)], { encoding: 'utf8' })) * 1_024
    const free = /^Mem:\s+(\d+)/m.exec(execFileSync('free', ['-b'], { encoding: 'utf8' }))?.[1]
    await sleep(300)
    const { looks } = await blackBox()
    const [first, last] = [looks[0], looks.at(-1)]
    expect(last).toMatchObject({ scope: 'app', app: { isUp: true, oomKills: 0 } })
    expect(last?.container?.memory.limitBytes).toBe(LIMITS.memoryBytes)
    expect(last?.container?.cpu.limitCores).toBe(LIMITS.cores)
    const isWithin2 = (figure = 0, of: number) =>
      expect(Math.abs(figure / of - 1), `${figure} of ${of}`).toBeLessThan(0.02)
    isWithin2(last?.container?.memory.usageBytes, usage)
    expect(last?.process?.pid).toBe(app.pid)
    isWithin2(last?.process?.residentBytes, Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024)
    isWithin2(last?.process?.residentBytes, ps)
    expect(last?.node.totalMemoryBytes).toBe(Number(free))
    const throttled = (look = first) => look?.container?.cpu.throttledSeconds ?? 0
    expect(throttled(last)).toBeGreaterThan(throttled(first))

    const span = await spanOf('/burn')
    expect(attributeOf(span, 'podspan.resource.scope')).toBe('app')
    expect(attributeOf(span, 'podspan.resource.cpu.used')).toBeGreaterThan(0.5)
    expect(attributeOf(span, 'podspan.resource.cpu.throttled')).toBeGreaterThan(0.1)
    // 600 ms of CPU at 0.3 cores.
    expect(attributeOf(span, 'podspan.resource.window.duration')).toBeGreaterThan(1.5)
    expect(Number(attributeOf(span, 'podspan.resource.memory.headroom'))).toBeLessThan(LIMITS.memoryBytes)
    const limit = await waitFor(() =>
      received('metrics').find((metric) => JSON.stringify(metric).includes('podspan.container.memory.limit')),
    )
    expect(JSON.stringify(limit)).toContain(String(LIMITS.memoryBytes))
  })

  test('killed for want of memory: who was in flight says so, and one record lists them', async () => {
    await start()
    await get('/fast')
    const paths = ['/hang?1', '/hang?2', '/hang?3', '/eat'] as const
    const answers = Promise.all(paths.map(get))
    await app.ended
    // A runtime is another process and takes its time. One that were faster than all of them would take the evidence along.
    await sleep(60)
    await removed(app.cgroup)
    expect(await answers).toEqual([502, 502, 502, 502])
    await said('the app was killed for want of memory; in flight: ')
    const crash = await waitFor(() => received('logRecords').find(({ eventName }) => eventName === 'podspan.crash'))
    expect(attributeOf(crash, 'error.type')).toBe('podspan.app_oom_killed')
    expect(Number(attributeOf(crash, 'podspan.crash.exchange_count'))).toBe(4)
    const failed = await waitFor(() => {
      const spans = received('spans').filter((span) => attributeOf(span, 'error.type') === 'podspan.app_oom_killed')
      return spans.length === 4 ? spans : undefined
    })
    expect(failed).toHaveLength(4)
    for (const { traceId } of failed ?? []) expect(JSON.stringify(crash)).toContain(String(traceId))
    expect(received('logRecords').filter(({ eventName }) => eventName === 'podspan.crash')).toHaveLength(1)

    // The same app again, as a runtime does: in a new container whose counts begin at zero.
    const port = app.port
    app = await startContained(LIMITS, { uid: UID, port })
    await told(({ looks }) => looks.at(-1)?.life === 2)
    expect(await get('/fast')).toBe(200)
    const hanging = [get('/hang?a'), get('/hang?b')].map((answer) => answer.catch(() => 0))
    await told(({ inFlight }) => inFlight.length === 2)
    expect(await sidecar.stop('SIGKILL')).toBe('SIGKILL')
    await Promise.all(hanging)
    const run = await blackBox()
    expect(run.end).toBe('cut-off')
    expect(run.inFlight.map(({ path, phase }) => [path, phase])).toEqual([
      ['/hang', 'waiting'],
      ['/hang', 'waiting'],
    ])
    expect(run.crashes).toMatchObject([{ crash: { cause: 'app_oom_killed' }, requestCount: 4 }])
    const failures = run.exchanges.filter(({ error }) => error?.type === 'podspan.app_oom_killed')
    expect(failures.map(({ request }) => request?.path).sort()).toEqual(['/eat', '/hang', '/hang', '/hang'])
    expect(run.looks.at(-1)).toMatchObject({ life: 2, scope: 'app', app: { isUp: true, exits: 1, oomKills: 1 } })
    const { stdout } = await runToEnd({ args: ['dump', box] })
    expect(stdout).toContain('the app was killed for want of memory; in flight: ')
    expect(stdout).toContain('in flight at the end: 2\n')
  })

  test('where the evidence is gone before anybody could look, it exited, and nobody guesses', async () => {
    await start()
    await get('/fast')
    const answer = get('/eat?after=1500')
    await sleep(500)
    process.kill(sidecar.pid, 'SIGSTOP')
    await app.ended
    await removed(app.cgroup)
    process.kill(sidecar.pid, 'SIGCONT')
    expect(await answer).toBe(502)
    await said('the app exited; in flight: GET /eat')
    expect(attributeOf(await spanOf('/eat'), 'error.type')).toBe('podspan.app_exited')
  })

  test('an app that ends by itself has exited, and requests that it is not there for say so too', async () => {
    await start()
    expect(await Promise.all([get('/hang'), get('/exit')])).toEqual([502, 502])
    expect(await get('/later')).toBe(502)
    await said('the app exited; in flight: ')
    for (const path of ['/hang', '/exit', '/later'])
      expect(attributeOf(await spanOf(path), 'error.type')).toBe('podspan.app_exited')
  })

  test('a worker that is killed while the app lives on is told as a kill', async () => {
    await start()
    expect(await get('/worker')).toBe(200)
    await said('the app was killed for want of memory; nothing was in flight')
    expect(await get('/fast')).toBe(200)
    const { looks } = await blackBox()
    expect(looks.at(-1)?.app).toMatchObject({ isUp: true, exits: 0, oomKills: 1 })
  })

  test('a fatal error of the data thread is in the black box before the process ends', async () => {
    const decorator = join(folder, 'broken.mjs')
    writeFileSync(
      decorator,
      `export default { name: 'broken', request({ target }) { if (target === '/bug') setTimeout(() => { throw new Error('a bug of a decorator') }) } }`,
    )
    // Its usual patience is a quarter of a second, which a busy machine may not grant the observer.
    await start(['--decorators', decorator, '--limit', 'fatalMs=20s'])
    expect(await get('/fast')).toBe(200)
    const answers = [get('/hang'), get('/bug')].map((answer) => answer.catch(() => 0))
    expect(await sidecar.exited()).toBe(70)
    await Promise.all(answers)
    const run = await blackBox()
    expect(run.end).toBe('fatal')
    expect(run.deaths).toMatchObject([{ of: 'process', text: expect.stringContaining('a bug of a decorator') }])
    expect(run.exchanges.map(({ request }) => request?.path)).toContain('/fast')
    expect(run.inFlight.map(({ path }) => path)).toContain('/hang')
  })
})
