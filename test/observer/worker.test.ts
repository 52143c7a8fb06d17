import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { LedgerSnapshot } from '../../src/ledger.ts'
import { Ledger } from '../../src/ledger.ts'
import { exchangeOf, setupOf } from '../support/observed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

async function run(exchanges: Exchange[], changes: Partial<Config>, root = ROOT) {
  const child = join(root, 'test/support/observer-child.ts')
  const args = [child, JSON.stringify(exchanges), JSON.stringify(changes)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  const books: LedgerSnapshot = JSON.parse(stderr.match(/^books (.*)$/m)?.[1] ?? expect.fail(stderr))
  const lines = stdout.split('\n').filter((line) => line !== '')
  const said = (stderr.match(/^say .*$/gm) ?? []).filter((line) => !line.includes('memory and CPU'))
  return { said, books, lines: lines.map((line) => JSON.parse(line)) }
}

const request = { method: 'GET', path: '/a', query: 'token=hunter2', scheme: 'http', httpVersion: '1.1', bytes: 0 }

test('what is handed over comes out on stdout with its pod and resources, and the books balance', async () => {
  const { said, books, lines } = await run([exchangeOf(1), exchangeOf(2)], {
    dump: { enabled: true, format: 'history', full: false, colour: false },
  })
  const [line, ...rest] = lines
  expect(rest).toEqual([])
  expect(line['/a']).toMatchObject({ file: false, pod: 'pod-1' })
  expect(line['/a'].history).toHaveLength(2)
  expect(line['/a'].history[1].resource.cpus).toBeGreaterThan(0)
  expect(books.exchange).toMatchObject({ created: 2, exported: 2, queued: 0 })
  expect(books.dump).toMatchObject({ created: 2, exported: 2, queued: 0 })
  expect(books.span).toMatchObject({ created: 2, not_configured: 2, queued: 0 })
  expect(said).toEqual([])
})

test('no secret reaches stdout', async () => {
  const { lines } = await run([exchangeOf(1, { request })], {
    dump: { enabled: true, format: 'ndjson', full: false, colour: false },
  })
  expect(lines).toEqual([exchangeOf(1, { request: { ...request, query: 'token=REDACTED' } })])
})

test('nothing is printed when the dump is off', async () => {
  const { lines, books } = await run([exchangeOf(1)], {})
  expect(lines).toEqual([])
  expect(books.dump.created).toBe(0)
})

test('without otel/ it says so, and records and dumps all the same', async () => {
  const root = mkdtempSync(join(tmpdir(), 'without-otel-'))
  for (const path of ['src', 'test/support', 'package.json'])
    cpSync(join(ROOT, path), join(root, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const { config } = setupOf(new Ledger(), createClock())
  const { said, books, lines } = await run(
    [exchangeOf(1)],
    {
      dump: { enabled: true, format: 'ndjson', full: false, colour: false },
      telemetry: { ...config.telemetry, enabled: true },
    },
    root,
  )
  rmSync(root, { recursive: true })
  expect(said).toEqual([expect.stringContaining('OpenTelemetry could not be started, going on without it')])
  expect(lines).toHaveLength(1)
  expect(books.span).toMatchObject({ created: 1, not_configured: 1, queued: 0 })
})
