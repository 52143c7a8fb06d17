/** The whole, from settings to report: order, sum, exit code, and an end that comes whatever hangs. */
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { check } from '../../src/check/check.ts'
import type { Finding, Report } from '../../src/check/finding.ts'
import { createClock } from '../../src/clock.ts'
import { type CliOptions, readConfig } from '../../src/config.ts'
import { blackhole, desertedPort, http, raw, silent } from '../support/strangers.ts'

const hello = (_: unknown, response: { end(text: string): unknown }): void => void response.end('hello')

async function run(
  options: CliOptions,
  env: Record<string, string> = {},
  stopped = new AbortController().signal,
): Promise<Report> {
  const told: Finding[] = []
  const given = { port: '0', adminPort: 'off', limit: ['connectionsMax=10'], ...options }
  const read = readConfig(given, env, { hostname: 'pod-1', version: '1.2.3' })
  const onFinding = (each: Finding): void => void told.push(each)
  const report = await check({ read, version: '1.2.3', clock: createClock(), stopped, onFinding })
  expect(told).toEqual(report.findings)
  return report
}

test('all is well: every part is told once, in the order in which a request meets them', async () => {
  const collector = await http((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end())
  })
  const report = await run(
    { target: String(await http(hello)), push: `http://127.0.0.1:${await http(hello)}` },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}` },
  )
  const about = report.findings.map((each) => each.about)
  expect(about.slice(0, 7)).toEqual(['settings', 'listen port', 'admin port', 'target', 'traces', 'metrics', 'push'])
  expect(about.slice(7)).toEqual(expect.arrayContaining(['clock', 'container', 'descriptors']))
  expect(report.findings.filter(({ mark }) => mark === 'failed')).toEqual([])
  expect(report).toMatchObject({ version: '1.2.3', exitCode: 0 })
})

test('warnings alone are no failure, and one failure is', async () => {
  const broken = await http((_, response) => void response.writeHead(500).end())
  const odd = await run({ target: `127.0.0.1:${broken}` })
  expect(odd.findings.find(({ about }) => about === 'target')?.mark).toBe('warning')
  expect(odd.exitCode).toBe(0)
  expect((await run({ target: `127.0.0.1:${await desertedPort()}` })).exitCode).toBe(1)
})

test('settings that are wrong are all that is told', async () => {
  const { findings, exitCode } = await run({ target: 'x y', port: 'http' })
  expect(exitCode).toBe(64)
  expect(findings.map(({ about, mark }) => `${mark} ${about}`)).toEqual(['failed settings', 'failed settings'])
  expect(findings.map(({ advice }) => advice[0])).toEqual([
    expect.stringMatching(/^allowed: /),
    expect.stringMatching(/^allowed: /),
  ])
})

test('what was left out is a warning; that there is no endpoint is none', async () => {
  const target = String(await http(hello))
  const left = await run({ target }, { OTEL_RESOURCE_ATTRIBUTES: 'a=1,bad' })
  expect(left.findings[0]).toMatchObject({ about: 'settings', mark: 'warning' })
  expect((await run({ target })).findings[0]).toEqual({
    about: 'settings',
    mark: 'ok',
    found: 'understood',
    advice: [],
  })
})

test('the clock of the target and of the collector', async () => {
  const late = await http(
    (_, response) => void response.writeHead(200, { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }).end(),
  )
  const { findings } = await run({ target: `127.0.0.1:${late}` })
  expect(findings.find(({ about }) => about === 'clock')).toMatchObject({
    mark: 'warning',
    found: expect.stringContaining('that of the target is behind'),
  })
})

test('everything hangs: it ends, and all questions were asked before the first was given up', async () => {
  const checkMs = 2_500
  const asked: Promise<number>[] = []
  const mute = (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<number>()
    asked.push(promise)
    return raw((socket) => {
      socket.resume()
      resolve(performance.now())
    })
  }
  const [app, collector, dark] = [await mute(), await mute(), await blackhole()]
  const report = await run(
    { target: `127.0.0.1:${app}`, push: `http://127.0.0.1:${dark}`, limit: [`checkMs=${checkMs}`] },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector}`, OTEL_LOGS_EXPORTER: 'otlp' },
  )
  expect(report.exitCode).toBe(1)
  const hung = report.findings.filter(({ mark }) => mark === 'failed').map(({ about }) => about)
  expect(hung).toEqual(['target', 'traces, metrics, logs', 'push'])
  const [one = 0, other = 0] = await Promise.all(asked)
  expect(Math.abs(one - other)).toBeLessThan(checkMs)
})

test('whoever has seen enough ends it at once', async () => {
  const stopped = new AbortController()
  const running = run(
    { target: `127.0.0.1:${await silent()}`, limit: ['checkMs=3600000'] },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await silent()}` },
    stopped.signal,
  )
  setTimeout(() => stopped.abort(), 100)
  expect((await running).exitCode).toBe(1)
})
