/** The manifests and the Dockerfile agree with each other and with the program's own reading of its configuration. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Document, parse, parseAllDocuments } from 'yaml'
import { parseCommand } from '../src/cli.ts'
import { type Config, readConfig, targetText } from '../src/config.ts'

const ROOT = new URL('..', import.meta.url).pathname
/** What is put into a ConfigMap is no object. */
const files = globSync(['manifests/**/*.yaml', 'otel/*/{kustomization,deployment,service}.yaml'], { cwd: ROOT })
  .filter((path) => !path.endsWith('/collector.yaml'))
  .sort()

function read(path: string): Document {
  // YAML 1.1 as Kubernetes reads it: there `yes`, `on` and `0o17` mean something else than today.
  const documents = parseAllDocuments(readFileSync(`${ROOT}${path}`, 'utf8'), { version: '1.1' })
  const [document, ...more] = [...documents]
  if (document === undefined || more.length > 0) throw new Error(`${path}: one document a file`)
  expect(document.errors).toEqual([])
  return document
}

describe.each(files)('%s', (path) => {
  it('is one Kubernetes object', () => {
    const document = read(path)
    expect(document.get('kind')).toBeTypeOf('string')
    expect(document.get('apiVersion')).toMatch(/^([a-z0-9.]+\/)?v\d\w*$/)
  })

  it('is reached from a kustomization', () => {
    if (path.endsWith('kustomization.yaml')) {
      for (const name of [...listOf(read(path).get('resources')), ...listOf(read(path).get('components'))]) {
        const named = join(dirname(path), name)
        expect(files).toContain(name.endsWith('.yaml') ? named : `${named}/kustomization.yaml`)
      }
    } else {
      const kustomization = read(`${dirname(path)}/kustomization.yaml`)
      expect(listOf(kustomization.get('resources')).map((resource) => `${dirname(path)}/${resource}`)).toContain(path)
    }
  })
})

describe('the Deployment', () => {
  const deployment = read('manifests/base/deployment.yaml')
  const pod = ['spec', 'template', 'spec']
  const sidecar = [...pod, 'initContainers', 0]
  const app = [...pod, 'containers', 0]
  const { limits, ...config } = configOf(deployment, sidecar)

  it('runs podspan as a native sidecar', () => {
    expect(deployment.getIn([...sidecar, 'restartPolicy'])).toBe('Always')
  })

  it('is understood by podspan, and puts it where the Service points and before where the app listens', () => {
    const service = read('manifests/base/service.yaml')
    expect(config.listen).toEqual({ host: '0.0.0.0', port: service.getIn(['spec', 'ports', 0, 'targetPort']) })
    expect(targetText(config.target)).toBe(`localhost:${environmentOf(deployment, app).PORT}`)
    expect(config.telemetry.enabled).toBe(true)
    expect(plain(service.getIn(['spec', 'selector']))).toEqual(
      plain(deployment.getIn(['spec', 'template', 'metadata', 'labels'])),
    )
  })

  it.each(['startupProbe', 'readinessProbe', 'livenessProbe'])('asks the health port in its %s', (probe) => {
    expect(deployment.getIn([...sidecar, probe, 'httpGet', 'port'])).toBe(config.health?.port)
    expect(['/healthz', '/readyz']).toContain(deployment.getIn([...sidecar, probe, 'httpGet', 'path']))
  })

  it('grants more time to end than the app sleeps and podspan takes', () => {
    const grantedMs = Number(deployment.getIn([...pod, 'terminationGracePeriodSeconds'])) * 1_000
    const sleepMs = Number(deployment.getIn([...app, 'lifecycle', 'preStop', 'sleep', 'seconds'])) * 1_000
    expect(sleepMs).toBeGreaterThan(0)
    expect(grantedMs).toBeGreaterThan(sleepMs + limits.drainMs + limits.flushMs)
  })

  it('leaves podspan time to flush when it is told to stop after the app, with two seconds left', () => {
    expect(limits.drainIdleMs + limits.flushMs).toBeLessThan(2_000)
  })

  it('mounts the labels and annotations where podspan looks for them', () => {
    const mounts = plain(deployment.getIn([...sidecar, 'volumeMounts']))
    expect(mounts).toEqual([{ name: 'podspan-podinfo', mountPath: '/etc/podinfo', readOnly: true }])
  })

  it.each([
    ['podspan', sidecar],
    ['app', app],
  ])('is allowed where Pod Security is restricted: %s', (name, container) => {
    expect(deployment.getIn([...container, 'name'])).toBe(name)
    expect(deployment.getIn([...container, 'securityContext', 'allowPrivilegeEscalation'])).toBe(false)
    expect(plain(deployment.getIn([...container, 'securityContext', 'capabilities', 'drop']))).toEqual(['ALL'])
    expect(deployment.getIn([...pod, 'securityContext', 'runAsNonRoot'])).toBe(true)
    expect(deployment.getIn([...pod, 'securityContext', 'seccompProfile', 'type'])).toBe('RuntimeDefault')
  })
})

