/** Flags → options, and every mistake in them. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { INJECT_FLAGS, readInjectOptions } from '../../src/inject/options.ts'
import { LIMITS } from '../support/inject.ts'

test('reads every flag', () => {
  const given = {
    image: 'registry.example.com:5000/a/podspan@sha256:0123',
    container: 'app',
    'app-port': '80',
    port: '1024',
    'health-port': '65535',
    'otlp-endpoint': 'https://collector.example.com:4318/otlp?a=b',
    probes: 'through',
    'pre-stop': '0',
    plain: true,
    opaque: true,
    'shared-pid': true,
    'black-box': false,
  }
  expect(readInjectOptions(given, LIMITS)).toEqual({
    ok: true,
    options: {
      image: given.image,
      container: 'app',
      appPort: 80,
      port: 1_024,
      healthPort: 65_535,
      otlpEndpoint: given['otlp-endpoint'],
      probes: 'through',
      preStopSeconds: 0,
      plain: true,
      opaque: true,
      sharedPid: true,
      limits: LIMITS,
    },
  })
  expect(Object.keys(given).sort()).toEqual(
    INJECT_FLAGS.map(({ name }) => name)
      .filter((name) => name !== 'uninject')
      .sort(),
  )
  expect(readInjectOptions({}, LIMITS)).toEqual({ ok: true, options: { limits: LIMITS } })
  expect(readInjectOptions({ 'app-port': 'http' }, LIMITS)).toMatchObject({ options: { appPort: 'http' } })
})

test('docs/inject.md names every flag, in this order', () => {
  const page = readFileSync(new URL('../../docs/inject.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/^\| `--([a-z-]+)` /gm)].map(([, name]) => name)
  expect(named).toEqual(INJECT_FLAGS.map(({ name }) => name))
})

test.each([
  ['image', 'a b'],
  ['image', '-a'],
  ['image', 'a'.repeat(513)],
  ['image', 'a\nb'],
  ['container', 'App'],
  ['container', 'a'.repeat(64)],
  ['app-port', '0'],
  ['app-port', '65536'],
  ['app-port', '99999999999'],
  ['app-port', 'a_b'],
  ['port', '80'],
  ['port', '1e4'],
  ['port', '-1'],
  ['health-port', 'http'],
  ['otlp-endpoint', 'collector:4318'],
  ['otlp-endpoint', 'http://a b'],
  ['otlp-endpoint', 'http://$(NODE_IP):4318'],
  ['otlp-endpoint', 'http://a\u2028b'],
  ['probes', 'move'],
  ['pre-stop', '5s'],
  ['pre-stop', '3601'],
])('--%s %j is not understood, and it is said what is', (name, value) => {
  const read = readInjectOptions({ [name]: value }, LIMITS)
  expect(read).toMatchObject({
    ok: false,
    problems: [{ name: `--${name}`, message: expect.stringContaining('is not understood') }],
  })
  if (!read.ok) expect(read.problems[0]?.allowed).not.toBe('')
})

test('tells all mistakes at once, and that two ports are one', () => {
  expect(readInjectOptions({ port: '1', probes: 'x' }, LIMITS)).toMatchObject({ problems: [{}, {}] })
  expect(readInjectOptions({ port: '9000', 'health-port': '9000' }, LIMITS)).toMatchObject({
    problems: [{ name: '--health-port', allowed: 'another port' }],
  })
})
