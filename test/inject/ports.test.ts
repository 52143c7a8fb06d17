/** Ports that podspan may take. */
import { expect, test } from 'vitest'
import { type Asked, deployment, done, problemsOf } from '../support/inject.ts'

const INIT = 'initContainers:\n  - {name: proxy, image: p, restartPolicy: Always, ports: [{containerPort: 8080}]}'
const PROBE = 'livenessProbe: {httpGet: {port: 9000}}'
const HOST = deployment({ pod: 'hostNetwork: true' })

test.each<[what: string, text: string, asked: Asked, listen: number, health: number]>([
  ['its own', deployment({}), {}, 8080, 8086],
  [
    'the next ones',
    deployment({ ports: '[{containerPort: 8080}]', container: 'livenessProbe: {httpGet: {port: 8086}}' }),
    {},
    8081,
    8087,
  ],
  ['not those of init containers', deployment({ pod: INIT }), {}, 8081, 8086],
  ['not that of a tcp probe', deployment({ container: 'startupProbe: {tcpSocket: {port: 8080}}' }), {}, 8081, 8086],
  [
    'a UDP port is another',
    deployment({ ports: '[{containerPort: 1}, {containerPort: 8080, protocol: UDP}]' }),
    {},
    8080,
    8086,
  ],
  [
    'not those of the other pods',
    `${deployment({})}---\n${deployment({ name: 'b', ports: '[{containerPort: 8080}]' })}`,
    {},
    8081,
    8086,
  ],
  ['those asked for', deployment({}), { port: 9000, healthPort: 9001 }, 9000, 9001],
  ['not the one asked for the other', deployment({}), { healthPort: 8080 }, 8081, 8080],
  ['not the one asked for the other', deployment({}), { port: 8086 }, 8086, 8087],
])('%s', (_, text, asked, listen, health) => {
  for (const { spec } of done(text, asked).documents) {
    const sidecar = spec.template.spec.initContainers.at(-1)
    expect(sidecar.ports).toEqual([{ containerPort: listen }, { containerPort: health }])
    expect(sidecar.args.slice(0, 2)).toEqual(['--port', String(listen)])
    expect(sidecar.env).toContainEqual({ name: 'PODSPAN_HEALTH_PORT', value: String(health) })
    expect(sidecar.readinessProbe.httpGet.port).toBe(health)
  }
})

test.each<[what: string, text: string, asked: Asked, problem: string]>([
  [
    'the app',
    deployment({}),
    { port: 3000 },
    '13:19: document 1, Deployment shop: spec.template.spec.containers[0].ports[0] is port 3000, where podspan would listen. Choose another with --port, such as 8080',
  ],
  [
    'a probe',
    deployment({ container: PROBE }),
    { healthPort: 9000 },
    'is port 9000, where podspan would answer probes. Choose another with --health-port, such as 8081',
  ],
  ['another container', deployment({ pod: INIT }), { port: 8080 }, 'initContainers[0].ports[0] is port 8080'],
  [
    'an app that does not declare it',
    deployment({ ports: '[]' }),
    { appPort: 8080, port: 8080 },
    'containers[0] is port 8080',
  ],
  [
    'another pod of the node',
    `${HOST}---\n${deployment({ name: 'b', ports: '[]', pod: 'hostNetwork: true', container: PROBE })}`,
    { port: 9000 },
    'document 2, Deployment b: spec.template.spec.containers[0].livenessProbe.httpGet is port 9000',
  ],
  [
    'podspan in another pod of the node',
    `${HOST}---\n${HOST.replace('name: shop', 'name: b')}`,
    {},
    'document 2, Deployment b: spec.template.spec.hostNetwork puts podspan on port 8080 of the node, as in Deployment shop. Inject the two one by one',
  ],
])('one taken by %s is refused', (_, text, asked, problem) => {
  expect(problemsOf(text, asked).join('\n')).toContain(problem)
})

test.each<[what: string, text: string, asked: Asked, off: boolean]>([
  ['there', deployment({}), {}, false],
  ['off where the app has its port', deployment({ ports: '[{containerPort: 4199}]' }), {}, true],
  ['off where podspan was put there', deployment({}), { port: 4199 }, true],
  ['off on the network of the host', HOST, {}, true],
])('the admin API is %s', (_, text, asked, off) => {
  const { documents, notes } = done(text, asked)
  const { env } = documents[0].spec.template.spec.initContainers[0]
  expect(env.filter((each: { name: string }) => each.name === 'PODSPAN_ADMIN_PORT')).toEqual(
    off ? [{ name: 'PODSPAN_ADMIN_PORT', value: 'off' }] : [],
  )
  expect(notes.join('\n').includes('the admin API is off')).toBe(off)
})
