import { expect, test } from 'vitest'
import { readResource } from '../src/config-resource.ts'

const read = (env: Record<string, string>, hostname = 'laptop'): [Record<string, string>, string[]] => {
  const notes: string[] = []
  return [readResource(env, { hostname, version: '1.2.3' }, notes), notes]
}

test.each([
  ['shop-5d4f8c7b9d-x2x4z', 'shop'],
  ['web-front-6b7c9d5f4-abcde', 'web-front'],
  ['db-0', 'db'],
  ['laptop', 'laptop'],
])('pod %s is of %s', (hostname, service) => {
  expect(read({}, hostname)[0]).toMatchObject({
    'k8s.pod.name': hostname,
    'service.name': service,
    'service.instance.id': `${hostname}.podspan`,
    'telemetry.distro.name': 'podspan',
    'telemetry.distro.version': '1.2.3',
  })
})

test('OTEL_SERVICE_NAME beats OTEL_RESOURCE_ATTRIBUTES beats what is derived', () => {
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=b,service.instance.id=me' }
  expect(read({ ...attributes, OTEL_SERVICE_NAME: 'a' })[0]).toMatchObject({
    'service.name': 'a',
    'service.instance.id': 'me.podspan',
  })
  expect(read(attributes)[0]['service.name']).toBe('b')
  expect(read({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=me.podspan' })[0]['service.instance.id']).toBe(
    'me.podspan',
  )
})

test('one bad pair costs itself, and is said', () => {
  const [resource, notes] = read({ OTEL_RESOURCE_ATTRIBUTES: 'a=1, b=two%20words ,bad,c=%zz,=x,__proto__=y' })
  expect(resource).toMatchObject({ a: '1', b: 'two words' })
  expect(notes).toHaveLength(4)
})

test('never a word of this process', () => {
  const [resource] = read({ PODSPAN_POD_NAME: 'p', PODSPAN_POD_NAMESPACE: 'n', PODSPAN_CONTAINER_NAME: 'c' })
  expect(Object.keys(resource).filter((key) => /^(process|host|os)\./.test(key))).toEqual([])
  expect(resource).toMatchObject({ 'service.namespace': 'n', 'service.instance.id': 'n.p.c.podspan' })
})