describe('the Deployment with a component', () => {
  const pod = ['spec', 'template', 'spec']
  const sidecar = [...pod, 'initContainers', 0]
  const app = [...pod, 'containers', 0]

  it('shared-pid: one process namespace, and one user for both, which is a number and not root', () => {
    const deployment = withComponent('shared-pid')
    expect(deployment.getIn([...pod, 'shareProcessNamespace'])).toBe(true)
    for (const name of ['runAsUser', 'runAsGroup']) {
      const id = deployment.getIn([...sidecar, 'securityContext', name])
      expect(id).toBeTypeOf('number')
      expect(id).toBeGreaterThan(0)
      expect(deployment.getIn([...app, 'securityContext', name])).toBe(id)
    }
    // What the kernel asks for beside the user: no container has more rights than the other.
    for (const container of [sidecar, app])
      expect(plain(deployment.getIn([...container, 'securityContext', 'capabilities']))).toEqual({ drop: ['ALL'] })
  })

  it('black-box: a file that podspan writes into an emptyDir with room for it', () => {
    const deployment = withComponent('black-box')
    const { blackBox, limits } = configOf(deployment, sidecar)
    const mount = itemsOf(deployment.getIn([...sidecar, 'volumeMounts'])).find(
      ({ name }) => name === 'podspan-black-box',
    )
    const volume = itemsOf(deployment.getIn([...pod, 'volumes'])).find(({ name }) => name === 'podspan-black-box')
    expect(dirname(blackBox ?? '')).toBe(mount?.mountPath)
    expect(mount?.readOnly ?? false).toBe(false)
    const { sizeLimit = '' } = (volume?.emptyDir ?? {}) as { readonly sizeLimit?: string }
    expect(Number(/^(\d+)Mi$/.exec(sizeLimit)?.[1]) * 1_048_576).toBeGreaterThan(limits.blackBoxBytesMax)
  })

  it.each(['shared-pid', 'black-box'])('%s is what its overlay adds to the base', (name) => {
    const overlay = read(`manifests/overlays/${name}/kustomization.yaml`)
    expect(listOf(overlay.get('resources'))).toEqual(['../../base'])
    expect(listOf(overlay.get('components'))).toEqual([`../../components/${name}`])
  })
})

describe('the BuildConfig', () => {
  it('builds the Dockerfile from an upload into the ImageStream', () => {
    const build = read('manifests/overlays/openshift/buildconfig.yaml')
    const stream = read('manifests/overlays/openshift/imagestream.yaml').getIn(['metadata', 'name'])
    expect(build.getIn(['metadata', 'name'])).toBe('decorator')
    expect(build.getIn(['spec', 'source', 'type'])).toBe('Binary')
    expect(build.getIn(['spec', 'strategy', 'type'])).toBe('Docker')
    expect(build.getIn(['spec', 'output', 'to', 'name'])).toBe(`${stream}:latest`)
    expect(existsSync(`${ROOT}${build.getIn(['spec', 'strategy', 'dockerStrategy', 'dockerfilePath'])}`)).toBe(true)
  })
})

