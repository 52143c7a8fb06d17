import { expect, test } from 'vitest'
import { formatProblems, parseCommand } from '../src/cli.ts'
import { COMMANDS } from '../src/cli-commands.ts'
import { SETTINGS } from '../src/config-settings.ts'

test.each([
  [['--port', '8080', '--target', '8087'], { kind: 'run', options: { port: '8080', target: '8087' } }],
  [['--port=1', '--dump', '--opaque'], { kind: 'run', options: { port: '1', dump: true, opaque: true } }],
  [['--no-dump', '--dump-every', '1s'], { kind: 'run', options: { dump: false, dumpEvery: '1s' } }],
  [['--decorators', 'a.mjs', '--decorators', 'b.mjs'], { kind: 'run', options: { decorators: ['a.mjs', 'b.mjs'] } }],
  [['demo', '--port', '0'], { kind: 'demo', options: { port: '0' } }],
  [['dump', '/var/box'], { kind: 'dump', file: '/var/box', json: false }],
  [['dump', '--json', 'box'], { kind: 'dump', file: 'box', json: true }],
  [['tail'], { kind: 'tail', admin: 'http://127.0.0.1:4199', where: undefined, last: 10, json: false }],
  [
    ['tail', '--where', 'status>=500', '--last', '0', '--json', '--admin', 'localhost:9'],
    { kind: 'tail', admin: 'http://localhost:9', where: 'status>=500', last: 0, json: true },
  ],
  [['top', '--once', '--admin', '4200'], { kind: 'top', admin: 'http://127.0.0.1:4200', once: true }],
  [
    ['replay', '4711', '--unsafe', '--query', 'a=1'],
    {
      kind: 'replay',
      id: '4711',
      admin: 'http://127.0.0.1:4199',
      to: undefined,
      query: 'a=1',
      unsafe: true,
      json: false,
    },
  ],
  [['health', '--health-port', '8086'], { kind: 'health', port: 8086, path: '/healthz' }],
  [['health', '--health-port', '8086', '--ready'], { kind: 'health', port: 8086, path: '/readyz' }],
  [
    ['inject', '-', '--image', 'registry.example.com/podspan:1', '--shared-pid', '--pre-stop', '0'],
    {
      kind: 'inject',
      file: '-',
      isUndone: false,
      options: {
        image: 'registry.example.com/podspan:1',
        sharedPid: true,
        preStopSeconds: 0,
        limits: expect.any(Object),
      },
    },
  ],
  [['check', '--target', '8087', '--json'], { kind: 'check', options: { target: '8087' }, json: true }],
  [['--version'], { kind: 'version' }],
  [[], { kind: 'run', options: {} }],
])('%j', (argv, expected) => {
  expect(parseCommand(argv)).toEqual(expected)
})

test('beside the sidecar its own variable says where its admin port is, and a flag wins', () => {
  const env = { PODSPAN_ADMIN_PORT: '4300' }
  expect(parseCommand(['top'], env)).toMatchObject({ admin: 'http://127.0.0.1:4300' })
  expect(parseCommand(['top', '--admin', '4200'], env)).toMatchObject({ admin: 'http://127.0.0.1:4200' })
  expect(parseCommand(['top'], { PODSPAN_ADMIN_PORT: 'off' })).toMatchObject({ admin: 'http://127.0.0.1:4199' })
})

test.each<[readonly string[], string, string]>([
  [['--prot', '1'], '--prot', '--port'],
  [['--target'], '--target', '--target TARGET'],
  [['serve'], 'serve', 'demo'],
  [['--port', '1', 'demo'], 'demo', 'as the first word'],
  [['demo', 'now'], 'now', 'podspan demo'],
  [['dump'], 'dump', 'podspan dump FILE'],
  [['dump', '--json'], 'dump', 'podspan dump FILE'],
  [['dump', 'a', 'b'], 'b', 'podspan dump FILE'],
  [['dump', '--jsn', 'a'], '--jsn', '--json'],
  [['tail', '--port', '1'], '--port', '--admin'],
  [['tail', '--last', 'all'], '--last', 'a whole number'],
  [['top', '--admin', 'https://x/y'], '--admin', '127.0.0.1:4199'],
  [['replay', 'abc'], 'abc', '4711'],
  [['health'], '--health-port', '1 to 65535'],
  [['demo', '--target', '1'], '--target', 'without demo'],
  [['health', '--health-port', '0'], '--health-port', '1 to 65535'],
  [['inject'], 'inject', 'podspan inject FILE'],
  [['inject', 'a.yaml', '--port', '80'], '--port', '1024'],
  [['completion', 'tcsh'], 'tcsh', 'bash, zsh, fish'],
  [['--no-port'], '--no-port', '--'],
])('%j is a usage error that shows the way', (argv, name, allowed) => {
  const command = parseCommand(argv)
  if (command.kind !== 'usage-error') throw new Error(`${command.kind}`)
  expect(command.problems.map((problem) => problem.name)).toContain(name)
  expect(formatProblems(command.problems)).toContain(allowed)
})

test('every mistake is told at once, and where more is to be read', () => {
  const command = parseCommand(['tail', '--jsn', '--wher', 'x', 'y'])
  expect(command).toMatchObject({ kind: 'usage-error', help: 'podspan tail --help' })
  expect(command.kind === 'usage-error' && command.problems).toHaveLength(3)
})

test('help names every flag and every variable', () => {
  const command = parseCommand(['--help'])
  for (const { variables } of SETTINGS) {
    for (const variable of variables) expect(command.kind === 'print' && command.text).toContain(variable)
  }
})

test.each(COMMANDS.filter(({ name }) => name !== ''))('$name --help has its flags and an example of its own', (row) => {
  const command = parseCommand([row.name, '--help'])
  if (command.kind !== 'print') throw new Error(command.kind)
  expect(row.examples.length).toBeGreaterThan(0)
  for (const [line] of row.examples) {
    expect(command.text).toContain(line)
    expect(line).toContain(`podspan ${row.name}`)
  }
  for (const { name } of row.flags) expect(command.text).toContain(`--${name} `)
  expect(command.text).toContain('Exit codes: 0')
})
