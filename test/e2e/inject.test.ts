/** What inject writes, before a real Kubernetes API server: strict schemas, and Pod Security that restricts. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uninject } from '../../src/inject/inject.ts'
import { missing } from '../support/backends.ts'
import { type Asked, deployment, done, GOLDEN, goldenInput, injectWith, LIMITS, service } from '../support/inject.ts'
import { type Applied, type Kube, startKube } from '../support/kube.ts'
import { input } from '../support/workloads.ts'

const reason = missing('kube-apiserver') ?? missing('etcd')
if (reason !== undefined) console.warn(reason)

/** Not of Kubernetes itself. */
const FOREIGN = ['no kind Service in serving.knative.dev/v1', 'no kind Route in route.openshift.io/v1']

const RESTRICTED = `securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}}`
const SHOP = deployment({ container: RESTRICTED }).replace('spec:\n', 'spec:\n  selector: {matchLabels: {app: shop}}\n')

describe.skipIf(reason !== undefined)('on a real API server', () => {
  let kube: Kube

  beforeAll(async () => {
    kube = await startKube()
    await kube.namespace('restricted', 'restricted')
    await kube.namespace('free', 'privileged')
  })
  afterAll(() => kube.stop())

  it('finds what is wrong, or all else here says nothing', async () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n'
    const applied = await kube.apply('restricted', `${pod}---\n${pod.replace('image:', 'imagee:')}`)
    expect(applied.map(({ status }) => status)).toEqual([403, 400])
    const [, strict] = applied
    expect(strict?.message).toContain('unknown field "spec.containers[0].imagee"')
  })

  it.each(Object.keys(GOLDEN))('golden %s would be created, and so would its pods', async (name) => {
    const { text, documents } = done(goldenInput(name), GOLDEN[name])
    refusals(await kube.apply('restricted', text))
    for (const pod of podsOf(documents)) refusals(await kube.apply('restricted', JSON.stringify(pod)))
  })

  it.each<Asked>([
    {},
    { plain: true },
    { opaque: true },
    { sharedPid: true },
    { blackBox: true },
    { otlpEndpoint: 'http://collector:4318' },
    { preStopSeconds: 29 },
    { plain: true, blackBox: true, sharedPid: true, opaque: true, probes: 'through' },
  ])('with %j too', async (asked) => {
    const { text, documents } = done(SHOP + service('{port: 80, targetPort: 3000}'), asked)
    refusals(await kube.apply('restricted', text))
    const pods = podsOf(documents)
    expect(pods).toHaveLength(1)
    for (const pod of pods) refusals(await kube.apply('restricted', JSON.stringify(pod)))
  })

  it('is taken on the network of the host', async () => {
    const text = SHOP.replace('      containers:', '      hostNetwork: true\n      containers:')
    refusals(await kube.apply('free', done(text).text))
  })

  it('makes nothing wrong that was right, however it was written', async () => {
    let proved = 0
    await fc.assert(
      fc.asyncProperty(input, async ({ text }) => {
        const injected = injectWith(text)
        if (!injected.ok) return
        const [before, after] = [await kube.apply('free', text), await kube.apply('free', injected.text)]
        expect(after.map(shown)).toEqual(before.map(shown))
        proved += before.filter(({ status }) => status === 201).length
      }),
      { numRuns: 40 },
    )
    expect(proved).toBeGreaterThan(20)
  })

  it('goes out again of what the server has made of it', async () => {
    const text = SHOP + service('{port: 80, targetPort: 3000}')
    const [before, after] = [await kube.apply('free', text), await kube.apply('free', done(text).text)]
    const stored = { apiVersion: 'v1', kind: 'List', items: after.map((each) => each.stored) }
    const bare = uninject(JSON.stringify(stored, null, 4), LIMITS)
    if (!bare.ok) throw new Error(JSON.stringify(bare.problems))
    const { items } = JSON.parse(bare.text)
    expect(items.map(specOf)).toEqual(before.map(({ stored }) => specOf(stored)))
  })
})

/** With every word of the server in the message. */
function refusals(applied: readonly Applied[]): void {
  const refused = applied.filter(({ status, message, warnings }) => {
    return !FOREIGN.includes(message) && (status !== 201 || warnings.length > 0)
  })
  expect(refused.map(({ object, message, warnings }) => ({ object, message, warnings }))).toEqual([])
  expect(applied.length).toBeGreaterThan(0)
}

function shown({ object, status, message }: Applied): object {
  return { object, status, message }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the server sends
function specOf({ spec }: any): unknown {
  const { clusterIP, clusterIPs, ...rest } = spec
  return rest
}

/** As controllers would make them. */
// biome-ignore lint/suspicious/noExplicitAny: of the test's own inputs
function podsOf(documents: readonly any[]): readonly object[] {
  return documents
    .flatMap((document) => (document?.kind === 'List' ? document.items : [document]))
    .filter((object) => object !== null && ['apps/v1', 'batch/v1'].includes(object.apiVersion))
    .map(({ spec }) => {
      const template = spec.jobTemplate?.spec.template ?? spec.template
      return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', ...template.metadata }, spec: template.spec }
    })
}