describe('the Route', () => {
  it('leads to the Service, by the name of its port', () => {
    const route = read('manifests/overlays/openshift/route.yaml')
    const service = read('manifests/base/service.yaml')
    expect(route.getIn(['spec', 'to', 'name'])).toBe(service.getIn(['metadata', 'name']))
    expect(route.getIn(['spec', 'port', 'targetPort'])).toBe(service.getIn(['spec', 'ports', 0, 'name']))
    expect(['edge', 'passthrough', 'reencrypt']).toContain(route.getIn(['spec', 'tls', 'termination']))
  })
})

describe('the Dockerfile', () => {
  const lines = readFileSync(`${ROOT}Dockerfile`, 'utf8').split('\n')
  const last = (word: string): string | undefined => lines.findLast((line) => line.startsWith(`${word} `))

  it('runs as a number that is not root', () => {
    expect(last('USER')).toMatch(/^USER [1-9]\d*$/)
  })

  it('starts node itself, with no shell between it and the signals', () => {
    const command: unknown = JSON.parse(last('ENTRYPOINT')?.replace('ENTRYPOINT ', '') ?? '')
    const heap = [/^--max-semi-space-size=\d+$/, /^--max-old-space-size=\d+$/].map((flag) =>
      expect.stringMatching(flag),
    )
    expect(command).toEqual(['node', ...heap, '/podspan/main.js'])
  })

  it('copies only what exists and .dockerignore lets through', () => {
    const letThrough = readFileSync(`${ROOT}.dockerignore`, 'utf8').matchAll(/^!(.*)$/gm)
    const allowed = new Set([...letThrough].map(([, name]) => name))
    const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(' ').slice(1, -1))
    // `COPY . ./` takes all that is let through.
    expect(copied).toContain('.')
    for (const name of new Set([...allowed, ...copied])) expect(existsSync(`${ROOT}${name}`), name).toBe(true)
    expect(copied.filter((name) => name !== '.' && !allowed.has(name))).toEqual([])
  })
})

/** The base with the component's JSON patches, of which it knows `add`. */
function withComponent(name: string): Document {
  const deployment = read('manifests/base/deployment.yaml')
  const component = read(`manifests/components/${name}/kustomization.yaml`)
  for (const { patch } of itemsOf(component.get('patches'))) {
    for (const { op, path, value } of parse(String(patch)) as Record<string, unknown>[]) {
      expect(op).toBe('add')
      const at = String(path).split('/').slice(1)
      if (at.at(-1) === '-') deployment.addIn(at.slice(0, -1), deployment.createNode(value))
      else deployment.setIn(at, value)
    }
  }
  return deployment
}

/** What podspan makes of the container's args and env; a downward-API value stands as its field path. */
function configOf(deployment: Document, container: readonly unknown[]): Config {
  const command = parseCommand(listOf(deployment.getIn([...container, 'args'])))
  if (command.kind !== 'run') throw new Error(JSON.stringify(command))
  const result = readConfig(command.options, environmentOf(deployment, container), { hostname: 'pod', version: '0' })
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.config
}

function environmentOf(deployment: Document, container: readonly unknown[]): Record<string, string> {
  const count = listOf(deployment.getIn([...container, 'env'])).length
  const entries = Array.from({ length: count }, (_, index) => {
    const at = [...container, 'env', index]
    const value = deployment.getIn([...at, 'value']) ?? deployment.getIn([...at, 'valueFrom', 'fieldRef', 'fieldPath'])
    return [String(deployment.getIn([...at, 'name'])), String(value)]
  })
  return Object.fromEntries(entries)
}

function plain(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node))
}

function itemsOf(node: unknown): Record<string, unknown>[] {
  return plain(node) as Record<string, unknown>[]
}

function listOf(node: unknown): string[] {
  const list: unknown = node === undefined ? [] : plain(node)
  if (!Array.isArray(list)) throw new Error('not a list')
  return list.map(String)
}
