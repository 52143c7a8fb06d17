/** A real Jaeger that goes away in the middle of the load and comes back, on the same ports, with an empty memory. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Jaeger, missing, startJaeger } from '../support/backends.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const why = missing('jaeger')
if (why !== undefined) console.warn(why)

const REQUESTS = 400
const LIMITS = ['--limit', 'exportPauseMs=200', '--limit', 'exportPauseMsMax=1000']

describe.skipIf(why !== undefined)('a Jaeger that goes away', () => {
  let app: Server
  let spool = ''
  beforeAll(async () => {
    spool = mkdtempSync(join(tmpdir(), 'podspan-spool-'))
    app = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    app.close()
    rmSync(spool, { recursive: true, force: true })
  })

  const start = (jaeger: Jaeger, ...args: string[]): Promise<RunningSidecar> =>
    startSidecar({
      args: [
        '--port',
        '0',
        '--host',
        '127.0.0.1',
        '--target',
        String((app.address() as AddressInfo).port),
        ...LIMITS,
        ...args,
      ],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpHttp,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
      },
    })

  /** All in one trace, so that Jaeger can be asked for them together. */
  async function load({ port }: RunningSidecar, traceId: string, count: number): Promise<void> {
    for (let each = 0; each < count; each++) {
      const parent = (each + 1).toString(16).padStart(16, '0')
      const headers = { traceparent: `00-${traceId}-${parent}-01` }
      await (await fetch(`http://127.0.0.1:${port}/${each}`, { headers })).text()
    }
  }

  const parents = (trace: Awaited<ReturnType<Jaeger['trace']>>): Set<string> =>
    new Set(trace?.spans.flatMap(({ references }) => references.map(({ spanID }) => spanID)))

  test('killed and started again in mid-load: every span of the time in between arrives', async () => {
    let jaeger = await startJaeger()
    const sidecar = await start(jaeger)
    await load(sidecar, 'a'.repeat(32), 100)
    expect((await jaeger.trace('a'.repeat(32), 100))?.spans).toHaveLength(100)
    await jaeger.stop()
    const traceId = 'b'.repeat(32)
    await load(sidecar, traceId, REQUESTS / 2)
    const loading = load(sidecar, traceId, REQUESTS)
    jaeger = await startJaeger(jaeger.ports)
    await loading
    const trace = await jaeger.trace(traceId, REQUESTS + REQUESTS / 2)
    expect(parents(trace).size).toBe(REQUESTS)
    expect(await sidecar.stop()).toBe(0)
    const total = 100 + REQUESTS + REQUESTS / 2
    expect(sidecar.stderr()).toContain(`span ${total} created, ${total} exported`)
    expect(sidecar.stderr()).not.toMatch(/queue_full|export_failed|shutdown/)
    expect(sidecar.stderr()).toMatch(/traces cannot be delivered[\s\S]*traces are delivered again/)
    await jaeger.stop()
  })

  test('away at the end: the spool keeps it, and the next podspan delivers it', async () => {
    let jaeger = await startJaeger()
    await jaeger.stop()
    const first = await start(jaeger, '--spool', spool, '--limit', 'flushMs=4s')
    await load(first, 'c'.repeat(32), REQUESTS)
    expect(await first.stop()).toBe(0)
    expect(first.stderr()).toContain(`span ${REQUESTS} created, ${REQUESTS} spooled`)
    expect(first.stderr()).toContain(`spool ${REQUESTS} created, ${REQUESTS} queued`)
    jaeger = await startJaeger(jaeger.ports)
    const second = await start(jaeger, '--spool', spool)
    const trace = await jaeger.trace('c'.repeat(32), REQUESTS)
    expect(parents(trace).size).toBe(REQUESTS)
    expect(trace?.spans).toHaveLength(REQUESTS)
    await expect.poll(() => readdirSync(spool)).toEqual([])
    expect(await second.stop()).toBe(0)
    expect(second.stderr()).toContain(`spool ${REQUESTS} created, ${REQUESTS} exported`)
    await jaeger.stop()
  })
})
