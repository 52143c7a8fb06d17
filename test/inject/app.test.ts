/** Which container and port is the app. */
import { expect, test } from 'vitest'
import { type Asked, deployment, done, problemsOf } from '../support/inject.ts'

const SECOND = deployment({}).concat('        - name: second\n          image: second:1\n')
const BOTH = SECOND.concat(
  '          ports: [{containerPort: 4000, name: admin}, {containerPort: 53, protocol: UDP}]\n',
)

test.each<[what: string, text: string, asked: Asked, container: string, port: number]>([
  ['the only container', deployment({}), {}, 'app', 3000],
  ['the only one with a port', SECOND, {}, 'app', 3000],
  ['the one with the name', BOTH, { container: 'second' }, 'second', 4000],
  ['the one with the port', BOTH, { appPort: 4000 }, 'second', 4000],
  ['the one with the name of a port', BOTH, { appPort: 'admin' }, 'second', 4000],
  ['a port that is not declared', deployment({ ports: '[]' }), { appPort: 5000 }, 'app', 5000],
  ['one not declared beside one that is', deployment({}), { appPort: 5000 }, 'app', 5000],
  ['one not declared in a named container', BOTH, { container: 'second', appPort: 5000 }, 'second', 5000],
  ['the TCP port', deployment({ ports: '[{containerPort: 1, protocol: UDP}, {containerPort: 2}]' }), {}, 'app', 2],
])('is %s', (_, text, asked, container, port) => {
  const { documents } = done(text, asked)
  const [sidecar] = documents[0].spec.template.spec.initContainers
  expect(sidecar.args.slice(2, 4)).toEqual(['--target', String(port)])
  expect(sidecar.env).toContainEqual({ name: 'PODSPAN_CONTAINER_NAME', value: container })
})

test.each<[what: string, text: string, asked: Asked, problem: string]>([
  [
    'two with ports',
    BOTH,
    {},
    '10:7: document 1, Deployment shop: spec.template.spec.containers has several that could be the app: app, second. Name one with --container',
  ],
  [
    'two ports',
    deployment({ ports: '[{containerPort: 1}, {containerPort: 2, name: b}]' }),
    {},
    '13:11: document 1, Deployment shop: spec.template.spec.containers[0].ports of app has several: 1, 2 (b). Name one with --app-port',
  ],
  ['no such container', BOTH, { container: 'third' }, 'has no container third'],
  ['no such name of a port', deployment({}), { appPort: 'admin' }, 'has no port admin in container app'],
  ['no port', deployment({ ports: '[]' }), {}, 'declares no port in container app'],
  ['only UDP', deployment({ ports: '[{containerPort: 1, protocol: UDP}]' }), {}, 'declares no port in container app'],
  ['no port in two', SECOND.replace('[{containerPort: 3000}]', '[]'), {}, 'declares no port in any of its containers'],
])('%s is no app', (_, text, asked, problem) => {
  const problems = problemsOf(text, asked)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(problem)
})
