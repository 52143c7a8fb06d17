/** What changes in a pod by each option. */
import { describe, expect, it, test } from 'vitest'
import { type Asked, deployment, done } from '../support/inject.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it expects
function podOf(text: string, asked: Asked = {}): any {
  return done(text, asked).documents[0].spec.template.spec
}

const job = (text: string): string => text.replace('apps/v1', 'batch/v1').replace('kind: Deployment', 'kind: Job')

describe('the place of podspan', () => {
  const INIT = 'initContainers: [{name: migrate, image: m}]'

  it('is behind the init containers of the app, as a native sidecar', () => {
    const { initContainers, containers } = podOf(deployment({ pod: INIT }))
    expect(initContainers.map((each: { name: string }) => each.name)).toEqual(['migrate', 'podspan'])
    expect(initContainers[1].restartPolicy).toBe('Always')
    expect(containers).toHaveLength(1)
  })

  it('is behind the app with --plain', () => {
    const { initContainers, containers } = podOf(deployment({ pod: INIT }), { plain: true })
    expect(initContainers).toHaveLength(1)
    expect(containers.map((each: { name: string }) => each.name)).toEqual(['app', 'podspan'])
    expect(containers[1].restartPolicy).toBeUndefined()
  })
})

describe('the name of the service', () => {
  const nameIn = (text: string): string | undefined =>
    podOf(text).initContainers[0].env.find(({ name }: { name: string }) => name === 'OTEL_SERVICE_NAME')?.value

  it.each([
    ['the workload, where nothing else says it', deployment({}), 'shop'],
    ['the label app.kubernetes.io/name', deployment({ labels: '{app.kubernetes.io/name: a}' }), undefined],
    ['the label app.kubernetes.io/instance', deployment({ labels: '{app.kubernetes.io/instance: a}' }), undefined],
    [
      'an annotation',
      deployment({ labels: '{}\n      annotations: {resource.opentelemetry.io/service.name: a}' }),
      undefined,
    ],
    ['what names are made of', deployment({}).replace('name: shop', 'generateName: shop-'), 'shop'],
  ])('is that of %s', (_, text, name) => {
    expect(nameIn(text)).toBe(name)
  })
})

describe('probes', () => {
  const container = [
    'startupProbe: {tcpSocket: {port: 3000}}',
    'readinessProbe: {httpGet: {port: http, path: /r}, periodSeconds: 9}',
    'livenessProbe: {httpGet: {port: 3001, path: /l}}',
  ].join('\n')
  const text = deployment({ ports: '[{containerPort: 3000, name: http}]', container })

  it('stay as they are', () => {
    expect(podOf(text).containers[0].readinessProbe).toEqual({
      httpGet: { port: 'http', path: '/r' },
      periodSeconds: 9,
    })
  })

  it('pass podspan when asked, those that ask the app by HTTP', () => {
    const [app] = podOf(text, { probes: 'through' }).containers
    expect(app.readinessProbe).toEqual({ httpGet: { port: 8080, path: '/r' }, periodSeconds: 9 })
    expect(app.startupProbe).toEqual({ tcpSocket: { port: 3000 } })
    expect(app.livenessProbe).toEqual({ httpGet: { port: 3001, path: '/l' } })
  })
})

describe('the user of podspan', () => {
  const user = (text: string, asked: Asked = {}): unknown =>
    podOf(text, asked).initContainers[0].securityContext.runAsUser
  const OF_POD = deployment({ pod: 'securityContext: {runAsUser: 1000}' })
  const OF_BOTH = deployment({ pod: 'securityContext: {runAsUser: 0}', container: 'securityContext: {runAsUser: 7}' })

  it.each<[what: string, text: string, asked: Asked, expected: number | undefined]>([
    ["the image's or the cluster's to say", deployment({}), {}, undefined],
    ['for the pod to say', OF_POD, {}, undefined],
    ['not root when the pod is', deployment({ pod: 'securityContext: {runAsUser: 0}' }), {}, 65_532],
    ['that of the pod when they share processes', OF_POD, { sharedPid: true }, 1000],
    ['that of the app when they share processes', OF_BOTH, { sharedPid: true }, 7],
  ])('is %s', (_, text, asked, expected) => {
    expect(user(text, asked)).toBe(expected)
  })

  it('is to be made the same where the file does not say it', () => {
    const { documents, notes } = done(deployment({}), { sharedPid: true })
    expect(documents[0].spec.template.spec.shareProcessNamespace).toBe(true)
    expect(notes.join('\n')).toContain('elsewhere give the app its runAsUser and runAsGroup in this file')
    const half = done(OF_POD, { sharedPid: true }).notes.join('\n')
    expect(half).toContain('elsewhere give the app its runAsGroup in this file')
    const whole = deployment({
      pod: 'securityContext: {runAsUser: 1000}',
      container: 'securityContext: {runAsGroup: 2}',
    })
    expect(done(whole, { sharedPid: true }).notes.join('\n')).not.toContain('only as the same user')
    expect(podOf(whole, { sharedPid: true }).initContainers[0].securityContext).toMatchObject({
      runAsUser: 1000,
      runAsGroup: 2,
    })
  })
})

test('the black box lies in a volume of its own', () => {
  const { initContainers, volumes } = podOf(deployment({ pod: 'volumes: [{name: data, emptyDir: {}}]' }), {
    blackBox: true,
  })
  expect(volumes.map((each: { name: string }) => each.name)).toEqual(['data', 'podspan-podinfo', 'podspan-black-box'])
  expect(initContainers[0].env.at(-1)).toEqual({ name: 'PODSPAN_BLACK_BOX', value: '/var/podspan/box' })
})

test.each<[what: string, text: string, note: string]>([
  [
    'a port of the node',
    deployment({ ports: '[{containerPort: 3000, hostPort: 80}]' }),
    "its hostPort 80 leads to the app's port 3000, past podspan",
  ],
  ['a job that runs', job(deployment({})), 'a Job that runs cannot be changed: delete it before it is applied'],
  ['the image', deployment({}), 'its image is podspan, as in manifests/: --image names yours'],
])('%s is told', (_, text, note) => {
  expect(done(text).notes.join('\n')).toContain(note)
})
