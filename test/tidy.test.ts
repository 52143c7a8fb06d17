/** The rules of the house, on every source file; and each rule on a file that breaks it. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  duplicateProblems,
  erasableProblems,
  FILES,
  importProblems,
  lengthProblems,
  mirrorProblems,
  processProblems,
  tableRows,
  timeProblems,
  UNMIRRORED,
} from './support/house-rules.ts'
import { readSources, type SourceFacts } from './support/source-facts.ts'

const ROOT = new URL('..', import.meta.url).pathname
const paths = globSync(['src/**/*.{ts,tsx}', 'otel/**/*.ts'], { cwd: ROOT }).sort()
const tests = new Set(globSync('test/**/*.test.ts', { cwd: ROOT }))
const sources = readSources(Object.fromEntries(paths.map((path) => [path, readFileSync(`${ROOT}${path}`, 'utf8')])))

describe('the house', () => {
  it.each([
    ['imports only along the arrows of the table', importProblems],
    ['keeps files and functions short', lengthProblems],
    ['takes its time from a Clock', timeProblems],
    ['knows the process in one place', processProblems],
    ['is erasable TypeScript', erasableProblems],
  ])('%s', (_, rule) => {
    expect(sources.length).toBeGreaterThan(0)
    expect(sources.flatMap(rule)).toEqual([])
  })

  it('has a test for every source file', () => {
    expect(paths.flatMap((path) => mirrorProblems(path, tests))).toEqual([])
  })

  it('makes exceptions only for files that exist', () => {
    const gone = [...Object.keys(FILES), ...Object.keys(UNMIRRORED)].filter((path) => !paths.includes(path))
    expect(gone).toEqual([])
  })

  it('shows the same table in docs/architecture.md', () => {
    // The formatter aligns the columns.
    const page = readFileSync(`${ROOT}docs/architecture.md`, 'utf8')
      .replace(/ +/g, ' ')
      .replace(/\| -+ /g, '| - ')
    expect(page.split('\n').filter((line) => line.startsWith('| `') && line.split('|').length === 6)).toEqual(
      tableRows(),
    )
  })

  it('has every OpenTelemetry package once', () => {
    const lock: { packages: Record<string, unknown> } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'))
    expect(duplicateProblems(Object.keys(lock.packages))).toEqual([])
  })
})

/** path, text, whether the rule lets it pass. */
type Case = readonly [path: string, text: string, passes: boolean]

const IMPORTS: readonly Case[] = [
  ['src/http1/a.ts', `import { x } from './message.ts'`, true],
  ['src/http1/a.ts', `import { x } from '../limits.ts'`, true],
  ['src/http1/a.ts', `import { x } from '../clock.ts'`, false],
  ['src/http1/a.ts', `import type { Clock } from '../clock.ts'`, false],
  ['src/http1/a.ts', `import { Buffer } from 'node:buffer'`, false],
  ['src/tunnel/a.ts', `import type { Decorator } from '../decorators/decorator.ts'`, true],
  ['src/tunnel/a.ts', `import { Decorator } from '../decorators/decorator.ts'`, false],
  ['src/tunnel/a.ts', `import { type Decorator } from '../decorators/decorator.ts'`, false],
  ['src/tunnel/a.ts', `export * from '../decorators/decorator.ts'`, false],
  ['src/tunnel/a.ts', `export type { Decorator } from '../decorators/decorator.ts'`, true],
  ['src/tunnel/a.ts', `import { connect } from 'node:net'`, true],
  ['src/tunnel/a.ts', `import { Worker } from 'node:worker_threads'`, false],
  ['src/threads/observer-thread.ts', `import { Worker } from 'node:worker_threads'`, true],
  ['src/tunnel/a.ts', `import { Ring } from '../observer/ring.ts'`, false],
  ['src/tunnel/a.ts', `import { trace } from '@opentelemetry/api'`, false],
  ['src/observer/a.ts', `import { Ledger } from '../ledger.ts'`, true],
  ['src/observer/a.ts', `await import('../../otel/start.ts')`, false],
  ['src/observer/parts.ts', `await import('../../otel/start.ts')`, true],
  ['src/observer/parts.ts', `import { start } from '../../otel/start.ts'`, false],
  ['src/observer/worker.ts', `import '@opentelemetry/api'`, false],
  ['src/admin/a.ts', `import { historyBodies } from '../observer/stats.ts'`, true],
  ['src/admin/a.ts', `import { Inbox } from '../observer/inbox.ts'`, false],
  ['src/decorators/load.ts', `await import(file)`, true],
  ['src/decorators/a.ts', `await import(file)`, false],
  ['src/main.ts', `import { startSidecar } from './sidecar.ts'`, true],
  ['src/clock.ts', `import { x } from './main.ts'`, false],
  ['src/config-otel.ts', `import { x } from './limits.ts'`, true],
  ['src/stray.ts', `import { x } from './limits.ts'`, false],
  ['otel/spans.ts', `import { trace } from '@opentelemetry/api'`, true],
  ['otel/spans.ts', `import type { Exchange } from '../src/exchange.ts'`, true],
  ['otel/spans.ts', `import { isFilePath } from '../src/exchange.ts'`, false],
  ['otel/spans.ts', `import type { Ring } from '../src/observer/ring.ts'`, false],
]

