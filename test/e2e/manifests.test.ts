/**
 * Everything that kustomize makes of the manifests, put to a real Kubernetes API server in a namespace where Pod Security is
 * restricted: its schemas, strictly, and its admission. OpenShift's own kinds, which it does not know, are held against their form.
 */
import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { missing, programPath } from '../support/backends.ts'
import { type Kube, startKube } from '../support/kube.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const why = ['kube-apiserver', 'etcd', 'kustomize'].map(missing).find((each) => each !== undefined)
if (why !== undefined) console.warn(`the manifests before an API server: ${why}`)

const folders = globSync(['manifests/{base,overlays/*}/kustomization.yaml', 'otel/*/kustomization.yaml'], { cwd: ROOT })
  .map((path) => dirname(path))
  .sort()

interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec?: {
    readonly template?: { readonly spec: { readonly automountServiceAccountToken?: boolean } }
    readonly jobTemplate?: unknown
  }
}

function built(folder: string): KubeObject[] {
  const text = execFileSync(programPath('kustomize'), ['build', folder], { cwd: ROOT, encoding: 'utf8' })
  return parseAllDocuments(text).map((document) => document.toJS())
}

const isOpenShifts = ({ apiVersion }: KubeObject): boolean => apiVersion.includes('.openshift.io/')

describe.skipIf(why !== undefined)('the manifests', { timeout: 120_000 }, () => {
  let kube: Kube
  beforeAll(async () => {
    kube = await startKube()
    await kube.namespace('shop', 'restricted')
  })
  afterAll(() => kube?.stop())

  it('are many', () => {
    expect(folders).toContain('manifests/base')
    expect(folders.length).toBeGreaterThanOrEqual(12)
  })

  it.each(folders)('%s would be created as it is, and its pods let in', async (folder) => {
    const objects = built(folder).filter((each) => !isOpenShifts(each))
    expect(objects.length).toBeGreaterThan(0)
    const applied = await kube.apply('shop', objects.map((each) => stringify(each)).join('---\n'))
    for (const { object, status, message, warnings } of applied)
      expect([object, status, message, warnings]).toEqual([object, 201, '', []])
  })

  it.each(folders)('%s asks for no rights', (folder) => {
    for (const { kind, metadata, spec } of built(folder)) {
      expect(kind, metadata.name).not.toMatch(/^(?:Cluster)?Role(?:Binding)?$|^ServiceAccount$/)
      if (spec?.template !== undefined)
        expect(spec.template.spec.automountServiceAccountToken, metadata.name).toBe(false)
    }
  })

  it('a native sidecar keeps its place: it is stored as an init container that always runs', async () => {
    const text = built('manifests/base')
      .map((each) => stringify(each))
      .join('---\n')
    const [deployment] = (await kube.apply('shop', text)).filter(({ object }) => object.startsWith('Deployment'))
    expect(JSON.stringify(deployment?.stored)).toMatch(
      /"initContainers":\[\{"name":"podspan".*"restartPolicy":"Always"/,
    )
  })

  it('what is refused is seen to be: a container that wants to be root, a field that there is not', async () => {
    const [deployment] = built('manifests/base').filter(({ kind }) => kind === 'Deployment')
    const text = stringify(deployment)
    const rooted = await kube.apply('shop', text.replace('runAsNonRoot: true', 'runAsNonRoot: false'))
    expect(rooted[0]?.warnings.join()).toContain('violate PodSecurity')
    const strange = await kube.apply('shop', text.replace('restartPolicy: Always', 'restartPolice: Always'))
    expect(strange[0]?.status).toBe(400)
  })

  it('OpenShift’s own kinds have the form that its API has for them', () => {
    const own = built('manifests/overlays/openshift').filter(isOpenShifts)
    expect(own.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort()).toEqual([
      'build.openshift.io/v1 BuildConfig',
      'image.openshift.io/v1 ImageStream',
      'route.openshift.io/v1 Route',
    ])
  })
})
