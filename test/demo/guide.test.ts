import { expect, test } from 'vitest'
import { parseCommand } from '../../src/cli.ts'
import { demoSettings, guide } from '../../src/demo/guide.ts'

const shop = { url: 'http://127.0.0.1:8080', target: '127.0.0.1:40001', command: 'npx podspan' }

/** The commands that are to be tried, as argv. */
function commandsOf(lines: readonly string[]): string[][] {
  const texts = lines.flatMap((line) => line.split('npx podspan ')[1] ?? [])
  return texts.map((text) => [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ''))
}

test('it names the shop, the dashboard, and commands that podspan understands', () => {
  const lines = guide({ ...shop, admin: 'http://127.0.0.1:4199' })
  expect(lines.join('\n')).toContain('http://127.0.0.1:8080/\n')
  expect(lines.join('\n')).toContain('http://127.0.0.1:4199/\n')
  const kinds = commandsOf(lines).map((argv) => parseCommand(argv.map((word) => (word === 'ID' ? '7' : word))).kind)
  expect(kinds).toEqual(['tail', 'top', 'replay', 'check'])
})

test('an admin port of its own is named in each command that needs it', () => {
  const argvs = commandsOf(guide({ ...shop, admin: 'http://127.0.0.1:5000' }))
  expect(argvs.map((argv) => argv.join(' ')).filter((line) => line.includes('--admin 5000'))).toHaveLength(3)
})

test('without an admin port nothing is promised that needs one', () => {
  expect(guide({ ...shop, admin: undefined }).join('\n')).not.toMatch(/podspan (tail|top|replay)|dashboard/)
})

const PORTS = { port: '8080', adminPort: '0' }

test('its settings give way to those of the environment', () => {
  expect(demoSettings({}, {}, PORTS).routes).toContain('/products/{id},')
  const env = { PODSPAN_ROUTES: '/x/{id}', PODSPAN_CAPTURE_BODIES: '0', PORT: '1', PODSPAN_ADMIN_PORT: 'off' }
  expect(demoSettings({}, env, PORTS)).toEqual({ dump: false, routes: '/x/{id}', captureBodies: '0' })
})

test('it takes the ports that are free, and dumps only when somebody wants it', () => {
  expect(demoSettings({}, {}, PORTS)).toMatchObject({ port: '8080', adminPort: '0', dump: false })
  expect(demoSettings({ dumpFormat: 'ndjson' }, {}, PORTS).dump).toBe(true)
  expect(demoSettings({}, { PODSPAN_DUMP_FORMAT: 'ndjson' }, PORTS).dump).toBe(true)
  expect(demoSettings({}, { PODSPAN_DUMP: 'true' }, PORTS)).not.toHaveProperty('dump')
})
