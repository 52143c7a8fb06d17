/** The container that inject adds is the one of the manifests, and podspan understands it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseCommand } from '../../src/cli.ts'
import { readConfig } from '../../src/config.ts'
import { type SidecarSettings, sidecarContainer, sidecarVolumes } from '../../src/inject/sidecar.ts'

function manifest(path: string): ReturnType<typeof parse> {
  return parse(readFileSync(new URL(`../../manifests/${path}`, import.meta.url), 'utf8'))
}

const SETTINGS: SidecarSettings = {
  image: 'podspan',
  listen: 8080,
  health: 8086,
  target: 8087,
  container: 'app',
  form: 'native',
  isOpaque: false,
  hasBlackBox: false,
  hasAdmin: true,
  otlpEndpoint: 'http://otel-collector:4318',
  serviceName: undefined,
  namespace: '',
  runAsUser: undefined,
  runAsGroup: undefined,
  stopSeconds: { min: 8, max: 30 },
  probes: {},
}

test('is the one of the base, to the order of its keys', () => {
  const { initContainers, volumes } = manifest('base/deployment.yaml').spec.template.spec
  expect(JSON.stringify(sidecarContainer(SETTINGS), null, 1)).toBe(JSON.stringify(initContainers[0], null, 1))
  expect(JSON.stringify(sidecarVolumes(SETTINGS), null, 1)).toBe(JSON.stringify(volumes, null, 1))
})

test.each<[path: string, change: Partial<SidecarSettings>]>([
  ['overlays/plain-sidecar', { form: 'plain' }],
  ['components/black-box', { hasBlackBox: true }],
])('has what %s adds to it', (path, change) => {
  const base = { container: sidecarContainer(SETTINGS), volumes: sidecarVolumes(SETTINGS) }
  const settings = { ...SETTINGS, ...change }
  const now = { container: sidecarContainer(settings), volumes: sidecarVolumes(settings) }
  const operations: { path: string; value: unknown }[] = parse(manifest(`${path}/kustomization.yaml`).patches[0].patch)
  const added = (what: string): unknown[] =>
    operations.filter((each) => each.path.endsWith(what)).map(({ value }) => value)
  for (const list of ['env', 'volumeMounts'] as const)
    expect(now.container[list]).toEqual([...(base.container[list] as unknown[]), ...added(`/${list}/-`)])
  expect(now.volumes).toEqual([...base.volumes, ...added('/volumes/-')])
})

test.each<[what: string, change: Partial<SidecarSettings>]>([
  ['plain', { form: 'plain' }],
  ['opaque', { isOpaque: true }],
  ['with a black box', { hasBlackBox: true }],
  ['without its admin API', { hasAdmin: false }],
  ['with a name for the service', { serviceName: 'shop' }],
  ['under Knative', { form: 'knative', namespace: 'web' }],
])('podspan reads its configuration %s', (_, change) => {
  const settings = { ...SETTINGS, ...change }
  // biome-ignore lint/suspicious/noExplicitAny: of the test's own making
  const { args, env } = sidecarContainer(settings) as any
  const command = parseCommand(args)
  if (command.kind !== 'run') throw new Error(JSON.stringify(command))
  const variables = Object.fromEntries(
    env.map(({ name, value = 'x' }: { name: string; value?: string }) => [name, value]),
  )
  const read = readConfig(command.options, variables, { hostname: 'pod', version: '0' })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  expect(read.notes).toEqual([])
  expect(read.config).toMatchObject({
    listen: { port: 8080 },
    target: { kind: 'tcp', port: 8087 },
    opaque: settings.isOpaque,
    ...(settings.form === 'knative' ? {} : { health: { port: 8086 } }),
  })
  expect(JSON.stringify(read.config).includes('/var/podspan/box')).toBe(settings.hasBlackBox)
})
