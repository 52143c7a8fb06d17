/** How traffic comes to podspan. */
import { describe, expect, it, test } from 'vitest'
import { deployment, done, problemsOf, service } from '../support/inject.ts'

const SHOP = deployment({ ports: '[{containerPort: 3000, name: http}]' })
const SELECTOR = 'selector: {app: shop}'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it expects
function portsOf(text: string): any {
  return done(text).documents.at(-1).spec.ports
}

test.each<[what: string, port: string, expected: object]>([
  ['a number', '{port: 80, targetPort: 3000}', { port: 80, targetPort: 8080 }],
  ['a name', '{port: 80, targetPort: http}', { port: 80, targetPort: 8080 }],
  ['nothing, which is its own number', '{port: 3000}', { port: 3000, targetPort: 8080 }],
  ['another port', '{port: 80, targetPort: 3001}', { port: 80, targetPort: 3001 }],
  ['another name', '{port: 80, targetPort: metrics}', { port: 80, targetPort: 'metrics' }],
  ['UDP of the same number', '{port: 3000, protocol: UDP}', { port: 3000, protocol: 'UDP' }],
])('a Service that leads to %s', (_, port, expected) => {
  expect(portsOf(SHOP + service(port))).toEqual([expected])
})

test('all of its ports that lead to the app are changed, and the others are not', () => {
  const ports = portsOf(
    SHOP + service('{name: a, port: 80, targetPort: http}, {name: b, port: 81}, {name: c, port: 82, targetPort: 3000}'),
  )
  expect(ports.map(({ targetPort }: { targetPort?: number }) => targetPort)).toEqual([8080, undefined, 8080])
})

test('a name is looked up where Kubernetes looks: in the first container that has it', () => {
  const text = SHOP.replace(
    'containers:\n',
    'containers:\n        - name: first\n          image: a\n          ports: [{containerPort: 1, name: http}]\n',
  )
  const { documents } = done(text + service('{port: 80, targetPort: http}'), { container: 'app' })
  expect(documents[1].spec.ports[0].targetPort).toBe('http')
})

test.each<[what: string, spec: string, change: (text: string) => string]>([
  ['other labels', 'selector: {app: other}', (text) => text],
  ['more labels', 'selector: {app: shop, tier: web}', (text) => text],
  ['nothing', 'type: ClusterIP', (text) => text],
  [
    'pods of another namespace',
    SELECTOR,
    (text) => text.replace(/name: shop\nspec:\n {2}selector/, 'name: shop\n  namespace: other\nspec:\n  selector'),
  ],
])('a Service that selects %s is another’s, and it is told what to change where', (_, spec, change) => {
  const { documents, notes } = done(change(SHOP + service('{port: 80, targetPort: 3000}', spec)))
  expect(documents[1].spec.ports[0].targetPort).toBe(3000)
  expect(notes.join('\n')).toContain(
    'Deployment shop: no Service here leads to it. Where one does, its targetPort (3000 or "http") has to become 8080, or clients pass podspan by: ' +
      `kubectl patch service NAME --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]'`,
  )
})

describe('two workloads behind one Service', () => {
  const both = (second: string): string => `${SHOP}---\n${second}${service('{port: 80, targetPort: http}')}`

  it('get podspan on one port', () => {
    const second = deployment({ name: 'green', ports: '[{containerPort: 8080, name: http}]' })
    const { documents } = done(both(second))
    expect(documents[2].spec.ports[0].targetPort).toBe(8081)
    for (const { spec } of documents.slice(0, 2)) {
      expect(spec.template.spec.initContainers[0].ports[0].containerPort).toBe(8081)
    }
  })

  it.each([
    ['one of them has none', deployment({ name: 'green', ports: '[]' })],
    ['one is met at another port', deployment({ name: 'green', ports: '[{containerPort: 3000, name: web}]' })],
  ])('are refused where %s', (_, second) => {
    expect(problemsOf(both(second)).join('\n')).toContain(
      'spec.ports[0] leads to Deployment green too, where podspan would not be found',
    )
  })
})

test('two ports of one name are refused: the way back would be lost', () => {
  const problems = problemsOf(SHOP + service('{name: a, port: 80}, {name: a, port: 81, targetPort: http}'))
  expect(problems).toEqual([expect.stringContaining('Service shop: spec.ports[1] has the name of another one')])
})

test('a Service that is headless, or leads elsewhere, is told', () => {
  const headless = done(SHOP + service('{port: 3000}', `clusterIP: None\n  ${SELECTOR}`)).notes.join('\n')
  expect(headless).toContain("Service shop: is headless, so that clients may go to the app's port by themselves")
  const elsewhere = done(SHOP + service('{port: 9}')).notes.join('\n')
  expect(elsewhere).toContain(
    'Service shop: selects Deployment shop, and none of its ports leads to the app: podspan is on 8080',
  )
})

describe('an OpenShift Route', () => {
  const route = (port: string, to = 'shop'): string =>
    `---\napiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: shop}\nspec: {to: {kind: Service, name: ${to}}, port: {targetPort: ${port}}}\n`

  it.each<[port: string, to: string, expected: unknown]>([
    ['3000', 'shop', 8080],
    ['web', 'shop', 'web'],
    ['3001', 'shop', 3001],
    ['3000', 'other', 3000],
  ])('to %s of %s leads to %s', (port, to, expected) => {
    const { documents } = done(SHOP + service('{port: 80, targetPort: 3000}') + route(port, to))
    expect(documents[2].spec.port.targetPort).toBe(expected)
  })
})

test.each<[what: string, policy: string, told: boolean]>([
  ['the port', 'podSelector: {matchLabels: {app: shop}}, ingress: [{ports: [{port: 3000}]}]', true],
  ['the name of the port', 'podSelector: {}, ingress: [{ports: [{port: http}]}]', true],
  ['both ports', 'podSelector: {}, ingress: [{ports: [{port: 3000}, {port: 8080}]}]', false],
  ['every port', 'podSelector: {}, ingress: [{from: []}]', false],
  ['other pods', 'podSelector: {matchLabels: {app: other}}, ingress: [{ports: [{port: 3000}]}]', false],
])('a NetworkPolicy for %s is told: %s', (_, policy, told) => {
  const text = `${SHOP}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {${policy}}\n`
  expect(
    done(text).notes.join('\n').includes('NetworkPolicy p: lets clients to port 3000 of Deployment shop; allow 8080'),
  ).toBe(told)
})