const LENGTHS: readonly Case[] = [
  ['src/a.ts', '\n'.repeat(300), true],
  ['src/a.ts', '\n'.repeat(301), false],
  ['src/a.ts', `function f() {${'\n'.repeat(49)}}`, true],
  ['src/a.ts', `function f() {${'\n'.repeat(50)}}`, false],
  ['src/a.ts', `class A { m() {${'\n'.repeat(50)}} }`, false],
  ['src/a.ts', `const f = () => {${'\n'.repeat(50)}}`, false],
  ['src/a.ts', `const text = \`function f() {${'\n'.repeat(60)}}\``, true],
]

const TIMES: readonly Case[] = [
  ['src/a.ts', 'setTimeout(f, 1)', false],
  ['src/a.ts', 'globalThis.setInterval(f, 1)', false],
  ['src/a.ts', 'const later = { setImmediate }', false],
  ['src/a.ts', 'const now = Date.now()', false],
  ['src/a.ts', 'const now = Date.now', false],
  ['src/a.ts', `import { setTimeout as sleep } from 'node:timers/promises'`, false],
  ['src/clock.ts', 'setTimeout(f, Date.now())', true],
  ['src/a.ts', 'socket.setTimeout(0)', true],
  ['src/a.ts', '// setTimeout(f)\nconst text = "Date.now()"', true],
]

const PROCESSES: readonly Case[] = [
  ['src/a.ts', 'process.exit()', false],
  ['src/a.ts', 'const { env } = process', false],
  ['src/a.ts', 'globalThis.process.exit()', false],
  ['src/a.ts', 'const { process: p } = globalThis', false],
  ['src/a.ts', 'const { process: app } = sample', true],
  ['src/observer/worker.ts', 'process.stdout.write("")', false],
  ['src/a.ts', `import { env } from 'node:process'`, false],
  ['src/clock.ts', 'process.hrtime.bigint()', true],
  ['src/clock.ts', 'process.uptime()', false],
  ['src/main.ts', 'process.exit()', true],
  ['src/a.ts', 'const a = { process: 1 }; a.process', true],
]

const ERASABLE: readonly Case[] = [
  ['src/a.ts', 'enum A { B }', false],
  ['src/a.ts', 'namespace A { export const b = 1 }', false],
  ['src/a.ts', 'const a = 1', true],
]

describe.each([
  ['imports', importProblems, IMPORTS],
  ['lengths', lengthProblems, LENGTHS],
  ['time', timeProblems, TIMES],
  ['process', processProblems, PROCESSES],
  ['erasable', erasableProblems, ERASABLE],
] as const)('the rule on %s', (_, rule, cases) => {
  for (const [path, text, passes] of cases) {
    it(`${passes ? 'lets pass' : 'stops'} ${path}: ${JSON.stringify(text).slice(0, 80)}`, () => {
      expect(rule(factsOf(path, text)).length === 0).toBe(passes)
    })
  }
})

describe('the rule on mirrors', () => {
  it.each([
    ['src/a/b.ts', 'test/a/b.test.ts', true],
    ['src/a/b.ts', 'test/b.test.ts', false],
    ['otel/x.ts', 'test/otel/x.test.ts', true],
    ['otel/x.ts', 'test/x.test.ts', false],
    ['src/handoff.ts', 'test/clock.test.ts', true],
  ])('%s with %s passes: %s', (path, test, passes) => {
    expect(mirrorProblems(path, new Set([test])).length === 0).toBe(passes)
  })
})

describe('the rule on duplicates', () => {
  it.each([
    [['', 'node_modules/@opentelemetry/core', 'node_modules/ws', 'node_modules/a/node_modules/ws'], true],
    [['node_modules/@opentelemetry/core', 'node_modules/a/node_modules/@opentelemetry/core'], false],
  ])('%j passes: %s', (installed, passes) => {
    expect(duplicateProblems(installed).length === 0).toBe(passes)
  })
})

function factsOf(path: string, text: string): SourceFacts {
  const [facts] = readSources({ [path]: text })
  if (facts === undefined) throw new Error('nothing was read')
  return facts
}
