import { expect, test } from 'vitest'
import { formatProblems, parseCommand } from '../src/cli.ts'
import { SETTINGS } from '../src/config-settings.ts'

test.each([
  [['--port', '8080', '--target', '8087'], { kind: 'run', options: { port: '8080', target: '8087' } }],
  [['--port=1', '--dump', '--opaque'], { kind: 'run', options: { port: '1', dump: true, opaque: true } }],
  [['--no-dump', '--dump-every', '1s'], { kind: 'run', options: { dump: false, dumpEvery: '1s' } }],
  [['--decorators', 'a.mjs', '--decorators', 'b.mjs'], { kind: 'run', options: { decorators: ['a.mjs', 'b.mjs'] } }],
  [['demo', '--port', '0'], { kind: 'demo', options: { port: '0' } }],
  [['dump', '/var/box'], { kind: 'dump', file: '/var/box', json: false }],
  [['dump', '--json', 'box'], { kind: 'dump', file: 'box', json: true }],
  [['--version'], { kind: 'version' }],
  [[], { kind: 'run', options: {} }],
])('%j', (argv, expected) => {
  expect(parseCommand(argv)).toEqual(expected)
})

test.each([
  [['--prot', '1'], '--prot', '--port'],
  [['--target'], '--target', '--target TARGET'],
  [['serve'], 'serve', 'demo'],
  [['dump'], 'dump', 'podspan dump FILE'],
  [['--no-port'], '--no-port', '--'],
])('%j is a usage error that shows the way', (argv, name, allowed) => {
  const command = parseCommand(argv)
  expect(command).toMatchObject({ kind: 'usage-error', problems: [{ name }, ...(argv.length > 1 ? [{}] : [])] })
  if (command.kind === 'usage-error') expect(formatProblems(command.problems)).toContain(allowed)
})

test.each([
  ['dump', 'a', 'b'],
  ['dump', '--jsn', 'a'],
  ['dump', '--json'],
])('%j is no dump', (...argv) => {
  expect(parseCommand(argv)).toMatchObject({ kind: 'usage-error', problems: [{ name: 'dump' }] })
})

test('help names every flag and every variable', () => {
  const command = parseCommand(['--help'])
  for (const { variables } of SETTINGS) {
    for (const variable of variables) expect(command.kind === 'help' && command.text).toContain(variable)
  }
})
