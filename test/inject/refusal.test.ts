/** Pods that podspan is not put into. */
import { expect, test } from 'vitest'
import { type Asked, deployment, problemsOf } from '../support/inject.ts'

const job = (text: string): string => text.replace('apps/v1', 'batch/v1').replace('kind: Deployment', 'kind: Job')

test.each<[what: string, text: string, asked: Asked, problem: string]>([
  [
    'windows by its os',
    deployment({ pod: 'os: {name: windows}' }),
    {},
    '10:12: document 1, Deployment shop: spec.template.spec.os.name is windows; podspan runs on Linux',
  ],
  [
    'windows by its node',
    deployment({ pod: 'nodeSelector: {kubernetes.io/os: windows}' }),
    {},
    'is windows; podspan runs on Linux',
  ],
  [
    'a container podspan',
    deployment({}).replace('name: app', 'name: podspan'),
    {},
    'is called podspan and was not put there by inject. Take it out, or rename it',
  ],
  ['an init container podspan', deployment({ pod: 'initContainers: [{name: podspan}]' }), {}, 'is called podspan'],
  ['two containers of one name', `${deployment({})}        - {name: app, image: b}\n`, {}, 'is a second container app'],
  [
    "a volume with podspan's name",
    deployment({ pod: 'volumes: [{name: podspan-podinfo}]' }),
    {},
    "has the name of podspan's own volume podspan-podinfo. Rename it",
  ],
  [
    'a job with an ordinary sidecar',
    job(deployment({})),
    { plain: true },
    'is of a job, which an ordinary container would keep from ending. Leave --plain out',
  ],
  [
    'a pod that ends with an ordinary sidecar',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {restartPolicy: Never, containers: [{name: a, ports: [{containerPort: 1}]}]}\n',
    { plain: true },
    'is of a job',
  ],
  [
    'all processes of the node and a shared namespace',
    deployment({ pod: 'hostPID: true' }),
    { sharedPid: true },
    'hostPID and shareProcessNamespace exclude each other',
  ],
  [
    'root and one user',
    deployment({ container: 'securityContext: {runAsUser: 0}' }),
    { sharedPid: true },
    'runs as root, which podspan never does',
  ],
  [
    'a short grace period',
    deployment({ pod: 'terminationGracePeriodSeconds: 5' }),
    {},
    '10:7: document 1, Deployment shop: spec.template.spec.terminationGracePeriodSeconds leaves no time behind a preStop sleep of 5 s',
  ],
  [
    'a grace period too short for both',
    deployment({ pod: 'terminationGracePeriodSeconds: 9' }),
    { plain: true },
    'leaves no time behind a preStop sleep of 5 s',
  ],
  ['a long sleep', deployment({}), { preStopSeconds: 30 }, 'leaves no time behind a preStop sleep of 30 s'],
  [
    'containers that are a map',
    deployment({}).replace(/containers:.*/s, 'containers: {}\n'),
    {},
    'spec.template.spec.containers is no list',
  ],
  [
    'no containers',
    deployment({}).replace(/containers:.*/s, 'containers: []\n'),
    {},
    '9:5: document 1, Deployment shop: spec.template.spec has no containers',
  ],
  [
    'a pod that is a text',
    deployment({}).replace(/ {4}spec:.*/s, '    spec: pod\n'),
    {},
    'spec.template.spec is no map',
  ],
  ['no template', deployment({}).replace(/ {2}template:.*/s, '  replicas: 1\n'), {}, 'has no containers'],
  [
    'a port that is a text',
    deployment({ ports: '[{containerPort: "80"}]' }),
    {},
    'containerPort is no whole number. Write it as one, without quotes',
  ],
  ['a port without a number', deployment({ ports: '[{name: http}]' }), {}, 'ports[0] has no containerPort'],
  [
    'a label that is a number',
    deployment({ labels: '{app: shop, version: 1.0}' }),
    {},
    '8:27: document 1, Deployment shop: spec.template.metadata.labels.version is no text. Put it into quotes',
  ],
  ['no name', deployment({}).replace('name: shop', 'labels: {}'), {}, 'document 1, Deployment: has no name'],
  ['a container without a name', deployment({}).replace('name: app', 'x: app'), {}, 'containers[0] has no name'],
  [
    'annotations that are a text',
    deployment({}).replace('name: shop', 'name: shop\n  annotations: ""'),
    {},
    '5:3: document 1, Deployment shop: metadata.annotations is no map. See kubectl explain',
  ],
  ['volumes that are a map', deployment({ pod: 'volumes: {}' }), {}, 'spec.template.spec.volumes is no list'],
  ['a hook that is a number', deployment({ container: 'lifecycle: 1' }), {}, 'containers[0].lifecycle is no map'],
  ['labels that are a list', deployment({ labels: '[a]' }), {}, 'labels is no map'],
])('%s is refused', (_, text, asked, problem) => {
  expect(problemsOf(text, asked).join('\n')).toContain(problem)
})
