/** The examples that are configurations: understood by what reads them. Decorators have a test of their own. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseCommand } from '../src/cli.ts'
import { readConfig } from '../src/config.ts'

const ROOT = new URL('..', import.meta.url).pathname
const READINGS = { hostname: 'pod', version: '0' }

function configOf(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const command = parseCommand(argv)
  if (command.kind !== 'run') throw new Error(JSON.stringify(command))
  const read = readConfig(command.options, env, READINGS)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.config
}

it('compose.yaml: podspan understands its part, and is asked to stop no sooner than it can', () => {
  const { services } = parse(readFileSync(`${ROOT}examples/compose/compose.yaml`, 'utf8'))
  const { command, environment, stop_grace_period, build } = services.podspan
  const { target, limits, telemetry } = configOf(command, environment)
  expect(services.app.command).toContain(String(target.kind === 'tcp' && target.port))
  expect(telemetry.traces.endpoint).toBe('http://jaeger:4318/v1/traces')
  expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(limits.drainMs + limits.flushMs)
  expect(existsSync(`${ROOT}examples/compose/${build}/Dockerfile`)).toBe(true)
})

const unit = `${ROOT}examples/systemd/podspan.service`

it('podspan.service: podspan understands its line, and is given its time to stop', () => {
  const text = readFileSync(unit, 'utf8')
  const [, line = ''] = /^ExecStart=\/usr\/bin\/env podspan (.*)$/m.exec(text) ?? []
  const { limits, blackBox } = configOf(line.split(' '))
  const [, state] = /^StateDirectory=(.*)$/m.exec(text) ?? []
  expect(blackBox?.startsWith(`/var/lib/${state}/`)).toBe(true)
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) * 1_000).toBeGreaterThan(limits.drainMs + limits.flushMs)
})

// Where there is systemd, it says itself whether a unit is one.
it.runIf(spawnSync('systemd-analyze', ['--version']).status === 0)(
  'podspan.service: systemd finds nothing wrong',
  () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  },
)
